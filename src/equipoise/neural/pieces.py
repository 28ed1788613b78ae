"""Numeric encodings: inputs of a net that are clipped straight lines of a column, fitted on the rows trained on.

    piece(x) = clip((x - left) * slope, low, high)

piecewise  between quantiles ``b_0 < ... < b_T`` of the column, input t is ``(x - b_(t-1)) / (b_t - b_(t-1))``, no less
           than 0 but for the first and no more than 1 but for the last: Gorishniy, Rubachev and Babenko (2022), "On
           embeddings for numerical features in tabular deep learning", equation 1
quantile   ``sqrt(12) (F(x) - 1/2)`` with ``F(x) = P(X < x) + P(X = x) / 2`` at up to 65 values of the column, straight
           between them and constant outside: a sum of pieces, with mean 0, and variance 1 where no value repeats

For a skewed column, or an effect that is no straight line. Neither depends on the unit of a column; at its knots the
second depends on the order of the values alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final

import numpy as np
from numpy.typing import NDArray

from equipoise.losses.base import FloatArray

__all__ = ["BLOCK", "ENCODINGS", "KNOTS", "Pieces", "knots", "line", "piecewise", "quantile"]

ENCODINGS: Final = ("standard", "quantile", "piecewise")
KNOTS: Final = 64  # pieces of a quantile encoding: a step of the ranks is at most a 64th
BLOCK: Final = 4096  # rows
Quads = NDArray[np.float64]
"""Left, slope, low and high of some pieces, shape (4, pieces)."""


@final
@dataclass(frozen=True, eq=False)
class Pieces:
    """What a net looks at instead of its columns.

    Parameters
    ----------
    source : array of shape (M,)
        Column of each piece.
    left, slope, low, high : arrays of shape (M,)
    each : int
        How many successive pieces add up to one input.

    Examples
    --------
    >>> import numpy as np
    >>> edges = piecewise(np.array([0.0, 1.0, 3.0]))
    >>> pieces = Pieces(np.zeros(2, int), *edges)
    >>> pieces(np.array([[-1.0], [0.5], [2.0], [5.0]])).tolist()
    [[-1.0, 0.0], [0.5, 0.0], [1.0, 0.5], [1.0, 2.0]]
    """

    source: NDArray[np.intp]
    left: FloatArray
    slope: FloatArray
    low: FloatArray
    high: FloatArray
    each: int = 1

    def __call__(self, X: FloatArray) -> FloatArray:
        """Inputs of shape (n, M / each) for rows of shape (n, p)."""
        if len(X) > BLOCK:  # pieces take many times the room of their columns
            return np.concatenate([self(X[k : k + BLOCK]) for k in range(0, len(X), BLOCK)])
        parts = np.clip((X[:, self.source] - self.left) * self.slope, self.low, self.high)
        return parts if self.each == 1 else parts.reshape(len(X), -1, self.each).sum(axis=2)

    @property
    def says(self) -> NDArray[np.bool_]:
        """Whether each input says anything: not that of a constant, nor a piece that only fills up."""
        return np.asarray(np.any(self.slope.reshape(-1, self.each) != 0, axis=1))

    @classmethod
    def joined(cls, columns: Sequence[Quads], counts: Sequence[int], each: int) -> Pieces:
        """The pieces of all columns one after the other, each column's filled up with zeros to its count."""
        source = np.repeat(np.arange(len(columns)), counts)
        filled = np.concatenate(
            [np.pad(quads, ((0, 0), (0, n - quads.shape[1]))) for quads, n in zip(columns, counts, strict=True)], axis=1
        )
        left, slope, low, high = filled
        return cls(source, left, slope, low, high, each)

    def seen(self, mean: FloatArray, inverse: FloatArray) -> Pieces:
        """The same of columns that have become ``(x - mean) * inverse``."""
        scale = inverse[self.source]
        slope = np.where(scale > 0, self.slope / np.where(scale > 0, scale, 1.0), 0.0)
        return Pieces(self.source, (self.left - mean[self.source]) * scale, slope, self.low, self.high, self.each)


def knots(x: FloatArray, weight: FloatArray, count: int) -> tuple[FloatArray, FloatArray]:
    """Values of x at ``count + 1`` equal steps of its distribution from 0 to 1, or all if there are no more of them.

    Parameters
    ----------
    x, weight : arrays of shape (n,)
        A weight of 2 is a row twice; those of 0 do not count.
    count : int

    Returns
    -------
    values : array of shape (k,)
        Increasing, from the lowest to the highest; ``k <= count + 1``.
    ranks : array of shape (k,)
        Their mid ranks, ``P(X < value) + P(X = value) / 2``.

    Examples
    --------
    >>> import numpy as np
    >>> values, ranks = knots(np.array([3.0, 1.0, 1.0, 2.0]), np.ones(4), 2)
    >>> values.tolist(), ranks.tolist()
    ([1.0, 2.0, 3.0], [0.25, 0.625, 0.875])
    """
    used = weight > 0
    values, place = np.unique(x[used], return_inverse=True)
    if len(values) == 0:
        return values, values
    mass = np.bincount(place, weight[used])
    mass = mass / mass.sum()
    below = np.cumsum(mass)
    chosen = np.arange(len(values))
    if len(values) > count + 1:
        at = np.searchsorted(below, np.arange(count + 1) / count - 1e-9)  # sums of shares are not exact
        chosen = np.unique(np.append(0, np.minimum(at, len(values) - 1)))
    return values[chosen], (below - 0.5 * mass)[chosen]


def piecewise(edges: FloatArray) -> Quads:
    """Pieces between edges, the outer ones without end; none of fewer than two edges."""
    n = max(0, len(edges) - 1)
    quads = np.zeros((4, n))
    if n:
        quads[:] = edges[:-1], 1.0 / np.diff(edges), np.zeros(n), np.ones(n)
        quads[2, 0], quads[3, -1] = -np.inf, np.inf
    return quads


def quantile(edges: FloatArray, ranks: FloatArray) -> Quads:
    """Pieces that add up to ``sqrt(12) (rank - 1/2)`` at the edges; none of fewer than two edges.

    Examples
    --------
    >>> import numpy as np
    >>> quads = quantile(np.array([0.0, 1.0, 9.0]), np.array([0.25, 0.5, 0.75]))
    >>> inputs = Pieces(np.zeros(2, int), *quads, each=2)(np.array([[-1.0], [0.0], [1.0], [5.0], [20.0]]))
    >>> (inputs.ravel() / 12**0.5 + 0.5).round(9).tolist()
    [0.25, 0.25, 0.5, 0.625, 0.75]
    """
    quads = np.zeros((4, max(0, len(edges) - 1)))
    if len(edges) > 1:
        rise, first = 12**0.5 * np.diff(ranks), 12**0.5 * (ranks[0] - 0.5)
        slope = rise / np.diff(edges)
        quads[:] = edges[:-1], slope, np.zeros(len(rise)), rise
        quads[0, 0] -= first / slope[0]  # the first piece starts at the rank of the lowest value
        quads[2, 0], quads[3, 0] = first, first + rise[0]
    return quads


def line(mean: float, inverse: float) -> Quads:
    """A column as it is: one piece without ends."""
    return np.array([[mean], [inverse], [-np.inf], [np.inf]])
