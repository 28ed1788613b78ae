"""Planted answers: alike is 1, shuffled columns keep their shape and lose their trend, foreign rows lose both."""

import numpy as np
import pytest
from scipy import stats

from equipoise.data import Column, Table, embedded
from equipoise.evaluate import column_distance, dependence, marginal, shape, trend


def shuffled(table, seed=0):
    rng = np.random.default_rng(seed)
    return Table(tuple(column.take(rng.permutation(len(column))) for column in table.columns))


@pytest.mark.parametrize("name", ["iris", "wine"])
def test_shuffled_columns_keep_the_shape_and_lose_the_trend(name):
    table = embedded(name)
    assert shape(table, table) == trend(table, table) == 1.0
    assert shape(table, shuffled(table)) == 1.0
    assert trend(table, shuffled(table)) < 0.9


def test_disjoint_columns_are_as_far_as_can_be():
    low, high = (Column("x", "number", np.arange(10.0) + shift) for shift in (0, 100))
    assert column_distance(low, high) == 1.0
    a, b = (Column("x", "category", np.full(4, code, np.int32), ("a", "b")) for code in (0, 1))
    assert column_distance(a, b) == 1.0


def test_distance_is_the_kolmogorov_smirnov_statistic():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=80), rng.normal(0.5, 2, size=120)
    found = column_distance(Column("x", "number", a), Column("x", "number", b))
    assert found == pytest.approx(stats.ks_2samp(a, b).statistic)


def test_missing_values_count():
    whole = np.arange(100.0)
    holes = np.where(np.arange(100) % 2, whole, np.nan)
    assert column_distance(Column("x", "number", whole), Column("x", "number", holes)) >= 0.5


def test_bins_are_those_of_the_real_column():
    rng = np.random.default_rng(1)
    real, wide = Column("x", "number", rng.normal(size=500)), Column("x", "number", 50 * rng.normal(size=500))
    found = marginal(real, wide)
    assert min(found.bins) > -5
    assert max(found.bins) < 5
    assert found.synthetic[0] + found.synthetic[-1] > 0.8
    assert found.synthetic.sum() == pytest.approx(1)


def test_dependence_knows_pearson_eta_and_cramer():
    rng = np.random.default_rng(2)
    codes = rng.integers(2, size=400).astype(np.int32)
    x = codes + rng.normal(size=400)
    same = Column("b", "category", codes, ("u", "v"))
    table = Table(
        (Column("x", "number", x), Column("z", "number", -x), Column("a", "category", codes, ("n", "y")), same)
    )
    found = dependence(table)
    assert found[0, 1] == pytest.approx(-1)
    assert found[0, 2] == pytest.approx(abs(np.corrcoef(x, codes)[0, 1]))  # eta of two labels
    assert found[2, 3] == pytest.approx(1)
    other = dependence(shuffled(table), table)
    off = ~np.eye(4, dtype=bool)
    assert np.abs(other[off]).max() < 0.2


def test_columns_that_do_not_vary_have_no_dependence():
    flat, codes = Column("x", "number", np.ones(5)), Column("c", "category", np.zeros(5, np.int32), ("a",))
    assert dependence(Table((flat, codes, Column("z", "number", np.arange(5.0))))).tolist() == np.eye(3).tolist()


def test_many_levels_share_a_bin():
    codes = np.arange(200).astype(np.int32) % 50
    column = Column("c", "category", codes, tuple(f"l{i:02}" for i in range(50)))
    found = marginal(column, column)
    assert len(found.bins) == 30
    assert found.bins[-1] == "other levels"
    assert found.real.sum() == pytest.approx(1)
