"""The one door for data: a path or a frame in, a `Table` out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from equipoise.data.arrow import table_columns
from equipoise.data.column import Kind
from equipoise.data.columnar import read_json_lines, read_parquet
from equipoise.data.delimited import read_delimited
from equipoise.data.frames import read_frame
from equipoise.data.identifiers import mark_row_numbers
from equipoise.data.kinds import set_kinds
from equipoise.data.table import Origin, Table
from equipoise.errors import InputError

__all__ = ["read_table"]

_DELIMITED = (".csv", ".tsv", ".txt", ".data", ".test")
_LINES = (".jsonl", ".ndjson", ".json")


def read_table(source: Any, *, header: bool = True, kinds: Mapping[str, Kind] | None = None) -> Table:
    """Read a file or a data frame and infer the kind of each column.

    Parameters
    ----------
    source : path, pandas or polars DataFrame, pyarrow.Table, or Table
        Files by suffix: ``.csv`` ``.tsv`` ``.txt`` ``.data`` ``.test`` (delimited), ``.parquet`` ``.pq``,
        ``.jsonl`` ``.ndjson`` ``.json`` (one object a line). Text is UTF-8.
    header : bool
        Whether the first line of a delimited file names the columns; without, they are named "0", "1", ...
    kinds : mapping of column name to kind, optional
        Overrides what was inferred.

    Returns
    -------
    Table
        Whole numbers are ``integer``, others ``number``; two-valued truth is ``boolean``; ISO 8601 dates are
        ``datetime``; strings are ``category``, or ``text`` where more than half of them differ. A column that
        numbers the rows and is named like it (``id``, ``No``, ``index``, ...) is ``text``, that is, an identifier.
        In delimited files ``?``, an empty field, ``NA``, ``NaN``, ``null`` and the like are missing. Strings of a
        frame, a Parquet or a JSON file are labels even where they look like numbers; set `kinds` to parse them.

    Raises
    ------
    InputError
        If the source cannot be read; the message names the file and the line or column.

    Examples
    --------
    >>> import pandas as pd
    >>> from equipoise.data import read_table
    >>> read_table(pd.DataFrame({"age": [39, 50], "job": ["clerk", "nurse"]})).kinds
    {'age': 'integer', 'job': 'category'}
    """
    if isinstance(source, Table):
        return set_kinds(source, kinds)
    table = _read_file(Path(source), header) if isinstance(source, (str, os.PathLike)) else read_frame(source)
    if table.n_rows == 0:
        raise InputError(f"{table.origin.name} has no rows; give at least one")
    return set_kinds(mark_row_numbers(table, set(kinds or ())), kinds)


def _read_file(path: Path, header: bool) -> Table:
    if path.is_dir():
        raise InputError(f"{path} is a directory; give one file")
    if not path.exists():
        raise InputError(f"there is no file {path}; check the path")
    suffix = path.suffix.lower()
    try:
        if suffix in _DELIMITED:
            columns, notes = read_delimited(path, header)
            return Table(columns, Origin("file", str(path), notes=notes))
        if suffix in (".parquet", ".pq"):
            return _typed(path, read_parquet(path))
        if suffix in _LINES:
            return _typed(path, read_json_lines(path))
    except PermissionError:
        raise InputError(f"{path} may not be read by this user; change its permissions") from None
    raise InputError(
        f"{path} has the unknown suffix {path.suffix!r}; rename it to .csv, .tsv, .parquet or .jsonl after its content"
    )


def _typed(path: Path, frame: Any) -> Table:
    if not frame.column_names:
        raise InputError(f"{path} has no columns; give at least one")
    types = {field.name: field.type for field in frame.schema}
    return Table(table_columns(frame), Origin("file", str(path), arrow=types))
