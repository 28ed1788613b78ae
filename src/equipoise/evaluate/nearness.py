"""Whether synthetic rows lie nearer to the rows that the synthesizer learned from than to rows that it never saw.

    nearer = share of synthetic rows whose nearest real row is a training row, ties counting half

with as many held-out rows as training rows beside them: 1/2 where nothing was memorised. Synthetic rows with the same
nearest real row are not independent; the interval takes them for one cluster.

    DCR = median distance to the closest training record, synthetic over held-out rows

is the measure in common use, and a smoke test only: models that leak pass it (Yao, Krčo, Ganev and de Montjoye, *The
DCR delusion*, 2025). Below 1 something is wrong; at 1 nothing is proved.
"""

from __future__ import annotations

import numpy as np

from equipoise.data import Table
from equipoise.evaluate.intervals import Estimate, clustered
from equipoise.evaluate.space import Space, nearest

__all__ = ["dcr_ratio", "nearer_to_train"]


def nearer_to_train(train: Table, fresh: Table, synthetic: Table) -> Estimate:
    """Return the share of synthetic rows nearer to `train` than to `fresh`, and its interval.

    Parameters
    ----------
    train, fresh : Table
        Rows that the synthesizer was fitted on, and others; as many each, otherwise the larger one has the advantage.
    synthetic : Table

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> iris = embedded("iris")
    >>> odd, even = iris.take(range(0, 150, 2)), iris.take(range(1, 150, 2))
    >>> nearer_to_train(odd, even, odd)[0] > 0.95
    True
    """
    space = Space.of(train)
    rows = space.points(synthetic)
    (a, place_a), (b, place_b) = (nearest(rows, space.points(side)) for side in (train, fresh))
    wins = np.where(a < b, 1.0, np.where(a == b, 0.5, 0.0))
    return clustered(wins, np.where(a <= b, place_a, len(train) + place_b))


def dcr_ratio(train: Table, fresh: Table, synthetic: Table) -> float:
    """Median distance to the closest row of `train`: that of synthetic rows over that of fresh ones.

    Returns
    -------
    float
        NaN where half of the fresh rows repeat a training row, so that the median says nothing.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> iris = embedded("iris")
    >>> odd, even = iris.take(range(0, 150, 2)), iris.take(range(1, 150, 2))
    >>> dcr_ratio(odd, even, odd)
    0.0
    """
    space = Space.of(train)
    known = space.points(train)
    ours, theirs = (float(np.median(nearest(space.points(side), known)[0])) for side in (synthetic, fresh))
    return ours / theirs if theirs > 0 else float("nan")
