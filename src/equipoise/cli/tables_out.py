"""Write a table to a file of the format that its suffix names, all or nothing."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equipoise.data.strings import MISSING
from equipoise.durable import replacing
from equipoise.errors import FindingWarning, InputError
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
    """Write the table; `header` counts for .csv and .tsv only.

    A label that a text file cannot keep, such as "NA", is told by a `FindingWarning`.
    """
    if path.suffix.lower() in (".csv", ".tsv"):
        _warn(table, path)
    with replacing(path) as draft:
        _write(table, draft, path.suffix.lower(), header)


def _warn(table: pa.Table, path: Path) -> None:
    import pyarrow as pa

    for name, column in zip(table.column_names, table.columns, strict=True):
        plain = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
        if not (pa.types.is_string(plain.type) or pa.types.is_large_string(plain.type)):
            continue
        lost = [label for label in plain.unique().to_pylist() if label is not None and _is_lost(label)]
        if lost:
            warnings.warn(
                f"column {name!r} holds {lost[0]!r}, which {path.name} does not keep: in text files this stands for a "
                "missing value, or blanks around it are lost; write .parquet or .jsonl",
                FindingWarning,
                stacklevel=3,
            )


def _is_lost(label: str) -> bool:
    return label in MISSING or label != label.strip()


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
