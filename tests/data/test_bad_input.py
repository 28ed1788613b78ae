"""Bad input ends in one clear sentence that names the file, column or value and says what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from equipoise.data import Column, DesignEncoder, Table, TreeEncoder, align, embedded, read_table, target_vector
from equipoise.errors import InputError


def _file(name: str, content: bytes | str, **options: object) -> Callable[[Path], object]:
    """A file with this content, read."""

    def act(folder: Path) -> object:
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_table(path, **options)

    return act


def _target(values: object, name: str = "y", **options: object) -> Callable[[Path], object]:
    """A frame whose column y holds these values, asked for the target."""
    frame = pd.DataFrame({"x": range(len(values)), "y": values})
    return lambda folder: target_vector(read_table(frame, **options), name)


def _frame(columns: dict[object, object], **options: object) -> Callable[[Path], object]:
    return lambda folder: read_table(pd.DataFrame(columns), **options)


def _truncated_parquet(folder: Path) -> object:
    path = folder / "cut.parquet"
    mixed = pd.DataFrame({"x": np.arange(1000.0)})
    mixed.to_parquet(path)
    path.write_bytes(path.read_bytes()[:-200])
    return read_table(path)


def _directory(folder: Path) -> object:
    (folder / "set.csv").mkdir()
    return read_table(folder / "set.csv")


def _design(values: object) -> Callable[[Path], object]:
    return lambda folder: DesignEncoder().fit(pd.DataFrame({"x": values, "z": [0.5, 1.5, 2.5]}))


def _encoder_lacks_column(folder: Path) -> object:
    encoder = DesignEncoder().fit(pd.DataFrame({"a": [1, 2, 3], "b": [1, 5, 2]}))
    return encoder.transform(pd.DataFrame({"a": [1, 2]}))


def _encoder_other_kind(folder: Path) -> object:
    encoder = TreeEncoder().fit(pd.DataFrame({"a": [1, 2, 3]}))
    return encoder.transform(pd.DataFrame({"a": ["x", "y"]}))


def _duplicate_frame(folder: Path) -> object:
    return read_table(pd.DataFrame([[1, 2]], columns=["a", "a"]))


def _duplicate_arrow(folder: Path) -> object:
    return read_table(pa.table([[1], [2]], names=["b", "b"]))


def _concat(folder: Path) -> object:
    first = read_table(pd.DataFrame({"a": ["x", "y"]}))
    return first.concat(read_table(pd.DataFrame({"a": ["x", "z"]})))


def _concat_names(folder: Path) -> object:
    return read_table(pd.DataFrame({"a": [1]})).concat(read_table(pd.DataFrame({"b": [1]})))


def _align(folder: Path) -> object:
    return align(read_table(pd.DataFrame({"a": [1]})), read_table(pd.DataFrame({"a": [1], "b": [2]})))


TALL_JSON = "\n".join(json.dumps({"a": value}) for value in (1, 2, "three"))

CASES: list[tuple[str, Callable[[Path], object], str]] = [
    # files that are no table
    ("absent", lambda folder: read_table(folder / "none.csv"), r"there is no file .*none\.csv; check"),
    ("directory", _directory, r"set\.csv is a directory; give one file"),
    ("suffix", _file("x.docx", "a,b\n1,2\n"), r"x\.docx has the unknown suffix '\.docx'; rename"),
    ("empty", _file("x.csv", ""), r"x\.csv is empty; give"),
    ("blank", _file("x.csv", "\n \n"), r"x\.csv is empty; give"),
    ("only header", _file("x.csv", "a,b\n"), r"x\.csv has a header but no rows; give"),
    ("ragged short", _file("x.csv", "a,b\n1,2\n3\n"), r"line 3 of .*x\.csv has 1 fields .* has 2; correct"),
    ("ragged long", _file("x.csv", "a,b\n\n1,2\n3,4,5\n"), r"line 4 of .*x\.csv has 3 fields .* has 2; correct"),
    ("ragged quoted", _file("x.csv", 'a,b\n"1\n1",2\n3\n'), r"line 4 of .*x\.csv has 1 fields .* has 2; correct"),
    ("zip", _file("x.csv", b"PK\x03\x04abc"), r"x\.csv is a zip archive or an Excel workbook, not text; unpack"),
    ("gzip", _file("x.csv", b"\x1f\x8b\x08abc"), r"x\.csv is gzip-compressed, not text; unpack"),
    ("parquet as csv", _file("x.csv", b"PAR1abcPAR1"), r"x\.csv is a Parquet file, not text; .* right suffix"),
    ("NUL", _file("x.csv", b"a,b\n1,2\n3,\x004\n"), r"x\.csv has a NUL byte in line 3: .* export"),
    ("latin-1", _file("x.csv", "a,b\n1,2\né,4\n".encode("latin-1")), r"not UTF-8: byte 0xe9 in line 3; save"),
    ("UTF-16", _file("x.csv", "a,b\n1,2\n".encode("utf-16")), r"x\.csv is UTF-16 or UTF-32 text; save it as UTF-8"),
    ("name twice", _file("x.csv", "a,b,a\n1,2,3\n"), r"names column 'a' twice; rename one, or pass header=False"),
    ("no parquet", _file("x.parquet", "a,b\n1,2\n"), r"x\.parquet is no complete Parquet file .*; write it again"),
    ("truncated parquet", _truncated_parquet, r"cut\.parquet is no complete Parquet file .*; write it again"),
    ("empty parquet", _file("x.parquet", b""), r"x\.parquet is no complete Parquet file"),
    ("broken JSON", _file("x.jsonl", '{"a": 1}\n{"a": \n'), r"line 2 of .*x\.jsonl is not valid JSON .*; correct"),
    ("JSON array", _file("x.json", '[{"a": 1}, {"a": 2}]'), r"line 1 of .* is a JSON list, not an object; write one"),
    ("JSON types", _file("x.jsonl", TALL_JSON), r"x\.jsonl: .*string in row 2; give every field one type"),
    ("JSON no fields", _file("x.jsonl", "{}\n{}\n"), r"x\.jsonl holds only empty objects; give"),
    ("JSON nested", _file("x.jsonl", '{"a": {"b": 1}}\n'), r"column 'a' holds values of type struct.*; convert"),
    # frames that are no table
    ("lazy frame", lambda folder: read_table(pl.LazyFrame({"a": [1]})), r"cannot read a polars LazyFrame; .*collected"),
    ("no frame", lambda folder: read_table({"a": [1]}), r"cannot read a builtins dict; give a path, a pandas"),
    ("no rows", _frame({"a": []}), r"the pandas frame has no rows; give at least one"),
    ("no columns", _frame({}), r"the table has no columns; give"),
    ("frame name twice", _duplicate_frame, r"two columns of the frame are called 'a'; rename"),
    ("Arrow name twice", _duplicate_arrow, r"two columns of the frame are called 'b'; rename"),
    ("names alike as text", _frame({1: [1], "1": [2]}), r"column name '1' occurs twice; rename"),
    (
        "objects",
        _frame({"a": [object(), object()]}),
        r"column 'a' .*holds values that are no number, label or date; conv",
    ),
    ("lists", _frame({"a": [[1], [2]]}), r"column 'a' holds values of type list.*; convert"),
    ("complex", _frame({"a": [1j, 2j]}), r"column 'a' of dtype complex128 holds values that are no number"),
    # kinds
    ("kind of no column", _frame({"a": [1]}, kinds={"b": "number"}), r"no column 'b' in the pandas frame; .* has 'a'"),
    ("no kind", _frame({"a": [1]}, kinds={"a": "float"}), r"kinds\['a'\] is 'float'; choose one of number, integer"),
    (
        "word as number",
        _file("x.csv", "a\n1\ntwo\n", kinds={"a": "number"}),
        r"'a' cannot become number: 'two' is none",
    ),
    ("fraction as integer", _frame({"a": [1, 2.5]}, kinds={"a": "integer"}), r"'a' .* integer: row 1 holds 2\.5; use"),
    ("inf as integer", _frame({"a": [1, np.inf]}, kinds={"a": "integer"}), r"'a' .* integer: row 1 holds inf; use"),
    ("three truths", _frame({"a": [1, 2, 3]}, kinds={"a": "boolean"}), r"'a' has 3 distinct values .* needs two; use"),
    (
        "word as date",
        _frame({"a": ["31/12/2020"]}, kinds={"a": "datetime"}),
        r"'31/12/2020' is none; write dates as 20",
    ),
    ("number as date", _frame({"a": [1.5]}, kinds={"a": "datetime"}), r"'a' is a number column and cannot become date"),
    # targets
    ("target absent", _target([0, 1], "z"), r"the target 'z' is not a column of the pandas frame, which has 'x', 'y'$"),
    ("target half missing", _target([0, 1, None, 1]), r"target 'y' is missing in 1 of 4 rows, first in row 2; drop"),
    ("target all missing", _target([None, None]), r"target 'y' is missing in every row; choose another column"),
    ("target constant", _target(["a", "a", "a"]), r"target 'y' has the single value 'a'; nothing can be learned"),
    ("target constant number", _target([2.5, 2.5]), r"target 'y' has the single value '2\.5'; nothing"),
    ("target infinite", _target([0.5, np.inf, 1.5]), r"target 'y' is infinite in row 1; correct or drop"),
    ("target of dates", _target(pd.date_range("2020", periods=3)), r"target 'y' is a date-time; turn it into a number"),
    ("target of names", _target([f"n{i}" for i in range(30)]), r"target 'y' has 30 different labels .*'n0': too many"),
    (
        "target of comma numbers",
        _target([f"{i},5" for i in range(30)]),
        r"'y' has 30 different labels .*'0,5': .*correct",
    ),
    (
        "target too many",
        _target([f"n{i % 120}" for i in range(600)]),
        r"'y' has 120 different labels .*\(at most 100\)",
    ),
    # encoders
    ("infinite feature", _design([1.0, np.inf, 2.0]), r"column 'x' is infinite in row 1 \(1 such rows\); rescale"),
    ("overflowing feature", _design([1.0, 1e308, 2.0]), r"column 'x' holds 1e\+308, whose square overflows, in row 1"),
    ("nothing varies", lambda folder: DesignEncoder().fit(np.ones((5, 2))), r"none of the 2 columns varies .*; add"),
    ("nothing present", lambda folder: TreeEncoder().fit(np.full((5, 2), np.nan)), r"none of the 2 columns can be enc"),
    ("column gone", _encoder_lacks_column, r"no column 'b' in the pandas frame; the table has 'a'"),
    ("kind changed", _encoder_other_kind, r"column 'a' cannot become integer: 'x' is none; correct it"),
    # tables
    (
        "levels differ",
        _concat,
        r"cannot append: column 'a' is category .* or its levels differ; use equipoise",
    ),
    ("names differ", _concat_names, r"cannot append: the columns are 'a' and 'b'"),
    ("align lacks", _align, r"the pandas frame lacks column 'b', which the pandas frame has; add it"),
    ("table without columns", lambda folder: Table(()), r"the table has no columns; give it at least one"),
    ("unknown set", lambda folder: embedded("boston"), r"no embedded data set 'boston'; choose one of breast_cancer"),
    ("column kind", lambda folder: Column("a", "float", np.ones(2)), r"column .a. has kind .float.; choose one"),
    ("column dtype", lambda folder: Column("a", "number", np.ones(2, int)), r"column 'a' .* needs a vector of float64"),
    (
        "column levels",
        lambda folder: Column("a", "number", np.ones(2), ("x",)),
        r"'a' of kind number: levels belong to",
    ),
]


@pytest.mark.parametrize(("act", "says"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_bad_input_ends_in_one_clear_sentence(act: Callable[[Path], object], says: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=says) as caught:
        act(tmp_path)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 450
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_an_absent_target_of_a_file_reminds_of_the_header(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("1,2\n3,4\n")
    with pytest.raises(InputError, match=r"which has '1', '2'; if the file has no header, pass header=False"):
        target_vector(read_table(tmp_path / "x.csv"), "0")


def test_a_file_that_may_not_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a\n1\n")

    def refuse(self: Path) -> bytes:
        raise PermissionError

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(InputError, match=r"x\.csv may not be read by this user; change its permissions"):
        read_table(path)


def test_tables_of_unequal_columns_are_refused() -> None:
    with pytest.raises(InputError, match=r"columns differ in length \('a': 2, 'b': 3\)"):
        Table((Column("a", "number", np.ones(2)), Column("b", "number", np.ones(3))))
