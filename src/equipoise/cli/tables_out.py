"""Write a table to a file of the format that its suffix names, all or nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equipoise.durable import replacing
from equipoise.errors import InputError
from equipoise.judge.files import check_target

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["check_out", "write_arrow"]

_SUFFIXES = (".csv", ".tsv", ".parquet", ".jsonl")


def check_out(path: Path) -> None:
    """Raise before any work if the path cannot be a table's.

    Raises
    ------
    InputError
        If the suffix is none that can be written, or the path is a folder.
    """
    if path.suffix.lower() not in _SUFFIXES:
        raise InputError(f"{path} has the suffix {path.suffix!r}; give one of {', '.join(_SUFFIXES)}")
    check_target(path)


def write_arrow(table: pa.Table, path: Path, header: bool = True) -> None:
    """Write the table; `header` counts for .csv and .tsv only."""
    with replacing(path) as draft:
        _write(table, draft, path.suffix.lower(), header)


def _write(table: pa.Table, draft: Path, suffix: str, header: bool) -> None:
    if suffix == ".parquet":
        from pyarrow import parquet

        parquet.write_table(table, draft)
    elif suffix == ".jsonl":
        rows: list[dict[str, Any]] = table.to_pylist()
        draft.write_text("".join(json.dumps(row, default=str) + "\n" for row in rows), encoding="utf-8")
    else:
        from pyarrow import csv

        options = csv.WriteOptions(
            include_header=header, delimiter="\t" if suffix == ".tsv" else ",", quoting_style="needed"
        )
        csv.write_csv(table, draft, options)
