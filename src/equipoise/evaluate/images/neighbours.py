"""Scores from nearest neighbours of feature vectors: fidelity, variety, and copying.

    precision   share of synthetic images inside a ball of a real one      recall    the same with roles exchanged
    density     mean number of real balls around a synthetic image, / k    coverage  share of real balls that are hit
    authentic   share of synthetic images that are farther from their nearest training image than that one is from
                its nearest other training image
    close       share of synthetic images as near to a training image as only 1 % of fresh real images are
    nearness    P(synthetic image nearer to its nearest training image than a fresh real one to its own), ties half

A ball reaches to the k-th nearest other image of its own set, edge included. Kynkaanniemi et al., *Improved precision
and recall metric for assessing generative models* (2019), equation 2; Naeem et al., *Reliable fidelity and diversity
metrics for generative models* (2020), equations 3 and 4; Alaa et al., *How faithful is your synthetic data?* (2022),
section 4. Nearness is the statistic of Meehan, Chaudhuri and Dasgupta, *A non-parametric test to detect data-copying in
generative models* (2020), with one cell: 1/2 where nothing was copied, 1 where all was.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from equipoise.evaluate.intervals import Estimate, auc, mean, share

__all__ = ["authentic", "balls", "close", "distances", "nearness"]

Floats = NDArray[np.float64]
K = 5


def distances(rows: Floats, points: Floats) -> Floats:
    """Return the Euclidean distances, shape (len(rows), len(points)).

    Examples
    --------
    >>> distances(np.zeros((1, 2)), np.array([[3.0, 4.0]])).tolist()
    [[5.0]]
    """
    from scipy.spatial.distance import cdist

    found: Floats = cdist(rows, points)
    return found


def balls(real: Floats, synthetic: Floats, k: int = K) -> dict[str, Estimate]:
    """Return precision, recall, density and coverage, each with its interval given the other set.

    Parameters
    ----------
    real, synthetic : ndarray of shape (n, d)
        More than `k` rows each, and about as many: the balls shrink as rows are added.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(200, 2))
    >>> balls(x[:100], x[100:])["precision"][0] > 0.8 > balls(x[:100], x[100:] + 9.0)["precision"][0]
    True
    """
    cross = distances(synthetic, real)
    own = [np.sort(distances(part, part), axis=1)[:, k] for part in (real, synthetic)]  # the first is the row itself
    inside, around = cross <= own[0] + 1e-9, cross <= own[1][:, None] + 1e-9
    return {
        "precision": share(float(inside.any(axis=1).sum()), len(synthetic)),
        "recall": share(float(around.any(axis=0).sum()), len(real)),
        "density": mean(inside.sum(axis=1) / k),
        "coverage": share(float(inside.any(axis=0).sum()), len(real)),
    }


def authentic(train: Floats, rows: Floats) -> Estimate:
    """Return the share of rows that are no near copies of a training image.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(100, 2))
    >>> authentic(x, x)[0]
    0.0
    """
    cross = distances(rows, train)
    nearest = cross.argmin(axis=1)
    among = distances(train, train)
    np.fill_diagonal(among, np.inf)
    free = cross[np.arange(len(rows)), nearest] > among.min(axis=1)[nearest]
    return share(float(free.sum()), len(rows))


def close(train: Floats, synthetic: Floats, fresh: Floats) -> tuple[Estimate, float]:
    """Return the share of rows that are as near to a training row as 1 % of fresh rows are, and that of fresh rows.

    It finds a few copies among many rows, which `nearness` overlooks. Where many fresh rows repeat training rows,
    their own share is above 1 %.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(600, 2))
    >>> few = np.concatenate([x[:20], x[420:]])  # a tenth are copies
    >>> close(x[:200], few, x[200:400])[0][0] > 0.08 > close(x[:200], x[400:], x[200:400])[0][0]
    True
    """
    near = [distances(part, train).min(axis=1) for part in (synthetic, fresh)]
    bound = np.sort(near[1])[max(0, round(0.01 * len(near[1])) - 1)]
    count = float((near[0] <= bound).sum())
    return share(count, len(synthetic)), float((near[1] <= bound).mean())


def nearness(train: Floats, synthetic: Floats, fresh: Floats) -> Estimate:
    """Return the probability that a synthetic image lies nearer to the training images than a fresh one.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(300, 2))
    >>> nearness(x[:100], x[:100], x[100:200])[0] > 0.95, 0.4 < nearness(x[:100], x[200:], x[100:200])[0] < 0.6
    (True, True)
    """
    near = [distances(part, train).min(axis=1) for part in (synthetic, fresh)]
    return auc(np.repeat([True, False], [len(near[0]), len(near[1])]), -np.concatenate(near))
