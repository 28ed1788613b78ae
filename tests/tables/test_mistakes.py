"""What users get wrong with synthesizers is named, and what they give is left as it was."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import equipoise as eq
from equipoise.errors import InputError
from equipoise.tables import TableMarginals

FRAME = pd.DataFrame({"a": np.arange(60) + 0.5, "k": np.arange(60) % 5 * 3, "c": list("xyz") * 20})
FITTED = TableMarginals().fit(FRAME)


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ({"k": 3.5}, "'k' = 3.5, which is no integer"),
        ({"a": True}, "'a' = True, which is no number"),
        ({"a": float("inf")}, "no row of the fitted table has 'a'"),
        ({"a": [[0.1]]}, r"'a' in \[\[0.1\]\]; give a list of values"),
        ({"a": [{1}]}, "give a list of values"),
        ({"a": pd.NA}, "no row of the fitted table has 'a'"),
        ("abc", "where='abc' is no mapping"),
        (["c"], "is no mapping of column name to value"),
    ],
)
def test_conditions_that_say_nothing_are_named(where, message):
    with pytest.raises(InputError, match=message):
        FITTED.sample(2, where=where)


@pytest.mark.parametrize("values", [[3, 6], np.array([3, 6]), pd.Series([3, 6]), {3, 6}, [np.int64(3), 6.0]], ids=repr)
def test_values_come_in_any_list(values):
    assert set(FITTED.sample(40, where={"k": values})["k"]) == {3, 6}


def test_moments_of_a_zone_are_those_of_the_table():
    days = pd.DataFrame({"d": pd.date_range("2020-01-01", periods=60), "n": np.arange(60)})
    there = pd.Timestamp("2020-01-05 02:00", tz="Europe/Berlin").floor("D") + pd.Timedelta(hours=1)
    drawn = TableMarginals().fit(days).sample(3, where={"d": there})
    assert set(drawn["d"]) == {pd.Timestamp("2020-01-05")}


@pytest.mark.parametrize("n", [True, -1, 2.5, "3", None])
def test_numbers_of_rows_are_whole(n):
    with pytest.raises(InputError, match=f"n={n!r} is not a number of rows"):
        FITTED.sample(n)


def test_more_rows_than_memory_holds_are_said(monkeypatch):
    monkeypatch.setattr(TableMarginals, "_table", lambda *_: np.empty(10**15))
    with pytest.raises(InputError, match="1,000,000,000,000,000 rows do not fit into memory"):
        FITTED.sample(10**15)


def test_imputing_keeps_rows_and_columns_where_they_were():
    holes = FRAME.astype({"a": float}).assign(new=7)[["c", "new", "k", "a"]].set_axis(range(100, 160))
    holes.loc[[105, 110], "a"] = np.nan
    holes.loc[120, "c"] = None
    full = FITTED.impute(holes)
    assert list(full.columns) == ["c", "new", "k", "a"]
    assert full.index.equals(holes.index)
    assert not full.isna().any().any()
    known = holes.notna()
    pd.testing.assert_frame_equal(full.where(known), holes.where(known), check_dtype=False)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (FRAME.assign(c=["w", *"yz", *"xyz" * 19]), "column 'c' holds 'w', which it had not when this was fitted"),
        (FRAME.assign(k=2.5), "column 'k' is of kind number, and was integer when this was fitted"),
        (FRAME.drop(columns="a"), "lacks column 'a', which the fitted table has"),
    ],
)
def test_tables_that_cannot_be_imputed_are_named(frame, message):
    with pytest.raises(InputError, match=message):
        FITTED.impute(frame)


def test_folders_in_the_place_of_files_are_named(tmp_path):
    with pytest.raises(InputError, match="is a folder; give the name of a file"):
        FITTED.save(tmp_path)
    with pytest.raises(InputError, match="is a folder; give the path of the file"):
        eq.load(tmp_path)


def test_bins_are_a_number():
    with pytest.raises(InputError, match="bins='x' is not a power of two"):
        TableMarginals(bins="x").fit(FRAME)
