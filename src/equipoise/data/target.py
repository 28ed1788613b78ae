"""The column to predict, as a vector, and which task it sets.

The rule: boolean and category columns are classified. A whole-number column is classified if it has two distinct
values, or at most `MAX_CODES` with at least `ROWS_PER_CODE` rows for each on average; any other number is a regression.
Set the column's kind to ``"category"`` or ``"number"`` to decide otherwise.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from equipoise.data.column import Column, number_label
from equipoise.data.table import Table, listed
from equipoise.errors import InputError

__all__ = ["MAX_CLASSES", "MAX_CODES", "ROWS_PER_CODE", "Target", "require", "target_vector", "task_of"]

Task = Literal["binary", "multiclass", "regression"]

MAX_CODES = 10
ROWS_PER_CODE = 5
MAX_CLASSES = 100


class Target(NamedTuple):
    """What `target_vector` returns; it unpacks as ``y, task, classes``."""

    y: NDArray[Any]
    task: Task
    classes: tuple[str, ...]


def target_vector(table: Table, name: str) -> Target:
    """Return the target as a vector.

    Parameters
    ----------
    table : Table
        With the target among its columns.
    name : str
        Name of the target.

    Returns
    -------
    y : ndarray of shape (n,)
        int64 codes into `classes`, or float64 for a regression.
    task : {"binary", "multiclass", "regression"}
    classes : tuple of str
        In the order of the codes (whole numbers by size); empty for a regression.

    Raises
    ------
    InputError
        If the column is absent, has missing or infinite values, one value only, more than `MAX_CLASSES` classes, or
        is a date or an identifier.

    Examples
    --------
    >>> from equipoise.data import embedded, target_vector
    >>> y, task, classes = target_vector(embedded("breast_cancer"), "target")
    >>> y[:3], task, classes
    (array([1, 1, 1]), 'binary', ('benign', 'malignant'))
    """
    column = require(table, name)
    _check(column)
    if task_of(column) == "regression":
        return Target(column.values, "regression", ())
    classes, codes = _classes(column)
    return Target(codes, "binary" if len(classes) == 2 else "multiclass", classes)


def require(table: Table, name: str) -> Column:
    """Return the target column, or say that it is absent and what there is instead."""
    if name in table:
        return table[name]
    hint = "; if the file has no header, pass header=False (--no-header), which names columns 0, 1, ..."
    raise InputError(
        f"the target {name!r} is not a column of {table.origin.name}, which has {listed(table.names)}"
        f"{hint if table.origin.library == 'file' else ''}"
    )


def task_of(column: Column) -> Literal["classification", "regression"]:
    """Decide by the rule at the head of this file."""
    if column.coded:
        return "classification"
    distinct = column.distinct()
    few = distinct <= 2 or (distinct <= MAX_CODES and distinct * ROWS_PER_CODE <= len(column))
    return "classification" if column.kind == "integer" and few else "regression"


def _check(column: Column) -> None:
    name = repr(column.name)
    missing = np.flatnonzero(column.missing)
    if missing.size == len(column):
        raise InputError(f"the target {name} is missing in every row; choose another column")
    if missing.size:
        raise InputError(
            f"the target {name} is missing in {missing.size} of {len(column)} rows, first in row {missing[0]}; "
            "drop these rows or fill them in"
        )
    if column.kind == "datetime":
        raise InputError(f"the target {name} is a date-time; turn it into a number, such as days since a start")
    if not column.coded and np.isinf(column.values).any():
        row = np.flatnonzero(np.isinf(column.values))[0]
        raise InputError(f"the target {name} is infinite in row {row}; correct or drop the row")
    if (distinct := column.distinct()) == 1:
        only = column.labels()[0]
        raise InputError(f"the target {name} has the single value {only!r}; nothing can be learned from it")
    if column.kind == "text" or (column.coded and distinct > MAX_CLASSES):
        raise InputError(
            f"the target {name} has {distinct} different labels in {len(column)} rows, such as {column.labels()[0]!r}: "
            f"too many classes (at most {MAX_CLASSES}), and not numbers; choose another column, merge classes, "
            "or correct the values that are not numbers"
        )


def _classes(column: Column) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    used, codes = np.unique(column.values, return_inverse=True)
    if column.levels is not None:
        return tuple(column.levels[code] for code in used), codes.astype(np.int64)
    return tuple(number_label(value) for value in used), codes.astype(np.int64)
