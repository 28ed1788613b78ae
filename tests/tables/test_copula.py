"""The copula: normal tables come back with their correlations, and thresholds with their shares."""

from __future__ import annotations

import numpy as np
import pytest

import equipoise as eq
from equipoise.data import Column, Table
from equipoise.errors import InputError
from equipoise.tables import TableCopula
from equipoise.tables.copula import _score, _truncated

from .test_files import damaged


def normal(n=4000, seed=0):
    random = np.random.default_rng(seed)
    root = np.linalg.cholesky([[1, 0.8, -0.5], [0.8, 1, -0.2], [-0.5, -0.2, 1]])
    z = random.standard_normal((n, 3)) @ root.T
    cut = np.digitize(z[:, 2], [-0.5, 0.8]).astype(np.int32)
    return Table((Column("x", "number", z[:, 0]), Column("y", "number", z[:, 1]),
                  Column("cut", "category", np.array([2, 0, 1], np.int32)[cut], ("mid", "top", "low"))))  # fmt: skip


def test_correlations_are_recovered_behind_thresholds_too():
    fitted = TableCopula().fit(normal())._fitted
    order = fitted.codec.order.tolist()
    place = [order.index(i) for i in range(3)]
    found = fitted.arrays["correlation"][np.ix_(place, place)]
    assert found[0, 1] == pytest.approx(0.8, abs=0.04)
    assert abs(found[0, 2]) == pytest.approx(0.5, abs=0.06)
    line = np.split(fitted.arrays["line"], fitted.codec.offsets[1:-1])[place[2]].tolist()
    used = [slot for slot in line if slot < 3]
    assert used in ([2, 0, 1], [1, 0, 2])  # the category lies on the line as it was cut


def test_two_conditions_at_once_give_the_law_of_rejection():
    fitted = TableCopula().fit(normal())
    free = fitted.sample(60_000, seed=1)
    meets = (free["y"].values > 0.5) & (free["cut"].values == 2)
    drawn = fitted.sample(4000, where={"y": (0.5, None), "cut": "low"}, seed=2)
    assert drawn["x"].values.mean() == pytest.approx(free["x"].values[meets].mean(), abs=0.06)
    assert drawn["y"].values.mean() == pytest.approx(free["y"].values[meets].mean(), abs=0.06)


def test_filled_values_follow_the_regression():
    table = normal(1000, 5)
    hidden = table.replace(Column("x", "number", np.full(1000, np.nan)))
    full = TableCopula().fit(normal()).impute(hidden)
    slope = np.polyfit(table["y"].values, full["x"].values, 1)[0]
    assert slope == pytest.approx(np.polyfit(table["y"].values, table["x"].values, 1)[0], abs=0.12)


def test_pieces_of_a_normal_law():
    low, high = np.array([-np.inf, 0.0, 1.0]), np.array([0.0, np.inf, 1.0])
    np.testing.assert_allclose(_score(low, high), [-np.sqrt(2 / np.pi), np.sqrt(2 / np.pi), 1.0])
    drawn = _truncated(np.zeros(9), 1.0, np.full(9, 9.0), np.full(9, 10.0), np.linspace(0, 1, 9))
    assert (drawn >= 9).all()


@pytest.mark.parametrize(("name", "place", "value"), [("line", 1, 3), ("correlation", (0, 1), 5.0)])
def test_what_is_no_copula_is_refused(name, place, value, tmp_path):
    path = tmp_path / "model.eq"
    TableCopula().fit(normal(300)).save(path)
    damaged(path, lambda header, arrays: arrays[f"model.{name}"].__setitem__(place, value))
    with pytest.raises(InputError, match=r"model\.eq"):
        eq.load(path)
