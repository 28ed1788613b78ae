"""The table: columns in the caller's order, and a memory of the frame they came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from equipoise.data.column import Column, Kind
from equipoise.data.findings import Finding
from equipoise.errors import InputError

__all__ = ["Origin", "Table", "listed"]


@dataclass(frozen=True)
class Origin:
    """What the caller gave: enough to return a frame of the same make.

    `library` is ``"file"`` when the table was read from disk; `labels` holds column labels that are not strings,
    `arrow` the Arrow type of every column, `native` the dtypes of the caller's library where Arrow cannot say all.
    """

    library: Literal["file", "pandas", "polars", "pyarrow"] = "file"
    name: str = "table"
    labels: Mapping[str, Any] = field(default_factory=dict)
    arrow: Mapping[str, Any] = field(default_factory=dict)
    native: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Table:
    """Columns of equal length with unique names.

    Parameters
    ----------
    columns : tuple of Column
        At least one.
    origin : Origin, optional
        What the columns were read from; `to_frame` returns the same make.

    Raises
    ------
    InputError
        If there is no column, a name occurs twice, or lengths differ.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> table = embedded("iris")
    >>> len(table), table.kinds["target"], table["target"].levels
    (150, 'category', ('setosa', 'versicolor', 'virginica'))
    """

    columns: tuple[Column, ...]
    origin: Origin = field(default_factory=Origin, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.columns:
            raise InputError("the table has no columns; give it at least one")
        if len(set(self.names)) < len(self.names):
            twice = next(name for name in self.names if self.names.count(name) > 1)
            raise InputError(f"column name {twice!r} occurs twice; rename one of the columns")
        if len({len(column) for column in self.columns}) > 1:
            lengths = ", ".join(f"{column.name!r}: {len(column)}" for column in self.columns[:5])
            raise InputError(f"columns differ in length ({lengths}); give every column the same number of rows")

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    @property
    def kinds(self) -> dict[str, Kind]:
        """Kind of each column, by name; `read_table` takes it as ``kinds=`` to read another file alike."""
        return {column.name: column.kind for column in self.columns}

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.columns[0])

    def __len__(self) -> int:
        return self.n_rows

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> Column:
        if name not in self._by_name:
            raise InputError(f"{self._absent([name])}; the table has {listed(self.names)}")
        return self._by_name[name]

    def take(self, rows: NDArray[Any]) -> Table:
        """Return the given rows (integer indices or a boolean mask) with kinds and levels unchanged."""
        rows = np.asarray(rows)
        return replace(self, columns=tuple(column.take(rows) for column in self.columns))

    def select(self, names: Iterable[str]) -> Table:
        """Return the named columns, in the order asked for."""
        return replace(self, columns=tuple(self[name] for name in names))

    def drop(self, names: Iterable[str]) -> Table:
        """Return the table without the named columns."""
        names = [names] if isinstance(names, str) else list(names)
        if absent := [name for name in names if name not in self]:
            raise InputError(f"{self._absent(absent)}; the table has {listed(self.names)}")
        gone = set(names)
        return replace(self, columns=tuple(column for column in self.columns if column.name not in gone))

    def replace(self, column: Column) -> Table:
        """Return the table with the column of the same name replaced."""
        self[column.name]
        columns = tuple(column if old.name == column.name else old for old in self.columns)
        return replace(self, columns=columns)

    def concat(self, other: Table) -> Table:
        """Append the rows of a table with the same columns, kinds and levels.

        Raises
        ------
        InputError
            If the schemas differ; the message names the first column that does.
        """
        if self.names != other.names:
            raise InputError(f"cannot append: the columns are {listed(self.names)} and {listed(other.names)}")
        return replace(self, columns=tuple(map(_append, self.columns, other.columns)))

    def to_frame(self) -> Any:
        """Return a frame of the caller's make: same library, column labels, order and dtypes.

        A table read from a file becomes a pandas frame, or a `pyarrow.Table` where pandas is not installed. Row
        labels (a pandas index) are not kept. Where a value does not fit the old dtype, such as a missing value in a
        column of plain integers, the nearest dtype that holds it is used.
        """
        from equipoise.data.frames import to_frame

        return to_frame(self)

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    def _absent(self, names: list[str]) -> str:
        return f"no column {', '.join(map(repr, names))} in {self.origin.name}"


def _append(first: Column, second: Column) -> Column:
    if (first.kind, first.levels) != (second.kind, second.levels):
        raise InputError(
            f"cannot append: column {first.name!r} is {first.kind} in one table and {second.kind} in the other, "
            "or its levels differ; use equipoise.data.align first"
        )
    return replace(first, values=np.concatenate([first.values, second.values]))


def listed(names: tuple[str, ...]) -> str:
    """Quote the first eight names and count the rest."""
    shown = ", ".join(map(repr, names[:8]))
    return shown if len(names) <= 8 else f"{shown} and {len(names) - 8} more"
