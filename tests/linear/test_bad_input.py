"""Every bad setting and every bad column ends in one sentence that names it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

import equipoise as eq

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(20, 3)), RNG.normal(size=20)
CLASSES = np.arange(20) % 2
ESTIMATORS = {"ridge": eq.Ridge, "lasso": eq.Lasso, "elastic-net": eq.ElasticNet, "logistic": eq.LogisticRegression}
each = pytest.mark.parametrize("name", ESTIMATORS)


def target(name: str) -> np.ndarray:
    return CLASSES if name == "logistic" else Y


@each
@pytest.mark.parametrize(
    "alpha", [-1, -1e-300, np.nan, np.inf, -np.inf, True, np.True_, "0.1", "best", "", None, [0.1], 1j, eq.Ridge()],
    ids=repr,
)  # fmt: skip
def test_a_bad_alpha(name: str, alpha: Any) -> None:
    with pytest.raises(eq.InputError, match="alpha="):
        ESTIMATORS[name](alpha=alpha).fit(X, target(name))


@each
@pytest.mark.parametrize("alpha", [1, 0.5, np.float32(0.5), np.float64(0.5), np.int32(1)], ids=repr)
def test_any_number_as_alpha(name: str, alpha: Any) -> None:
    assert ESTIMATORS[name](alpha=alpha).fit(X, target(name)).alpha_ == float(alpha)


@each
@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (np.zeros(20), "sample_weight is zero in every row"),
        (-np.ones(20), r"sample_weight holds -1\.0 in row 0; give numbers from 0 on"),
        (np.where(np.arange(20) == 3, -1e-9, 1.0), "sample_weight holds -1e-09 in row 3"),
        (np.where(np.arange(20) == 5, np.nan, 1.0), "sample_weight holds nan in row 5"),
        (np.where(np.arange(20) == 5, np.inf, 1.0), "sample_weight holds inf in row 5"),
        (np.ones(19), "sample_weight has 19 values, but there are 20 rows"),
        (np.array(["heavy"] * 20), "values that are no numbers"),
        (np.ones((20, 2)), "(?i)1d|dimension"),
    ],
    ids=["zero", "negative", "one-negative", "nan", "infinite", "short", "words", "two-columns"],
)
def test_bad_sample_weights(name: str, weight: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError if weight.ndim == 2 else eq.InputError, match=message):
        ESTIMATORS[name](alpha=0.1).fit(X, target(name), sample_weight=weight)


def test_labels_are_no_numbers() -> None:
    for model in (eq.Ridge(0.1), eq.MLPRegressor(0.1, hidden_layer_sizes=(4,), max_iter=1)):
        with pytest.raises(eq.InputError, match="y holds 'no' in row 2, which is no number"):
            model.fit(X, np.where(np.arange(20) < 2, "1.5", "no"))
    assert eq.Ridge(0.1).fit(X, [str(value) for value in Y]).n_features_in_ == 3


@each
@pytest.mark.parametrize("gap", [None, np.nan, pd.NA, pd.NaT], ids=["none", "nan", "na", "nat"])
def test_gaps_in_the_target_are_told_by_their_rows(name: str, gap: Any) -> None:
    y = target(name).astype(object)
    y[[7, 9]] = gap
    with pytest.raises(eq.InputError, match="missing in 2 of 20 rows, first in row 7"):
        ESTIMATORS[name](alpha=0.1).fit(X, y)


@each
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none(name: str, bad: float) -> None:
    broken = X.copy()
    broken[3, 1] = bad
    with pytest.raises(ValueError, match=r"NaN|infinity"):
        ESTIMATORS[name](alpha=0.1).fit(broken, target(name))
    y = target(name).astype(float)
    y[2] = bad
    with pytest.raises(ValueError, match=r"NaN|infinity|infinite"):
        ESTIMATORS[name](alpha=0.1).fit(X, y)


@each
def test_shapes_that_do_not_fit(name: str) -> None:
    for bad_X, bad_y in ((X[:, 0], target(name)), (X[:10], target(name)), (X[:, :0], target(name)), (X[:0], Y[:0])):
        with pytest.raises(ValueError, match=r"2D|inconsistent|minimum|at least"):
            ESTIMATORS[name](alpha=0.1).fit(bad_X, bad_y)


@each
def test_predicting_with_other_columns_or_before_the_fit(name: str) -> None:
    with pytest.raises(NotFittedError):
        ESTIMATORS[name](alpha=0.1).predict(X)
    model = ESTIMATORS[name](alpha=0.1).fit(X, target(name))
    with pytest.raises(ValueError, match="features"):
        model.predict(X[:, :2])


@each
def test_fewer_rows_than_folds(name: str) -> None:
    with pytest.raises(eq.InputError, match=r"n_samples=4|class '0' has one row"):
        ESTIMATORS[name]().fit(X[:4], [0, 1, 2, 2] if name == "logistic" else Y[:4])


@pytest.mark.parametrize("alpha", [0.1, "auto", eq.HoldOut()], ids=["number", "auto", "hold-out"])
def test_one_class_only(alpha: Any) -> None:
    with pytest.raises(eq.InputError, match="one class only"):
        eq.LogisticRegression(alpha).fit(X, np.zeros(20, dtype=int))


def test_a_continuous_target_for_a_classifier() -> None:
    with pytest.raises(ValueError, match="continuous"):
        eq.LogisticRegression(0.1).fit(X, Y)


def test_a_factor_of_another_length() -> None:
    with pytest.raises(eq.InputError, match="3 features"):
        eq.Lasso(0.1, penalty=eq.penalties.L1(factor=[1.0, 2.0])).fit(X, Y)


def test_a_bad_l1_ratio() -> None:
    with pytest.raises(eq.InputError, match=r"l1_ratio 1\.5"):
        eq.ElasticNet(0.1, l1_ratio=1.5).fit(X, Y)


def test_leave_one_out_for_another_loss() -> None:
    with pytest.raises(eq.InputError, match="CrossValidation"):
        eq.LogisticRegression(eq.LeaveOneOut(), penalty=eq.penalties.L1()).fit(X, CLASSES)
    with pytest.raises(eq.InputError, match="CrossValidation"):
        eq.Lasso(eq.LeaveOneOut()).fit(X, Y)


def test_a_path_ends_where_its_grid_ends() -> None:
    model = eq.Lasso(eq.CrossValidation(3, [1.0, 0.1])).fit(X, Y)
    with pytest.raises(eq.InputError, match="outside the path"):
        model.path_.predict(X, alpha=2.0)
