"""Set the kind of a column by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from equipoise.data.column import CODED, KINDS, Column, Kind, level_order
from equipoise.data.strings import parse_datetimes, parse_numbers
from equipoise.data.table import Table
from equipoise.errors import InputError

__all__ = ["as_kind", "set_kinds"]

_NUMERIC = ("number", "integer")


def set_kinds(table: Table, kinds: Mapping[str, Kind] | None) -> Table:
    """Return the table with the named columns turned into the given kinds.

    Raises
    ------
    InputError
        If a column is absent, a kind unknown, or a value cannot be read as that kind.
    """
    if not kinds:
        return table
    for name, kind in kinds.items():
        if kind not in KINDS:
            raise InputError(f"kinds[{name!r}] is {kind!r}; choose one of {', '.join(KINDS)}")
    changed = {name: as_kind(table[name], kind) for name, kind in kinds.items()}
    return replace(table, columns=tuple(changed.get(column.name, column) for column in table.columns))


def as_kind(column: Column, kind: Kind) -> Column:
    """Turn a column into another kind, or say which value stands in the way.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> from equipoise.data.kinds import as_kind
    >>> as_kind(embedded("digits")["target"], "integer").values[:4]
    array([0., 1., 2., 3.])
    """
    if kind == column.kind:
        return column
    if column.n_missing == len(column):
        return _nothing(column, kind)
    if kind in ("category", "text"):
        return _coded(column, kind)
    if kind == "boolean":
        return _boolean(column)
    if column.kind == "datetime" or (kind == "datetime" and not column.coded):
        raise InputError(
            f"column {column.name!r} is a {column.kind} column and cannot become {kind}; "
            "leave it out of kinds or convert it before reading"
        )
    return _datetime(column) if kind == "datetime" else _numeric(column, kind)


def _nothing(column: Column, kind: Kind) -> Column:
    if kind not in CODED:
        return Column(column.name, kind, np.full(len(column), np.nan))
    levels = ("False", "True") if kind == "boolean" else ()
    return Column(column.name, kind, np.full(len(column), -1, np.int32), levels)


def _coded(column: Column, kind: Kind) -> Column:
    if column.coded:
        return replace(column, kind=kind)
    levels, codes = level_order(column.labels())
    return Column(column.name, kind, codes, levels)


def _boolean(column: Column) -> Column:
    coded = _coded(column, "category")
    levels = coded.levels or ()
    if len(levels) != 2:
        raise InputError(
            f"column {column.name!r} has {len(levels)} distinct values and cannot become boolean, which needs two; "
            "use 'category'"
        )
    return replace(coded, kind="boolean")


def _numeric(column: Column, kind: Kind) -> Column:
    values = column.values
    if column.coded:
        values = np.append(_parsed(column, kind), np.nan)[column.values]
    fractions = np.flatnonzero(~np.isnan(values) & (values != np.trunc(values)) | np.isinf(values))
    if kind == "integer" and fractions.size:
        raise InputError(
            f"column {column.name!r} cannot become integer: row {fractions[0]} holds {values[fractions[0]]:g}; "
            "use 'number'"
        )
    return Column(column.name, kind, values)


def _datetime(column: Column) -> Column:
    return Column(column.name, "datetime", np.append(_parsed(column, "datetime"), np.nan)[column.values])


def _parsed(column: Column, kind: Kind) -> NDArray[np.float64]:
    import pyarrow as pa

    parse = parse_datetimes if kind == "datetime" else parse_numbers
    levels = column.levels or ()
    values = parse(pa.array(levels, pa.string())) if levels else np.empty(0)
    if values is not None:
        return values
    wrong = next((level for level in levels if parse(pa.array([level])) is None), levels[0])
    hint = "write dates as 2024-12-31 or 2024-12-31T23:59:59" if kind == "datetime" else "correct it or use 'category'"
    raise InputError(f"column {column.name!r} cannot become {kind}: {wrong!r} is none; {hint}")
