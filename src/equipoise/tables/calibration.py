"""A few of the drawn rows are left out, such that single columns agree with the training rows.

Rows drawn by chance differ from their law by chance: of 30,000 rows a column of 50 slots is off by 1 % of them, more
than a good generator is wrong. Who draws a tenth too many can choose which to leave out: rows are kept with
probabilities that bring the frequency of every slot to that of the training rows (calibration, Deville and Saerndal,
*Calibration estimators in survey sampling* (1992), here by iterative proportional fitting), and picked systematically
along a random order (Madow, *On the theory of systematic sampling* (1949)), so that exactly as many come out as were
asked for.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from equipoise.tables.codec import TableCodec

__all__ = ["SPARE", "calibrated"]

SPARE: Final = 0.1  # rows drawn beyond those wanted, as a share of them
_ROUNDS: Final = 8
_PRIOR: Final = 5.0  # rows by which both frequencies are drawn together: those of few rows are luck


def calibrated(codec: TableCodec, codes: NDArray[np.int32], n: int, random: np.random.Generator) -> NDArray[np.intp]:
    """Return the numbers of `n` rows whose slots are taken as often as the training rows take them, in their order.

    Parameters
    ----------
    codec : TableCodec
        Knows how often training rows take each slot.
    codes : array of shape (m, columns)
        Slots of the rows to choose from, at least `n`.
    n : int
    random : numpy.random.Generator

    Examples
    --------
    >>> from equipoise.data import Column, Table
    >>> coins = Table((Column("side", "category", np.arange(1000, dtype=np.int32) % 2, ("head", "tail")),))
    >>> codec, random = TableCodec.fit(coins), np.random.default_rng(0)
    >>> drawn = (random.random((1100, 1)) < 0.48).astype(np.int32)
    >>> kept = drawn[calibrated(codec, drawn, 1000, random)]
    >>> len(kept), round(float(drawn.mean()), 2), round(float(kept.mean()), 2)
    (1000, 0.46, 0.5)
    """
    shares = _shares(_weights(codec, codes), n)
    order = random.permutation(len(codes))
    ends = np.cumsum(shares[order])
    found = np.searchsorted(ends, random.random() + np.arange(n), side="right")
    kept = np.zeros(len(codes), bool)
    kept[order[np.minimum(found, len(codes) - 1)]] = True
    kept[np.flatnonzero(~kept)[: n - np.count_nonzero(kept)]] = True  # rounding may have met one row twice
    return np.flatnonzero(kept)


def _weights(codec: TableCodec, codes: NDArray[np.int32]) -> NDArray[np.float64]:
    weights = np.ones(len(codes))
    for _ in range(_ROUNDS):
        for place, column in enumerate(codec.placed):
            wanted = column.counts * (weights.sum() / column.counts.sum())
            now = np.bincount(codes[:, place], weights, minlength=len(wanted))
            weights *= ((wanted + _PRIOR) / (now + _PRIOR))[codes[:, place]]
    return weights


def _shares(weights: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Return probabilities of being kept in proportion to the weights, none above 1, whose sum is n."""
    shares, certain = np.zeros(len(weights)), np.zeros(len(weights), bool)
    while True:
        left = n - np.count_nonzero(certain)
        shares = np.where(certain, 1.0, weights * (left / weights[~certain].sum()) if left else 0.0)
        above = ~certain & (shares > 1.0)
        if not above.any():
            return shares
        certain |= above
