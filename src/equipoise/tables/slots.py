"""One column as one discrete variable: observed values are sorted into slots, and a slot gives observed values back.

* A category has one slot a level; where there are more levels than slots, rare levels share the last one.
* A number has one slot for every value that fills a slot on its own (0 in a column of zeros and amounts), and
  quantile bins for the rest. Decoding draws one of the values observed in the slot, so that rounding, ranges,
  integers and dates stay as they are.
* A text or identifier is present or missing; nothing of its content is kept but the shape (see `identifiers`).

The last slot of every column stands for a missing value. The number of slots is a power of two. It depends on the kind,
the number of levels and the setting `bins`, never on the rows; but a *tight* codec gives a number no more slots than
its values fill, each with a share of the rows that a network can learn from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equipoise.data import Column, Kind
from equipoise.tables.identifiers import fresh_labels, label_shapes

__all__ = ["ColumnSlots", "fit_slots", "slot_width"]

_TIGHT = 64  # most slots of a number in a tight codec
_SHARE, _ROWS = 0.002, 20  # of all rows: what a slot of a tight codec holds at least, if it can
_POOL = 512  # observed values kept of one slot: bounds the size of the file, and 1/512 of a bin is fine enough

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class ColumnSlots:
    """Slots of one column.

    Parameters
    ----------
    name, kind, levels
        As in `equipoise.data.Column`; texts have no levels here.
    counts : ndarray of shape (width,)
        Rows of the fitted table in each slot; the last slot is "missing".
    upper, slot : ndarray of shape (runs,)
        Values up to ``upper[i]`` and above ``upper[i - 1]`` belong to ``slot[i]``; codes count as values.
    pool, starts : ndarray of shape (size,) and (width + 1,)
        ``pool[starts[s]:starts[s + 1]]`` are the values that slot s gives back.
    shapes : mapping of str to int
        Shapes of a text column's values, with their counts.
    """

    name: str
    kind: Kind
    levels: tuple[str, ...] | None
    counts: Ints
    upper: Floats
    slot: Ints
    pool: Floats
    starts: Ints
    shapes: dict[str, int] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """Number of slots, the one for missing values among them."""
        return len(self.counts)

    @property
    def ordered(self) -> bool:
        """Whether slots lie on a line: numbers and dates, not categories."""
        return self.levels is None and self.kind != "text"

    def encode(self, column: Column) -> Ints:
        """Return the slot of every value, shape (n,)."""
        missing = column.missing
        values = np.where(missing, 0.0, column.values)
        if self.kind == "text":
            return np.where(missing, self.width - 1, 0)
        run = np.searchsorted(self.upper, values).clip(max=max(len(self.upper) - 1, 0))
        found = self.slot[run] if len(self.slot) else np.zeros(len(values), np.int64)
        return np.where(missing, self.width - 1, found)

    def decode(self, slots: Ints, random: np.random.Generator) -> Column:
        """Return a column with an observed value for every slot (for a text: a fresh label)."""
        missing = slots == self.width - 1
        if self.kind == "text":
            return _fresh(self, missing, random)
        size = np.diff(self.starts)[slots]
        place = self.starts[slots] + (random.random(len(slots)) * size).astype(np.int64)
        nothing = -1.0 if self.levels is not None else np.nan
        values = np.full(len(slots), nothing)
        known = ~missing & (size > 0)
        values[known] = self.pool[place[known]]
        dtype: Any = np.int32 if self.levels is not None else np.float64
        return Column(self.name, self.kind, values.astype(dtype), self.levels)

    def scores(self) -> Floats:
        """Return the normal score of each slot of an ordered column (0 for missing), shape (width,)."""
        from scipy.special import ndtri

        scores = np.zeros(self.width)
        mass = self.counts[:-1].astype(float)
        if self.ordered and mass.sum() > 0:
            middle = np.full(self.width - 1, 0.0)
            used = np.flatnonzero(mass)
            order = used[np.argsort([np.median(self._given(s)) for s in used.tolist()], kind="stable")]
            middle[order] = np.cumsum(mass[order]) - 0.5 * mass[order]
            scores[order] = ndtri(middle[order] / mass.sum())
        return scores

    def _given(self, slot: int) -> Floats:
        return self.pool[self.starts[slot] : self.starts[slot + 1]]


def slot_width(kind: Kind, n_levels: int, bins: int) -> int:
    """Return the number of slots of a column: a power of two with room for "missing", at most `bins`.

    Examples
    --------
    >>> slot_width("boolean", 2, bins=32), slot_width("number", 0, bins=32), slot_width("category", 9000, bins=32)
    (4, 32, 32)
    """
    if kind == "text":
        return 2
    wanted = n_levels + 1 if n_levels else bins
    return min(bins, 1 << max(1, (wanted - 1).bit_length()))


def fit_slots(column: Column, bins: int, tight: bool = False) -> ColumnSlots:
    """Sort the values of a column into slots.

    Parameters
    ----------
    column : Column
    bins : int
        Most slots, a power of two.
    tight : bool
        Whether the rows decide how many slots a number gets.

    Examples
    --------
    >>> import numpy as np
    >>> from equipoise.data import Column
    >>> column = Column("x", "integer", np.array([0.0, 0, 0, 0, 1, 2, 3, np.nan]))
    >>> slots = fit_slots(column, bins=4)
    >>> slots.counts.tolist()  # zero fills a slot on its own; the last slot is "missing"
    [4, 1, 2, 1]
    >>> slots.encode(column).tolist()
    [0, 0, 0, 0, 1, 2, 2, 3]
    """
    levels = column.levels if column.kind != "text" else None
    width = slot_width(column.kind, len(levels or ()), bins)
    missing = column.missing
    present = column.values[~missing].astype(np.float64)
    if column.kind == "text":
        counts = np.array([len(present), missing.sum()], np.int64)
        nothing, whole = np.empty(0), np.zeros(0, np.int64)
        starts, shapes = np.zeros(width + 1, np.int64), label_shapes(column)
        return ColumnSlots(column.name, column.kind, None, counts, nothing, whole, nothing, starts, shapes)
    values, rows = np.unique(present, return_counts=True)
    if levels is None and tight:
        of_value = _tight_slots(rows, min(width, _TIGHT) - 1)
        width = slot_width(column.kind, max(1, int(of_value.max(initial=-1)) + 1), bins)
    elif levels is None:
        of_value = _number_slots(rows, width - 1)
    else:
        values, rows = np.arange(len(levels), dtype=float), np.bincount(present.astype(int), minlength=len(levels))
        of_value = _level_slots(rows, width - 1)
    counts = np.bincount(of_value, rows, minlength=width).astype(np.int64)
    counts[-1] = missing.sum()
    pool, starts = _pool(values, rows, of_value, width)
    last = np.flatnonzero(np.diff(of_value, append=-1))  # the last value of each run of one slot
    return ColumnSlots(column.name, column.kind, levels, counts, values[last], of_value[last], pool, starts)


def _number_slots(rows: Ints, slots: int) -> Ints:
    """Slot of each distinct value, given its count: frequent values alone, the others in quantile bins."""
    if len(rows) <= slots:
        return np.arange(len(rows))
    alone = rows * slots >= rows.sum()
    # fewer than `slots` values can hold 1/slots of the rows unless all are alone, so that room is left for the rest
    return _sorted_slots(rows, alone, slots - int(alone.sum()))


def _tight_slots(rows: Ints, slots: int) -> Ints:
    """Slot of each distinct value: the smallest share of the rows is sought at which all slots together are few enough.

    Values with that share stand alone, the others lie in quantile bins of about that share.
    """
    total = int(rows.sum())
    share = max(_SHARE, _ROWS / max(total, 1))
    while len(rows) and share < 1.0 / slots:
        alone = rows >= share * total
        bins = int(np.ceil(rows[~alone].sum() / (share * total)))
        if alone.sum() + bins <= slots:
            return _sorted_slots(rows, alone, bins)
        share *= 1.1
    return _number_slots(rows, slots)


def _sorted_slots(rows: Ints, alone: NDArray[np.bool_], bins: int) -> Ints:
    """Slot of each distinct value: some alone, the others in quantile bins, numbered in the order of first values."""
    rest = np.where(alone, 0, rows)
    middle = np.cumsum(rest) - 0.5 * rest
    bin_of = np.floor(middle / max(rest.sum(), 1) * bins).astype(np.int64)
    label = np.where(alone, bins + np.arange(len(rows)), bin_of)
    _, first, where = np.unique(label, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first, kind="stable"), kind="stable")[where]


def _level_slots(rows: Ints, slots: int) -> Ints:
    """Slot of each level: its own, or the last one for rare levels where there are more levels than slots."""
    if len(rows) <= slots:
        return np.arange(len(rows))
    frequent = np.sort(np.argsort(-rows, kind="stable")[: slots - 1])
    of_level = np.full(len(rows), slots - 1)
    of_level[frequent] = np.arange(slots - 1)
    return of_level


def _pool(values: Floats, rows: Ints, of_value: Ints, width: int) -> tuple[Floats, Ints]:
    """Values that each slot gives back, as often as observed; thinned evenly by rank where there are many."""
    parts = []
    for slot in range(width):
        inside = of_value == slot
        values_here, ends = values[inside], np.cumsum(rows[inside])
        size = int(ends[-1]) if len(ends) else 0
        if np.count_nonzero(rows[inside]) == 1:
            size = 1
        kept = min(size, _POOL)
        ranks = ((np.arange(kept) + 0.5) * (ends[-1] if len(ends) else 0) / max(kept, 1)).astype(np.int64)
        parts.append(values_here[np.searchsorted(ends, ranks, side="right")])
    return np.concatenate(parts), np.cumsum([0, *map(len, parts)])


def _fresh(slots: ColumnSlots, missing: NDArray[np.bool_], random: np.random.Generator) -> Column:
    labels = fresh_labels(slots.shapes, int((~missing).sum()), random)
    levels, codes = np.unique(labels, return_inverse=True) if len(labels) else (np.empty(0, str), np.empty(0, int))
    values = np.full(len(missing), -1, np.int32)
    values[~missing] = codes
    return Column(slots.name, slots.kind, values, tuple(map(str, levels)))
