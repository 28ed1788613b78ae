"""Bootstrap of scores that are functions of counts (shape, trend).

Rows fall into at most 50 blocks at random, and blocks are drawn with replacement: a draw is a weighted sum of the
blocks' counts, so that 200 draws cost one pass over the rows. Efron and Tibshirani, *An introduction to the
bootstrap* (1993), chapter 6. The interval is value +/- 1.96 standard deviations of the draws, since percentiles of a
distance are too large: every draw adds noise, and noise adds distance. It says what other rows of the same numbers
would show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from equipoise.evaluate.intervals import Z95, Estimate

__all__ = ["Resampler", "around"]

_BLOCKS = 50
_DRAWS = 200

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Resampler:
    """Blocks of the rows of one table, and how often each draw takes each block.

    Attributes
    ----------
    blocks : array of int, shape (n,)
    weights : array of shape (200, number of blocks)
    """

    blocks: NDArray[np.intp]
    weights: Floats

    @classmethod
    def of(cls, rows: int, *seed: int) -> Self:
        """Divide `rows` rows."""
        random = np.random.default_rng(seed)
        count = max(min(_BLOCKS, rows), 1)
        blocks = random.permutation(np.arange(rows) % count)
        return cls(blocks, random.multinomial(count, np.full(count, 1.0 / count), _DRAWS).astype(float))

    def totals(self, codes: NDArray[np.intp], size: int, values: Floats | None = None) -> Floats:
        """Counts of the codes 0 to size - 1, or sums of `values` by code, in every draw: shape (200, size)."""
        count = self.weights.shape[1]
        found = np.bincount(self.blocks * size + codes, weights=values, minlength=count * size)
        return np.asarray(self.weights @ found.reshape(count, size))

    def shares(self, codes: NDArray[np.intp], size: int) -> Floats:
        """Shares of the codes in every draw."""
        found = self.totals(codes, size)
        return np.asarray(found / np.maximum(found.sum(axis=1, keepdims=True), 1.0))


def around(value: float, draws: Floats) -> Estimate:
    """Value and interval of a score between 0 and 1."""
    half = Z95 * float(np.std(draws))
    return value, max(value - half, 0.0), min(value + half, 1.0)
