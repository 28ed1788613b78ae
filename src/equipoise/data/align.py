"""Bring a second table (a test file, say) to the kinds and levels of the first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from equipoise.data.column import Column
from equipoise.data.findings import Finding
from equipoise.data.kinds import as_kind
from equipoise.data.table import Table
from equipoise.errors import InputError

__all__ = ["align"]


def align(table: Table, like: Table) -> Table:
    """Return `table` with the columns, order, kinds and levels of `like`.

    Levels that `like` lacks are appended after its own, so that codes agree and the encoders treat them as unknown.
    Where none of a column's levels is known but all are after a closing full stop is taken off (UCI's Adult test file
    writes ``>50K.``), it is taken off, and the table's findings say so.

    Parameters
    ----------
    table, like : Table
        `table` may have further columns; they are left out.

    Raises
    ------
    InputError
        If a column of `like` is absent, or a value cannot be read as the kind that it has there.

    Examples
    --------
    >>> import numpy as np
    >>> from equipoise.data import Column, Table, align
    >>> train = Table((Column("x", "category", np.array([0, 1], np.int32), ("a", "b")),))
    >>> test = Table((Column("x", "category", np.array([0, 1], np.int32), ("b", "c")),))
    >>> align(test, train)["x"]
    Column(name='x', kind='category', values=array([1, 2], dtype=int32), levels=('a', 'b', 'c'))
    """
    if absent := [name for name in like.names if name not in table]:
        raise InputError(f"{table.origin.name} lacks column {absent[0]!r}, which {like.origin.name} has; add it")
    columns, notes = [], []
    for model in like.columns:
        column = _as_kind_of(table[model.name], model)
        if trimmed := _without_stop(column, model):
            message = f"a closing '.' was taken off the labels of column {model.name!r}"
            notes.append(Finding("closing-stop", model.name, message))
            column = trimmed
        columns.append(_recode(column, model))
    return Table(tuple(columns), replace(table.origin, notes=(*table.origin.notes, *notes)))


def _as_kind_of(column: Column, model: Column) -> Column:
    if column.kind == "number" and model.kind == "integer":
        return column if np.any(column.values % 1 > 0) else replace(column, kind="integer")
    if model.kind == "boolean":
        return replace(as_kind(column, "category"), kind="boolean")
    return as_kind(column, model.kind)


def _without_stop(column: Column, model: Column) -> Column | None:
    if not column.levels or not model.levels or set(column.levels) & set(model.levels):
        return None
    trimmed = tuple(level.removesuffix(".") for level in column.levels)
    return replace(column, levels=trimmed) if set(trimmed) <= set(model.levels) else None


def _recode(column: Column, model: Column) -> Column:
    if column.levels is None or model.levels is None:
        return column
    levels = (*model.levels, *sorted(set(column.levels) - set(model.levels)))
    place = np.array([levels.index(level) for level in column.levels] + [-1], np.int32)
    return replace(column, values=place[column.values], levels=levels)
