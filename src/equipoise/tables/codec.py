"""Codec between a table and slots, fitted on the training rows.

`encode` gives a matrix of slot numbers, which is 10 to 100 times smaller than the one-hot rows that networks see;
they are unfolded inside the compiled step (see `onehot`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from equipoise.data import Column, Table
from equipoise.errors import InputError
from equipoise.tables.layout import Group, Layout
from equipoise.tables.slots import ColumnSlots, fit_slots

__all__ = ["TableCodec", "default_bins"]


def default_bins(n_rows: int) -> int:
    """Return the number of slots of a number: a power of two with about 20 to 40 rows in each, from 8 to 128.

    Examples
    --------
    >>> [default_bins(n) for n in (50, 455, 1000, 32561)]
    [8, 16, 32, 128]
    """
    return int(np.clip(1 << max(0, (n_rows // 20).bit_length() - 1), 8, 128))


@dataclass(frozen=True)
class TableCodec:
    """Slots of every column, in the table's order.

    Parameters
    ----------
    columns : tuple of ColumnSlots
    bins : int
        Most slots of a column, a power of two.

    Examples
    --------
    >>> import numpy as np
    >>> from equipoise.data import embedded
    >>> iris = embedded("iris")
    >>> codec = TableCodec.fit(iris, bins=16)
    >>> codec.encode(iris).shape, codec.layout.size
    ((150, 5), 68)
    >>> back = codec.decode(codec.encode(iris), np.random.default_rng(0))
    >>> bool((back["target"].values == iris["target"].values).all())
    True
    """

    columns: tuple[ColumnSlots, ...]
    bins: int

    @classmethod
    def fit(cls, table: Table, bins: int | None = None, *, tight: bool = False) -> TableCodec:
        """Sort the values of every column into slots; a tight codec gives numbers no more of them than they fill.

        Raises
        ------
        InputError
            If the table has no rows, or `bins` is not a power of two from 4 on.
        """
        if not table.n_rows:
            raise InputError("the table has no rows; a synthesizer needs at least one to learn from")
        bins = default_bins(table.n_rows) if bins is None else bins
        if not isinstance(bins, int | np.integer) or bins < 4 or bins & (bins - 1):
            raise InputError(f"bins={bins!r} is not a power of two from 4 on; give 8, 16, 32, 64, 128 or 256")
        return cls(tuple(fit_slots(column, bins, tight) for column in table.columns), bins)

    @property
    def order(self) -> NDArray[np.int64]:
        """Table column at each place of the layout."""
        keys = [(column.width, column.ordered) for column in self.columns]
        return np.array(sorted(range(len(keys)), key=keys.__getitem__))

    @property
    def placed(self) -> tuple[ColumnSlots, ...]:
        """The columns in layout order."""
        return tuple(self.columns[i] for i in self.order)

    @property
    def offsets(self) -> NDArray[np.int64]:
        """First slot of each column in a one-hot row, and the length of the row, shape (columns + 1,)."""
        return self.layout.offsets

    @property
    def layout(self) -> Layout:
        """How the columns lie in a one-hot row."""
        keys = [(self.columns[i].width, self.columns[i].ordered) for i in self.order]
        return Layout(tuple(Group(len(list(same)), *key) for key, same in groupby(keys)))

    def encode(self, table: Table) -> NDArray[np.int32]:
        """Return the slot of every value, columns in layout order, shape (n, columns).

        Raises
        ------
        InputError
            If columns, kinds or levels are not those of the fitted table.
        """
        self.check(table)
        codes = [self.columns[i].encode(table.columns[i]) for i in self.order]
        return np.stack(codes, axis=1).astype(np.int32)

    def decode(self, codes: NDArray[np.int32], random: np.random.Generator) -> Table:
        """Return a table with one of the values observed in each slot; texts get fresh labels."""
        decoded: list[Column | None] = [None] * len(self.columns)
        for place, i in enumerate(self.order):
            decoded[i] = self.columns[i].decode(codes[:, place].astype(np.int64), random)
        return Table(tuple(column for column in decoded if column is not None))

    def empty(self) -> Table:
        """Return a table without rows, of the columns, kinds and levels of the fitted one."""
        return self.decode(np.zeros((0, len(self.columns)), np.int32), np.random.default_rng(0))

    def check(self, table: Table) -> None:
        """Raise an `InputError` unless the table has the columns, kinds and levels of the fitted one."""
        if table.names != tuple(column.name for column in self.columns):
            raise InputError("the table's columns are not those that the codec was fitted on")
        for known, column in zip(self.columns, table.columns, strict=True):
            if known.kind != column.kind:
                raise InputError(
                    f"column {column.name!r} is of kind {column.kind}, and was {known.kind} when this was fitted"
                )
            if known.kind != "text" and known.levels != column.levels:
                new = [level for level in column.levels or () if level not in (known.levels or ())]
                what = f"holds {new[0]!r}, which" if new else "has levels in another order, which"
                raise InputError(f"column {column.name!r} {what} it had not when this was fitted; replace it")

    def log_prior(self) -> NDArray[np.float32]:
        """Return the log frequency of every slot, in layout order; unused slots are as good as impossible."""
        parts = [column.counts for column in self.placed]
        with np.errstate(divide="ignore"):
            logs = np.concatenate([np.log(counts / counts.sum()) for counts in parts])
        return np.asarray(np.maximum(logs, -1e9), np.float32)

    def scores(self) -> NDArray[np.float32]:
        """Return the normal score of every slot, in layout order; 0 for categories."""
        return np.concatenate([column.scores() for column in self.placed]).astype(np.float32)
