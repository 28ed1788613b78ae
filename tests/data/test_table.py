"""Tables and columns as values."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from equipoise.data import Column, Table, embedded, read_table
from equipoise.data.embedded import EMBEDDED
from equipoise.errors import InputError

from .frames_for_tests import mixed_frame


@pytest.fixture
def table() -> Table:
    return read_table(mixed_frame())


def test_kinds_are_named_by_the_columns(table: Table) -> None:
    assert [name for name, kind in table.kinds.items() if name != kind] == ["target"]
    assert (len(table), table.n_rows, "text" in table, "none" in table) == (60, 60, True, False)


def test_take_keeps_kinds_and_levels(table: Table) -> None:
    rows = np.array([5, 3, 3])
    some = table.take(rows)
    assert some.kinds == table.kinds
    assert [column.levels for column in some.columns] == [column.levels for column in table.columns]
    for name in table.names:
        assert some[name].labels().tolist() == table[name].labels()[rows].tolist()
    mask = np.arange(60) < 2
    assert len(table.take(mask)) == 2


def test_taking_and_appending_rows_matches_the_frame(table: Table) -> None:
    frame = mixed_frame()
    halves = table.take(np.arange(30)).concat(table.take(np.arange(30, 60)))
    assert_frame_equal(halves.to_frame(), frame)


def test_select_drop_replace(table: Table) -> None:
    assert table.select(["target", "number"]).names == ("target", "number")
    assert "target" not in table.drop(["target"])
    assert len(table.drop("target").names) == 6
    new = Column("number", "number", np.zeros(60))
    replaced = table.replace(new)
    assert replaced.names == table.names
    assert replaced["number"] is new
    with pytest.raises(InputError, match="no column 'none'"):
        table.replace(Column("none", "number", np.zeros(60)))
    with pytest.raises(InputError, match="no column 'none'"):
        table.drop(["none"])


def test_a_table_is_read_as_itself(table: Table) -> None:
    assert read_table(table) is table
    assert read_table(table, kinds={"integer": "category"})["integer"].kind == "category"


def test_tables_can_be_pickled(table: Table) -> None:
    assert_frame_equal(pickle.loads(pickle.dumps(table)).to_frame(), table.to_frame())


def test_missing_and_distinct_values() -> None:
    numbers = Column("x", "number", np.array([1.0, np.nan, 1.0, np.inf]))
    labels = Column("x", "category", np.array([2, -1, 2], np.int32), ("a", "b", "c"))
    assert (numbers.n_missing, numbers.distinct()) == (1, 2)
    assert (labels.n_missing, labels.distinct()) == (1, 1)
    assert Column("x", "number", np.full(2, np.nan)).distinct() == 0
    assert Column("x", "category", np.full(2, -1, np.int32), ()).distinct() == 0


def test_labels_of_numbers_are_short() -> None:
    column = Column("x", "number", np.array([1.0, 0.1, np.nan, -2.0, np.inf]))
    assert column.labels().tolist() == ["1", "0.1", None, "-2", "inf"]


@pytest.mark.parametrize(
    ("name", "shape"), [("breast_cancer", (569, 31)), ("diabetes", (442, 11)), ("wine", (178, 14))]
)
def test_embedded_shapes(name: str, shape: tuple[int, int]) -> None:
    table = embedded(name)
    assert (len(table), len(table.names)) == shape


@pytest.mark.parametrize("name", EMBEDDED)
def test_embedded_tables_are_complete(name: str) -> None:
    table = embedded(name)
    assert table.names[-1] == "target"
    assert not any(column.n_missing for column in table.columns)
    assert table["target"].kind == ("integer" if name == "diabetes" else "category")


def test_labels_of_dates_are_iso() -> None:
    column = Column("x", "datetime", np.array([0.0, 1.0, np.nan, -864e8]))
    assert column.labels().tolist() == ["1970-01-01", "1970-01-01T00:00:00.000001", None, "1969-12-31"]


def test_row_numbers_named_as_such_are_identifiers() -> None:
    n = 30
    frame = pd.DataFrame({"No": range(n), "userId": range(n, 0, -1), "t": range(n), "id2": np.arange(n) // 2})
    table = read_table(frame)
    assert table.kinds == {"No": "text", "userId": "text", "t": "integer", "id2": "integer"}
    assert_frame_equal(table.to_frame(), frame)
    assert read_table(frame, kinds={"No": "integer"})["No"].kind == "integer"
    assert read_table(frame.head(20))["No"].kind == "integer"


def test_row_numbers_of_a_file_come_back_as_numbers_unless_made_a_category(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("id,x\n" + "".join(f"{row},{row % 7}.5\n" for row in range(30)))
    table = read_table(path)
    assert table["id"].kind == "text"
    assert table.to_frame()["id"].tolist() == list(range(30))
    assert read_table(path, kinds={"id": "category"}).to_frame()["id"].dtype == "category"
