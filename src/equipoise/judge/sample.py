"""What a fit may see: features and target of some rows, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from equipoise.data import Column, Table

__all__ = ["Sample", "Task"]

Task = Literal["binary", "multiclass", "regression"]


@dataclass(frozen=True)
class Sample:
    """Rows of a study.

    Attributes
    ----------
    table : Table
        Features and target; a class as a category whose levels are `classes`.
    target : str
    task : {"binary", "multiclass", "regression"}
    classes : tuple of str
        Empty for a regression.
    groups : array of shape (n,), optional
        Rows of one group stay together where alpha is chosen.
    ordered : bool
        Whether rows are in the order of time, so that alpha is chosen on later rows.
    """

    table: Table
    target: str
    task: Task
    classes: tuple[str, ...]
    groups: NDArray[np.intp] | None = None
    ordered: bool = False

    def __len__(self) -> int:
        return len(self.table)

    @property
    def features(self) -> Table:
        """The table without its target."""
        return self.table.drop([self.target])

    @property
    def y(self) -> NDArray[np.generic]:
        """Codes of the classes, or numbers."""
        values = self.table[self.target].values
        return values if self.task == "regression" else values.astype(np.intp)

    def take(self, rows: NDArray[np.intp]) -> Sample:
        """Some of the rows."""
        groups = None if self.groups is None else self.groups[rows]
        return replace(self, table=self.table.take(rows), groups=groups)

    def extended(self, rows: Table) -> Sample:
        """These rows followed by generated ones, which have neither group nor time."""
        return replace(self, table=self.table.concat(rows), groups=None, ordered=False)


def as_category(column: Column, codes: NDArray[np.generic], classes: tuple[str, ...]) -> Column:
    """The target as a category whose codes are those of the classes."""
    return Column(column.name, "category", codes.astype(np.int32), classes)
