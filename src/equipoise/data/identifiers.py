"""Columns that name a row rather than describe it."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from equipoise.data.column import Column
from equipoise.data.kinds import as_kind
from equipoise.data.table import Table

__all__ = ["mark_row_numbers", "numbers_rows"]

_WORDS = "id|ids|no|nr|idx|index|row|rows|rownum|rowid|key|uuid|guid|serial|unnamed"
_NAMES = re.compile(rf"(?:^|[^a-z])(?:{_WORDS})(?:$|[^a-z])")


def mark_row_numbers(table: Table, keep: set[str]) -> Table:
    """Turn columns of distinct whole numbers that are named like an identifier into kind ``"text"``.

    The name decides, because a column that merely counts upwards can be a time and thus the best predictor of all;
    such a column stays as it is and `inspect` reports it.
    """
    import pyarrow as pa

    marked = [column for column in table.columns if column.name not in keep and _names_rows(column)]
    for column in marked:
        table = table.replace(as_kind(column, "text"))
    # to_frame gives the numbers back as numbers
    types = {column.name: pa.int64() for column in marked} | dict(table.origin.arrow)
    return replace(table, origin=replace(table.origin, arrow=types))


def numbers_rows(column: Column) -> bool:
    """Whether the column counts the rows up or down by one."""
    steps = np.diff(column.values)
    return column.kind == "integer" and len(column) > 2 and bool(np.all(steps == 1) or np.all(steps == -1))


def _names_rows(column: Column) -> bool:
    return column.kind == "integer" and _named(column) and _unique(column)


def _named(column: Column) -> bool:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column.name)
    return column.name == "" or _NAMES.search(spaced.lower()) is not None


def _unique(column: Column) -> bool:
    return len(column) > 20 and not column.n_missing and column.distinct() == len(column)
