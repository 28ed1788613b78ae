"""Kinds set by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from equipoise.data import KINDS, Kind, read_table

CASES: list[tuple[list[object], Kind, list[object]]] = [
    ([1, 2, 1], "category", ["1", "2", "1"]),
    ([1.5, None, 2], "text", ["1.5", None, "2"]),
    ([1, 2, 1], "number", ["1", "2", "1"]),
    ([1, 2, None], "boolean", ["1", "2", None]),
    (["b", "a", None], "boolean", ["b", "a", None]),
    (["1", "2.5", None], "number", ["1", "2.5", None]),
    (["1", "2", None], "integer", ["1", "2", None]),
    ([True, False, True], "category", ["True", "False", "True"]),
    ([None, None], "category", [None, None]),
    ([None, None], "datetime", [None, None]),
    ([None, None], "boolean", [None, None]),
]


@pytest.mark.parametrize(("values", "kind", "labels"), CASES)
def test_values_survive_the_change(values: list[object], kind: Kind, labels: list[object]) -> None:
    column = read_table(pd.DataFrame({"x": values}), kinds={"x": kind})["x"]
    assert column.kind == kind
    assert column.labels().tolist() == labels
    if kind != "boolean" or any(labels):
        assert column.levels is None or list(column.levels) == sorted({label for label in labels if label})


def test_dates_from_words_and_back() -> None:
    frame = pd.DataFrame({"x": ["2020-01-02", None, "2020-01-02T03:04:05"]})
    column = read_table(frame, kinds={"x": "datetime"})["x"]
    assert column.values[0] == pd.Timestamp("2020-01-02").timestamp() * 1e6
    assert np.isnan(column.values[1])
    labels = read_table(pd.DataFrame({"x": pd.to_datetime(["2020-01-02"])}), kinds={"x": "category"})["x"].levels
    assert labels == ("2020-01-02",)


def test_every_kind_can_be_asked_for_as_it_is() -> None:
    frame = pd.DataFrame({"x": [1, 2, 1]})
    for kind in KINDS:
        if kind != "datetime":
            assert read_table(frame, kinds={"x": kind})["x"].kind == kind
