"""Density and coverage: whether synthetic rows lie where real rows lie, and reach every part of them.

    density   = mean over synthetic rows of (real rows whose ball holds it) / k
    coverage  = share of the real rows whose ball holds a synthetic row

The ball of a real row reaches to its k-th nearest other real row, k = 5. Naeem, Oh, Uh, Choi and Yoo, *Reliable
fidelity and diversity metrics for generative models* (2020), equations 3 and 4. Of real rows against other real rows
coverage is 1 - 2^-k on average, and density 1. Ties (rows that repeat each other) make both larger.
"""

from __future__ import annotations

import numpy as np

from equipoise.data import Table
from equipoise.evaluate.intervals import Estimate, mean, share
from equipoise.evaluate.space import Space

__all__ = ["K", "density_and_coverage"]

K = 5


def density_and_coverage(real: Table, synthetic: Table, train: Table) -> tuple[Estimate, Estimate]:
    """Return density and coverage, each with its interval.

    Parameters
    ----------
    real, synthetic : Table
        About as many rows each, over 5; time and memory grow with their product.
    train : Table
        From which the scales of the columns are taken.

    Returns
    -------
    tuple of tuple of float
        Value, lower and upper end: normal over synthetic rows for density, Wilson's over real rows for coverage, either
        with the other table held fixed.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> iris = embedded("iris")
    >>> odd, even = iris.take(range(0, 150, 2)), iris.take(range(1, 150, 2))
    >>> density, coverage = density_and_coverage(odd, even, iris)
    >>> coverage[0] > 0.8
    True
    """
    from sklearn.metrics import pairwise_distances_chunked
    from sklearn.neighbors import NearestNeighbors

    space = Space.of(train)
    centres, rows = space.points(real), space.points(synthetic)
    k = min(K, len(centres) - 1)
    others = NearestNeighbors(n_neighbors=k, algorithm="brute", n_jobs=1).fit(centres)
    radii = others.kneighbors()[0][:, -1] + 1e-9  # rounding must not put a row out of its own ball
    inside, held = [], np.zeros(len(centres), bool)
    for distances in pairwise_distances_chunked(rows, centres, n_jobs=1, working_memory=64):
        within = distances <= radii
        inside.append(within.sum(axis=1) / k)
        held |= within.any(axis=0)
    return mean(np.concatenate(inside)), share(float(held.sum()), len(held))
