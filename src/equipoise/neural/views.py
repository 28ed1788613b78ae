"""How a sweep sees its data: one table on the device for all members, and each deck's own centre and scale of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import jax
import numpy as np
from numpy.typing import NDArray

from equipoise.losses.base import FloatArray
from equipoise.neural.recipe import Table

__all__ = ["Rows", "Shared", "View", "power", "shared_of"]


@final
@dataclass(frozen=True, eq=False)
class Rows:
    """Rows as numbers.

    Parameters
    ----------
    X : array of shape (n, p)
    target : array of shape (n, K)
        Indicators of classes (one column for two), or a number.
    weight : array of shape (n,)
        Sums to 1.
    """

    X: FloatArray
    target: FloatArray
    weight: FloatArray

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.weight)


@final
@dataclass(frozen=True, eq=False)
class View:
    """How a deck sees the data: centre and scale of columns and target, and the factor of the weights.

    `unit` is the deviation of each column as it is seen; 0 of a constant.
    """

    mean: FloatArray
    inverse: FloatArray
    shift: FloatArray
    spread: FloatArray
    share: float
    unit: FloatArray

    @classmethod
    def of(cls, data: Rows, rows: NDArray[np.intp], task: str, scaled: bool | NDArray[np.bool_]) -> View:
        """The view of some rows, with columns that are scaled or not; a target of numbers always is."""
        X, weight = data.X[rows], data.weight[rows]
        mean, scale = _centre(X, weight)
        varies = np.ptp(X, axis=0) > 0
        inverse = np.where(varies, 1.0 / scale, 0.0)  # a constant says nothing
        mean, inverse = np.where(scaled, mean, 0.0), np.where(scaled, inverse, varies)
        shift, spread = np.zeros(data.target.shape[1]), np.ones(data.target.shape[1])
        if task == "regression":
            shift, spread = _centre(data.target[rows], weight)
        return cls(mean, inverse, shift, spread, float(len(rows) / weight.sum()), scale * inverse)


@final
@dataclass(frozen=True, eq=False)
class Shared:
    """The table on the device, and how columns and target were brought near 0, which single precision needs."""

    table: Table
    mean: FloatArray
    scale: FloatArray
    level: FloatArray
    spread: FloatArray


def shared_of(rows: Rows, wide: int, task: str, sheets: Sequence[FloatArray] = (), **constants: Any) -> Shared:
    """The table in single precision, filled up to a width and to a power of two of rows.

    Parameters
    ----------
    rows : Rows
    wide : int
    task : str
    sheets : sequence of arrays of shape (n, p)
        Rows in several encodings, which stand for X if there are any.
    **constants
        Other parts of the table.
    """
    used, size = rows.weight > 0, power(rows.n)
    mean, scale = _centre(rows.X[used])
    level, spread = np.zeros(rows.target.shape[1]), np.ones(rows.target.shape[1])
    if task == "regression":
        level, spread = _centre(rows.target[used])
    if sheets:
        mean, scale = np.zeros_like(mean), np.ones_like(scale)
    X = np.zeros((max(1, len(sheets)), size, wide), np.float32)
    for place, columns in enumerate(sheets or [(rows.X - mean) / scale]):
        X[place, : rows.n, : rows.X.shape[1]] = columns
    target, weight = np.zeros((size, len(level)), np.float32), np.zeros(size, np.float32)
    target[: rows.n], weight[: rows.n] = (rows.target - level) / spread, rows.weight
    return Shared(jax.device_put(Table(X if sheets else X[0], target, weight, **constants)), mean, scale, level, spread)


def _centre(columns: FloatArray, share: FloatArray | None = None) -> tuple[FloatArray, FloatArray]:
    """Mean and deviation of each column; a deviation of 1 where it is constant."""
    mean = np.average(columns, axis=0, weights=share)
    deviation = np.sqrt(np.average((columns - mean) ** 2, axis=0, weights=share))
    return mean, np.where(deviation > 1e-12 * np.abs(mean), deviation, 1.0)


def power(number: int, least: int = 256) -> int:
    """The next power of two."""
    return max(least, 1 << max(0, number - 1).bit_length())
