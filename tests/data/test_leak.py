"""Leaks are found whatever their shape, and strong honest predictors are not called leaks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from equipoise.data import embedded, inspect, read_table
from equipoise.data.leak import alternate, leak_score
from equipoise.data.target import target_vector

N = 1000
RNG = np.random.default_rng(1)
Y = RNG.integers(0, 2, N)
NOISE = RNG.normal(size=N)
REAL = RNG.normal(size=N)


def _leaks(x: NDArray[np.generic], y: NDArray[np.generic]) -> bool:
    return any(finding.code == "leak" for finding in inspect(read_table(pd.DataFrame({"x": x, "y": y})), "y"))


BINARY = {
    "copy": Y * 2.0 + NOISE * 1e-3,
    "reversed": -Y + NOISE * 1e-3,
    "bump": np.where(Y == 1, NOISE % 1, 2 + np.sign(NOISE) * 3 + NOISE % 1),
    "labels": np.where(Y == 1, "paid", "open"),
    "many labels": np.char.add(np.where(Y == 1, "p", "o"), (np.arange(N) % 20).astype(str)),
    "missing": np.where(Y == 1, np.nan, NOISE),
    "truth": Y == 1,
}
CONTINUOUS = {"scaled": 3 * REAL + 1, "exponential": np.exp(REAL), "reversed": -REAL, "rounded": REAL.round(1)}
HONEST = {"noise": NOISE, "strong": NOISE + 2.5 * Y, "labels": (np.arange(N) % 7).astype(str)}


@pytest.mark.parametrize("name", BINARY)
def test_leaks_of_a_class_are_found(name: str) -> None:
    assert _leaks(BINARY[name], Y)


@pytest.mark.parametrize("name", CONTINUOUS)
def test_leaks_of_a_number_are_found(name: str) -> None:
    assert _leaks(CONTINUOUS[name], REAL)


def test_leaks_of_several_classes_are_found() -> None:
    classes = np.array(["a", "b", "c"])[np.arange(N) % 3]
    assert _leaks(np.arange(N) % 3 * 10.0 + NOISE * 0.01, classes)
    assert not _leaks(np.arange(N) % 3 * 2.0 + NOISE, classes)


@pytest.mark.parametrize("name", HONEST)
def test_honest_columns_are_not_called_leaks(name: str) -> None:
    assert not _leaks(HONEST[name], Y)
    assert not _leaks(REAL + 0.3 * NOISE, REAL)


def test_levels_that_occur_once_predict_nothing_on_the_other_half() -> None:
    names = np.array([f"{'p' if y else 'o'}{row}" for row, y in enumerate(Y)])
    table = read_table(pd.DataFrame({"x": names}), kinds={"x": "category"})
    outcomes = Y[:, None].astype(float)
    assert leak_score(table["x"], outcomes, alternate(outcomes), regression=False) == 0.5


def test_levels_of_one_half_only_are_given_the_overall_mean() -> None:
    names = read_table(pd.DataFrame({"x": [f"n{row}" for row in range(N)]}), kinds={"x": "category"})["x"]
    outcomes = REAL[:, None] + 10
    assert abs(leak_score(names, outcomes, alternate(outcomes), regression=True)) < 0.01


def test_few_rows_are_never_called_a_leak() -> None:
    few = np.arange(30) % 2
    assert not _leaks(few * 1.5, few)


def test_no_gene_of_pure_noise_leaks_by_chance() -> None:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(rng.normal(size=(60, 500))).assign(y=np.arange(60) % 2)
    assert not [finding for finding in inspect(read_table(frame), "y") if finding.code == "leak"]


def test_the_score_of_numbers_is_the_area_under_the_curve() -> None:
    table = embedded("breast_cancer")
    y = target_vector(table, "target").y
    outcomes = y[:, None].astype(float)
    half = alternate(outcomes)
    assert abs(y[half].mean() - y[~half].mean()) < 0.01
    score = leak_score(table["worst perimeter"], outcomes, half, regression=False)
    area = roc_auc_score(y[~half], table["worst perimeter"].values[~half])
    assert score == pytest.approx(area, abs=1e-12)
