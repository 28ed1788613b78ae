"""Each finding, planted; and nothing found where nothing is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from equipoise.data import Column, Finding, Table, embedded, inspect, read_table
from equipoise.errors import InputError

N = 120
RNG = np.random.default_rng(0)
FINE = {"fine": RNG.normal(size=N), "y": RNG.integers(0, 2, N)}


def _found(columns: Mapping[str, object], target: str | None = "y", folds: int = 5) -> list[Finding]:
    return list(inspect(read_table(pd.DataFrame({**FINE, **columns})), target, folds))


PLANTED = {
    "all-missing": ({"x": [None] * N}, "missing in every row"),
    "constant": ({"x": ["a"] * N}, "the single value 'a'; models leave it out"),
    "constant where present": ({"x": [1.0, np.nan] * (N // 2)}, "single value '1'; only where it is missing"),
    "identifier of text": ({"x": [f"name {row}" for row in range(N)]}, f"{N} different values in {N} rows"),
    "identifier by count": ({"x": np.arange(N)}, "counts the rows"),
    "many-levels": ({"x": [f"n{row // 2}" for row in range(N)]}, "60 levels; linear models keep the 50"),
    "inf": ({"x": np.where(np.arange(N) == 7, np.inf, FINE["fine"])}, "infinite in 1 rows, first in row 7"),
    "large": ({"x": np.where(np.arange(N) == 7, 1e308, FINE["fine"])}, "holds 1e+308, whose square overflows"),
    "mixed-types": ({"x": ["1.5", "2", "three"] * (N // 3)}, "numbers, but 'three' in row 2 (40 such rows)"),
    "numbers-as-text": ({"x": [f"{row % 40}.5" for row in range(N)]}, "kinds={'x': 'number'}"),
    "leak": ({"x": FINE["y"] * 3.0 + 1}, "'x' alone predicts the target 'y' almost perfectly (AUC 1.000"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_planted_findings_are_found(name: str) -> None:
    columns, says = PLANTED[name]
    (finding,) = _found(columns)
    assert finding.code == name.split(" ")[0]
    assert finding.column == "x"
    assert says in finding.message
    assert str(finding) == finding.message


def test_nothing_is_found_where_nothing_is_odd() -> None:
    assert _found({}) == []
    assert _found({"x": ["007", "012"] * (N // 2)}) == []
    assert inspect(embedded("breast_cancer"), "target") == ()
    assert inspect(embedded("wine"), "target") == ()
    assert inspect(embedded("diabetes"), "target") == ()


def test_duplicate_rows_are_counted_apart_from_identifiers() -> None:
    frame = pd.DataFrame(FINE)
    frame = pd.concat([frame, frame.head(3), frame.head(2)], ignore_index=True)
    frame["who"] = [f"name {row}" for row in range(len(frame))]
    duplicates = [finding for finding in inspect(read_table(frame)) if finding.code == "duplicate-rows"]
    assert f"5 of {N + 5} rows repeat" in duplicates[0].message


def test_missing_values_and_zeros_of_both_signs_make_equal_rows() -> None:
    twice = read_table(pd.DataFrame({"x": [0.0, -0.0, np.nan, np.nan, 1.0], "c": ["a", "a", None, None, None]}))
    assert "2 of 5 rows" in next(f.message for f in inspect(twice) if f.code == "duplicate-rows")
    signs = Table((Column("x", "number", np.array([np.nan, -np.nan])),))
    assert "1 of 2 rows" in inspect(signs)[-1].message
    swapped = read_table(pd.DataFrame({"x": [1.5, 2.5], "y": [2.5, 1.5]}))
    assert not [f for f in inspect(swapped) if f.code == "duplicate-rows"]


def test_target_with_one_class() -> None:
    (finding,) = _found({"y": ["a"] * N})
    assert (finding.code, finding.column) == ("single-class", "y")


def test_target_with_missing_values() -> None:
    codes = [finding.code for finding in _found({"y": ["a", "b", None] * (N // 3)})]
    assert codes == ["target-missing"]


def test_target_missing_everywhere() -> None:
    assert [finding.code for finding in _found({"y": [None] * N})] == ["target-missing"]


def test_a_class_with_fewer_rows_than_folds() -> None:
    y = ["a", "b"] * (N // 2 - 2) + ["rare"] * 4
    (finding,) = _found({"y": y})
    assert finding.code == "small-class"
    assert "class 'rare' of the target 'y' has 4 rows, fewer than the 5 folds" in finding.message
    assert _found({"y": y}, folds=4) == []
    assert not [f for f in _found({"y": FINE["fine"]}) if f.code == "small-class"]


def test_an_absent_target_is_an_error() -> None:
    with pytest.raises(InputError, match="target 'z' is not a column"):
        _found({}, target="z")


def test_the_target_itself_is_not_judged_as_a_feature() -> None:
    assert [f.code for f in _found({"y": [f"n{row // 2}" for row in range(N)]})] == ["small-class"] * 60
