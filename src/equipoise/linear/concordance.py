"""Concordance: how often the row with the earlier event has the higher risk (Harrell et al. 1982)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["concordance"]


def concordance(time: ArrayLike, event: ArrayLike, risk: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
    """Share of comparable pairs in which the earlier event has the higher risk; equal risks count half.

    A pair is comparable if the earlier of two times is an event, or if of two equal times one is. O(n log n).

    Parameters
    ----------
    time, event, risk : arrays of shape (n,)
    sample_weight : array of shape (n,), optional
        The weight of a pair is the product of the two.

    Returns
    -------
    float
        nan if no pair is comparable.

    Examples
    --------
    >>> from equipoise.linear.concordance import concordance
    >>> concordance([1.0, 2.0, 3.0], [True, True, False], [0.5, 0.9, 0.1])
    0.6666666666666666
    """
    time, risk = np.asarray(time, dtype=np.float64), np.asarray(risk, dtype=np.float64)
    event = np.asarray(event, dtype=bool)
    weight = np.ones(len(time)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    rank = np.unique(risk, return_inverse=True)[1]
    later = _Counter(int(rank.max(initial=0)) + 1)
    good = pairs = 0.0
    # latest first; of one time the censored rows come first, so that its events meet them but not each other
    order = np.lexsort((event, -time))
    starts = np.flatnonzero(np.diff(time[order], prepend=np.nan) != 0) if len(order) else order
    for rows in np.split(order, starts[1:]):
        waiting = rows[event[rows]]
        for i in rows[~event[rows]]:
            later.add(int(rank[i]), float(weight[i]))
        for i in waiting:
            below, upto = later.below(int(rank[i])), later.below(int(rank[i]) + 1)
            good += weight[i] * 0.5 * (below + upto)
            pairs += weight[i] * later.total
        for i in waiting:
            later.add(int(rank[i]), float(weight[i]))
    return float(good / pairs) if pairs > 0 else float("nan")


class _Counter:
    """Sums of weights by rank, updated and summed in O(log n) (Fenwick 1994)."""

    def __init__(self, size: int) -> None:
        self.tree: list[float] = [0.0] * (size + 1)
        self.total = 0.0

    def add(self, rank: int, weight: float) -> None:
        self.total += weight
        k = rank + 1
        while k < len(self.tree):
            self.tree[k] += weight
            k += k & -k

    def below(self, rank: int) -> float:
        """Sum over the ranks lower than `rank`."""
        total = 0.0
        while rank > 0:
            total += self.tree[rank]
            rank -= rank & -rank
        return total
