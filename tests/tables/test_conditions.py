"""Conditions hold exactly, leave the law of the rest as it is, and say when they cannot be met; gaps are filled."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from equipoise.data import Column, Table
from equipoise.errors import InputError
from equipoise.tables import Refined, TableCodec, TableCopula, TableGAN, TableMarginals, TableMixture, TableTrees
from equipoise.tables.conditions import condition
from equipoise.tables.rejection import accepted

from .tables_for_tests import make_mixed, same

MAKERS = {
    "marginals": lambda: TableMarginals(bins=16),
    "copula": lambda: TableCopula(bins=16),
    "mixture": lambda: TableMixture(bins=16),
    "trees": lambda: TableTrees(bins=16),
    "refined": lambda: Refined(TableTrees(bins=16), rounds=1),
    "gan": lambda: TableGAN(steps=400, hidden=32, bins=16, batch=32),
}


@pytest.fixture(scope="module", params=list(MAKERS))
def name(request):
    return request.param


@pytest.fixture(scope="module")
def fitted(name):
    return MAKERS[name]().fit(make_mixed(800))


def test_every_kind_of_condition_holds(fitted):
    day = datetime.fromtimestamp(18_500 * 86_400)
    where = {"group": ["a", "c"], "number": (-6.0, 0.5), "spike": 0, "flag": None, "day": (day, None)}
    drawn = fitted.sample(50, where=where, seed=3)
    assert len(drawn) == 50
    assert set(drawn["group"].values) <= {0, 2}
    assert (drawn["number"].values >= -6).all()
    assert (drawn["number"].values <= 0.5).all()
    assert (drawn["spike"].values == 0).all()
    assert drawn["flag"].missing.all()
    assert drawn["day"].values.min() >= np.datetime64(day, "us").astype(float)
    assert same(drawn, fitted.sample(50, where=where, seed=3))


def test_the_rest_follows_its_law_given_the_condition(name, fitted):
    """Rejection by hand of many free draws is the truth."""
    free = fitted.sample(40_000, seed=1)
    for where, meets in (
        ({"number": (2.0, None)}, free["number"].values >= 2.0),
        ({"flag": True}, free["flag"].values == 1),
    ):
        drawn = fitted.sample(4000, where=where, seed=2)
        truth = np.bincount(free["group"].values[meets], minlength=3) / meets.sum()
        np.testing.assert_allclose(np.bincount(drawn["group"].values, minlength=3) / 4000, truth, atol=0.04)
        spike = free["spike"].values[meets]
        assert (drawn["spike"].values == 0).mean() == pytest.approx((spike == 0).mean(), abs=0.04)


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ({"colour": "red"}, "'colour'"),
        ({"group": "z"}, "'z'"),
        ({"number": "high"}, "'high'"),
        ({"number": (99.0, None)}, "'number'"),
        ({"number": 99.0}, "'number'"),
        ({"group": None}, "'group'"),
        ({"group": ("a", "b")}, "low, high"),
        ({"id": "AB-0001"}, "'id'"),
    ],
)
def test_conditions_that_cannot_be(where, words):
    with pytest.raises(InputError, match=words):
        TableMarginals().fit(make_mixed(100)).sample(5, where=where)


def test_an_observed_value_is_met_though_its_slot_keeps_few():
    values = np.arange(20_000.0)
    table = Table((Column("x", "integer", values), Column("y", "number", np.floor(values / 5_000))))
    drawn = TableTrees(bins=8).fit(table).sample(20, where={"x": 7_777})
    assert (drawn["x"].values == 7_777).all()
    assert (drawn["y"].values == 1).all()


def test_a_value_counts_by_its_share_of_the_slot():
    table = Table((Column("x", "integer", np.r_[np.zeros(90), np.arange(1, 11)]),))
    codec = TableCodec.fit(table, 4)
    bound = condition(codec, {"x": (0, 2)})
    codes = codec.encode(Table((Column("x", "integer", np.array([0.0, 1.0, 9.0])),)))
    np.testing.assert_allclose(bound.accepts(codes), [1, 0.4, 0])


def test_what_is_too_rare_is_given_up():
    with pytest.raises(InputError, match="0 meet the condition"):
        accepted(lambda n, i: (np.zeros((n, 1), np.int32), np.zeros(n)), 1, np.random.default_rng(0))


def test_gaps_are_filled_and_nothing_else(fitted):
    table = make_mixed(150, seed=7)
    full = fitted.impute(table, seed=1)
    for column, other in zip(table.columns, full.columns, strict=True):
        assert not other.missing.any()
        if column.kind != "text":
            np.testing.assert_array_equal(other.values[~column.missing], column.values[~column.missing])
    assert same(full, fitted.impute(table, seed=1))


def test_gaps_are_filled_by_what_is_known(name, fitted):
    if name == "marginals":
        pytest.skip("independent columns know nothing of each other")
    table = make_mixed(300, seed=7)
    hidden = np.arange(300) < 100
    group = np.where(hidden, -1, table["group"].values).astype(np.int32)
    full = fitted.impute(table.replace(Column("group", "category", group, ("a", "b", "c"))))
    right = (full["group"].values == table["group"].values)[hidden].mean()
    assert right > {"gan": 0.6, "trees": 0.85}.get(name, 0.8)


def test_a_column_that_never_had_a_value_cannot_be_filled():
    table = Table((Column("x", "number", np.full(9, np.nan)), Column("y", "number", np.arange(9.0))))
    with pytest.raises(InputError, match="'x' had no value"):
        TableMarginals().fit(table).impute(table)


def test_frames_are_filled_as_frames():
    import pandas as pd

    frame = pd.DataFrame({"a": ["x", "y", None] * 20, "b": [1.0, None, 3.0] * 20}, index=range(60))
    full = TableMixture().fit(frame).impute(frame)
    assert isinstance(full, pd.DataFrame)
    assert not full.isna().any().any()
    assert (full["a"][frame["a"].notna()] == frame["a"].dropna()).all()
