"""The design matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from equipoise.data import DesignEncoder, Table, embedded, read_table
from equipoise.data.encoding import fit_levels

from .frames_for_tests import mixed_frame


def test_each_kind_has_its_columns() -> None:
    frame = pd.DataFrame(
        {
            "n": [1.0, np.nan, 4.0, 4.0],
            "i": [1, 2, 3, 4],
            "b": [True, False, True, False],
            "two": ["x", "y", "x", "y"],
            "three": ["x", "y", "z", None],
            "c": ["x", "x", "x", "x"],
            "gap": ["x", None, "x", "x"],
            "hole": [np.nan, 7, 7, 7],
            "t": pd.to_datetime(["1970-01-01", "1970-01-01", "1970-01-02", "1970-01-02"]),
            "void": [None] * 4,
        }
    )
    encoder = DesignEncoder().fit(frame)
    expected = {
        "n": [1, 3, 4, 4],
        "n=missing": [0, 1, 0, 0],
        "i": [1, 2, 3, 4],
        "b=True": [1, 0, 1, 0],
        "two=y": [0, 1, 0, 1],
        "three=x": [1, 0, 0, 0],
        "three=y": [0, 1, 0, 0],
        "three=z": [0, 0, 1, 0],
        "three=missing": [0, 0, 0, 1],
        "gap=missing": [0, 1, 0, 0],
        "hole=missing": [1, 0, 0, 0],
        "t": [0, 0, 1, 1],
    }
    assert list(encoder.feature_names_out_) == list(expected)
    np.testing.assert_array_equal(encoder.transform(frame), np.array(list(expected.values())).T)
    assert list(encoder.get_feature_names_out()) == list(expected)


def test_unknown_levels_and_new_gaps_are_zero() -> None:
    encoder = DesignEncoder().fit(pd.DataFrame({"c": ["x", "y", "z"], "n": [1.0, 2, 6]}))
    new = pd.DataFrame({"c": ["new", None, "z"], "n": [np.nan, 0, 0]})
    np.testing.assert_array_equal(encoder.transform(new), [[0, 0, 0, 3], [0, 0, 0, 0], [0, 0, 1, 0]])


def test_levels_are_matched_by_name_not_by_code() -> None:
    encoder = DesignEncoder().fit(pd.DataFrame({"c": ["b", "c", "d"]}))
    np.testing.assert_array_equal(encoder.transform(pd.DataFrame({"c": ["a", "d"]})), [[0, 0, 0], [0, 0, 1]])


def test_rare_levels_share_a_column() -> None:
    words = ["a"] * 5 + ["b"] * 4 + ["c"] * 2 + ["d"]
    encoder = DesignEncoder(max_levels=2).fit(pd.DataFrame({"x": words}))
    assert encoder.feature_names_out_ == ("x=a", "x=b", "x=other levels")
    np.testing.assert_array_equal(encoder.transform(pd.DataFrame({"x": words})).sum(axis=0), [5, 4, 3])
    np.testing.assert_array_equal(encoder.transform(pd.DataFrame({"x": ["d", "unseen"]}))[:, 2], [1, 0])


def test_ten_thousand_levels_do_not_explode() -> None:
    words = [f"n{row // 3}" for row in range(30_000)]
    matrix = DesignEncoder().fit_transform(pd.DataFrame({"x": words}))
    assert matrix.shape == (30_000, 51)
    np.testing.assert_array_equal(matrix.sum(axis=1), 1)


def test_ties_of_frequency_are_broken_by_name() -> None:
    column = read_table(pd.DataFrame({"x": ["c", "b", "a", "d"]}))["x"]
    assert fit_levels(column, 2).kept == ("a", "b")


def test_levels_that_no_fitted_row_has_get_no_column() -> None:
    table = embedded("iris").take(np.arange(100))
    assert DesignEncoder().fit(table).feature_names_out_[-1] == "target=versicolor"
    assert len(DesignEncoder().fit(table).feature_names_out_) == 5


@pytest.mark.parametrize("make", [lambda f: f, pl.from_pandas, lambda f: pl.from_pandas(f).to_arrow(), read_table])
def test_every_make_of_table_gives_the_same_matrix(make: Any) -> None:
    frame = mixed_frame().drop(columns="text")
    np.testing.assert_array_equal(DesignEncoder().fit_transform(make(frame)), DesignEncoder().fit_transform(frame))


def test_columns_may_come_in_another_order_and_with_others() -> None:
    frame = mixed_frame()
    encoder = DesignEncoder().fit(frame)
    shuffled = frame[frame.columns[::-1]].assign(more=1)
    np.testing.assert_array_equal(encoder.transform(shuffled), encoder.transform(frame))


def test_one_row_or_a_column_of_gaps_can_be_transformed() -> None:
    encoder = DesignEncoder().fit(mixed_frame())
    row = encoder.transform(mixed_frame().head(1).assign(number=np.nan, category=None))
    assert row.shape == (1, len(encoder.feature_names_out_))
    assert np.isfinite(row).all()


def test_it_is_the_first_step_of_a_pipeline() -> None:
    frame = mixed_frame()
    model = make_pipeline(DesignEncoder(), LogisticRegression(max_iter=10_000)).fit(
        frame[["category", "boolean"]], frame["target"]
    )
    assert model.predict(frame[["category", "boolean"]]).shape == (60,)
    named = DesignEncoder().set_output(transform="pandas").fit_transform(frame[["boolean", "category"]])
    assert list(named.columns) == ["boolean=True", "category=a", "category=b", "category=c", "category=missing"]


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Tables in which at least one column varies."""
    rows = draw(st.integers(2, 12))
    listed = lambda values: draw(st.lists(values, min_size=rows, max_size=rows))  # noqa: E731
    frame = pd.DataFrame(
        {
            "n": pd.Series(listed(st.none() | st.floats(-1e9, 1e9)), dtype=float),
            "c": pd.Series(listed(st.none() | st.sampled_from("abcdef")), dtype="str"),
            "b": pd.Series(listed(st.none() | st.booleans()), dtype="boolean"),
            "sure": range(rows),
        }
    )
    return read_table(frame)


@given(table=tables(), max_levels=st.integers(1, 6), data=st.data())
def test_shapes_order_and_no_gaps(table: Table, max_levels: int, data: st.DataObject) -> None:
    encoder = DesignEncoder(max_levels=max_levels).fit(table)
    rows = data.draw(st.lists(st.integers(0, len(table) - 1), min_size=1, max_size=20))
    matrix = encoder.transform(table.take(np.array(rows)))
    assert matrix.shape == (len(rows), len(encoder.feature_names_out_))
    assert matrix.dtype == np.float64
    assert matrix.flags.f_contiguous
    assert np.isfinite(matrix).all()
    assert len(set(encoder.feature_names_out_)) == len(encoder.feature_names_out_)
    whole = encoder.transform(table)
    np.testing.assert_array_equal(matrix, whole[rows])
    assert (np.ptp(whole, axis=0) > 0).all()
