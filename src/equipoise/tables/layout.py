"""How the slots of all columns lie in one row: columns of equal width side by side.

Columns are grouped by width, so that a softmax over every column is one operation on an array of shape
(rows, columns, width) for each of a handful of widths. A layout is part of a compiled program: frozen and hashable.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Group", "Layout"]


@dataclass(frozen=True)
class Group:
    """Columns of equal width: how many, how wide, whether their slots are ordered."""

    columns: int
    width: int
    ordered: bool

    @property
    def size(self) -> int:
        """Length of the group in a one-hot row."""
        return self.columns * self.width


@dataclass(frozen=True)
class Layout:
    """Groups of columns in the order in which they lie in a one-hot row.

    Examples
    --------
    >>> layout = Layout((Group(2, 4, False), Group(3, 16, True)))
    >>> layout.columns, layout.size, layout.scores, layout.offsets.tolist()
    (5, 56, 3, [0, 4, 8, 24, 40, 56])
    """

    groups: tuple[Group, ...]

    @property
    def columns(self) -> int:
        """Number of columns."""
        return sum(group.columns for group in self.groups)

    @property
    def size(self) -> int:
        """Length of a one-hot row."""
        return sum(group.size for group in self.groups)

    @property
    def each(self) -> tuple[Group, ...]:
        """The group of each column."""
        return tuple(group for group in self.groups for _ in range(group.columns))

    @property
    def offsets(self) -> NDArray[np.int64]:
        """First slot of each column in a one-hot row, and the length of the row, shape (columns + 1,)."""
        return np.cumsum([0, *(group.width for group in self.each)])

    @property
    def scores(self) -> int:
        """Number of ordered columns."""
        return sum(group.columns for group in self.groups if group.ordered)
