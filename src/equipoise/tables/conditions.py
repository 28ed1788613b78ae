"""Conditions on columns: which values a drawn row may have.

A value is met exactly: a slot counts by the share of its observed values that are allowed, and gives only those back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equipoise.data import Column, Table
from equipoise.data.column import is_missing, number_label
from equipoise.data.table import listed
from equipoise.errors import InputError
from equipoise.tables.codec import TableCodec
from equipoise.tables.slots import ColumnSlots

__all__ = ["Condition", "condition"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]


@dataclass(frozen=True)
class Condition:
    """What rows may have, in terms of slots.

    Parameters
    ----------
    codec : TableCodec
        Whose slots give back allowed values only.
    weight : ndarray of shape (size,)
        Share of each slot, in layout order, that is allowed.
    columns : tuple of int
        Places in the layout of the columns that are bound.
    where : mapping
        What was asked for.
    """

    codec: TableCodec
    weight: Floats
    columns: tuple[int, ...]
    where: Mapping[str, Any]

    def of(self, column: int) -> Floats:
        """Return the weights of one column's slots."""
        offsets = self.codec.offsets
        return self.weight[offsets[column] : offsets[column + 1]]

    def accepts(self, codes: Codes) -> Floats:
        """Return the probability with which rows meet the condition, given their slots, shape (n,)."""
        factors = [self.of(column)[codes[:, column]] for column in self.columns]
        return np.asarray(np.prod(factors, axis=0))

    def holds(self, table: Table) -> NDArray[np.bool_]:
        """Return which rows of a table meet the condition, whoever drew them, shape (n,)."""
        met = np.ones(len(table), np.bool_)
        for known in self.codec.columns:
            if known.name in self.where:
                met &= _holds(known, table[known.name], self.where[known.name])
        return met


def condition(codec: TableCodec, where: Mapping[str, Any]) -> Condition:
    """Read what a user asks for.

    Parameters
    ----------
    codec : TableCodec
    where : mapping of column name to value
        A value, None for missing, a list or set of values, or a tuple (low, high) of a number or date, both included
        and either of them None for open. A number or date between the lowest and the highest observed counts as
        observed.

    Raises
    ------
    InputError
        If a column or a value is not known, or nothing observed meets the condition.
    """
    if not isinstance(where, Mapping):
        raise InputError(f"where={where!r} is no mapping of column name to value; give one such as {{'column': value}}")
    columns, weights = list(codec.columns), [np.ones(column.width) for column in codec.columns]
    names = [column.name for column in columns]
    for name, wanted in where.items():
        if name not in names:
            raise InputError(f"where names column {name!r}, which the fitted table lacks; it has {', '.join(names)}")
        i = names.index(name)
        columns[i], weights[i] = _bound(columns[i], wanted)
    order = codec.order
    bound = tuple(int(place) for place in np.flatnonzero(np.isin(order, [names.index(name) for name in where])))
    return Condition(TableCodec(tuple(columns), codec.bins), np.concatenate([weights[i] for i in order]), bound, where)


def _bound(column: ColumnSlots, wanted: Any) -> tuple[ColumnSlots, Floats]:
    """Return the column with its slots' allowed values, and weights of the slots, the largest 1."""
    if column.kind == "text":
        raise InputError(f"column {column.name!r} holds texts, of which only the shape is known; leave it out of where")
    weight, pools = np.zeros(column.width), [np.empty(0)] * column.width
    for one in _alternatives(column, wanted):
        if is_missing(one):
            weight[-1] = float(column.counts[-1] > 0)
        elif isinstance(one, tuple):
            low, high = _interval(column, one)
            for slot in range(column.width - 1):
                held = column.pool[column.starts[slot] : column.starts[slot + 1]]
                _allow(weight, pools, slot, held[(held >= low) & (held <= high)], len(held))
        else:
            value = _value(column, one)
            slot = int(column.encode(Column(column.name, "number", np.array([value])))[0])
            held = column.pool[column.starts[slot] : column.starts[slot + 1]]
            if column.counts[slot] and column.pool.min() <= value <= column.upper[-1]:
                # thinning may have taken the value from the pool, so that it counts as one at least
                _allow(weight, pools, slot, np.full(max(int(np.sum(held == value)), 1), value), len(held))
    weight[column.counts == 0] = 0.0
    if not weight.any():
        raise InputError(f"no row of the fitted table has {column.name!r} as where asks for ({wanted!r}); ask for less")
    starts = np.cumsum([0, *map(len, pools)])
    return replace(column, pool=np.concatenate(pools), starts=starts), weight / weight.max()


def _holds(known: ColumnSlots, column: Column, wanted: Any) -> NDArray[np.bool_]:
    met = np.zeros(len(column), np.bool_)
    for one in _alternatives(known, wanted):
        if is_missing(one):
            met |= column.missing
        elif isinstance(one, tuple):
            low, high = _interval(known, one)
            met |= (column.values >= low) & (column.values <= high)
        else:
            met |= column.values == _value(known, one)
    return met


def _alternatives(column: ColumnSlots, wanted: Any) -> list[Any]:
    """Return the values of which any is allowed, each once; arrays and series are lists, too."""
    wanted = wanted.tolist() if hasattr(wanted, "tolist") else wanted
    try:
        return list(dict.fromkeys(wanted)) if isinstance(wanted, list | set | frozenset) else [wanted]
    except TypeError:  # what cannot be hashed is no value
        raise InputError(f"where asks for {column.name!r} in {wanted!r}; give a list of values") from None


def _allow(weight: Floats, pools: list[Floats], slot: int, values: Floats, of: int) -> None:
    pools[slot] = np.concatenate([pools[slot], values])
    weight[slot] += len(values) / max(of, 1)


def _value(column: ColumnSlots, value: Any) -> float:
    """Return a value as the column's numbers or codes."""
    if column.levels is not None:
        label = number_label(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
        if label not in column.levels:
            raise InputError(f"where asks for {column.name!r} = {value!r}; it has {listed(column.levels)}")
        return float(column.levels.index(label))
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(UTC).replace(tzinfo=None)  # as tables keep moments
    try:
        number = float(np.datetime64(value, "us").astype(np.int64)) if column.kind == "datetime" else float(value)
    except (TypeError, ValueError):
        number = np.nan
    if isinstance(value, bool) or not number == number or (column.kind == "integer" and number % 1):
        raise InputError(f"where asks for {column.name!r} = {value!r}, which is no {column.kind}")
    return number


def _interval(column: ColumnSlots, ends: tuple[Any, ...]) -> tuple[float, float]:
    if column.levels is not None or len(ends) != 2:
        raise InputError(f"where asks for {column.name!r} in {ends!r}; give (low, high) of a number or date, or a list")
    low, high = (None if end is None else _value(column, end) for end in ends)
    return -np.inf if low is None else low, np.inf if high is None else high
