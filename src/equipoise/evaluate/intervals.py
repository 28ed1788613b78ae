"""95 % intervals of shares and of areas under the ROC curve.

share     Wilson (1927), from a count
clusters  a share whose rows hang together: variance = sum of (sum of the residuals of a cluster)^2 / n^2
AUC       DeLong, DeLong and Clarke-Pearson, *Comparing the areas under two or more correlated receiver operating
          characteristic curves* (1988), by midranks as in Sun and Xu (2014): the variance of the mean placement of
          either class among the other, given the classifier
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Z95", "Z95_OF_THREE", "Estimate", "auc", "clustered", "mean", "mean_auc", "share"]

Z95 = 1.959963984540054
Z95_OF_THREE = 2.3939797998185104  # each of three intervals, 95 % together (Bonferroni)
Floats = NDArray[np.float64]
Estimate = tuple[float, float, float]  # value, lower end, upper end


def share(count: float, rows: int, z: float = Z95) -> Estimate:
    """Wilson's interval of a share.

    Examples
    --------
    >>> [round(end, 3) for end in share(0, 100)]
    [0.0, 0.0, 0.037]
    """
    p = count / rows
    middle = (p + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z / (1 + z * z / rows) * np.sqrt(p * (1 - p) / rows + (z / (2 * rows)) ** 2)
    return float(p), min(float(max(middle - half, 0.0)), float(p)), max(float(min(middle + half, 1.0)), float(p))


def mean(values: ArrayLike) -> Estimate:
    """Normal interval of a mean of independent values, at least two."""
    x = np.asarray(values, float)
    half = Z95 * float(x.std(ddof=1)) / np.sqrt(len(x))
    return float(x.mean()), float(x.mean() - half), float(x.mean() + half)


def clustered(values: ArrayLike, clusters: NDArray[np.intp]) -> Estimate:
    """Mean of values in 0 to 1, and its interval where rows of one cluster are not independent."""
    x = np.asarray(values, float)
    sums = np.bincount(clusters, weights=x - x.mean())
    half = Z95 * float(np.sqrt(sums @ sums)) / len(x)
    if half == 0.0:  # all alike: as many independent rows as there are clusters
        independent = len(np.unique(clusters))
        return share(float(x.mean()) * independent, independent)
    return float(x.mean()), max(float(x.mean() - half), 0.0), min(float(x.mean() + half), 1.0)


def auc(truth: ArrayLike, score: ArrayLike, z: float = Z95) -> Estimate:
    """Area under the ROC curve with DeLong's interval.

    Parameters
    ----------
    truth : array-like of bool, shape (n,)
        With both classes.
    score : array-like of shape (n,)
        Higher where the truth is more likely; ties count half.
    z : float
        Half the width of the interval in standard errors.

    Returns
    -------
    tuple of float
        Value, lower end, upper end. Where the classes do not overlap, the ends are Wilson's of the smaller class.

    Examples
    --------
    >>> [round(end, 2) for end in auc([0, 0, 0, 1, 1, 1], [1, 2, 4, 3, 5, 6])]
    [0.89, 0.58, 1.0]
    """
    positive = np.asarray(truth, bool)
    area, influence = _placed(positive, np.asarray(score, float))
    few = min(int(positive.sum()), int((~positive).sum()))
    return _ends(area, influence, few, z)


def mean_auc(codes: NDArray[np.intp], scores: Floats) -> Estimate:
    """Mean over the classes of the AUC of one against the rest, with DeLong's interval.

    Parameters
    ----------
    codes : array of int, shape (n,)
        Class of every row; classes that do not occur, and one that is alone, have no part.
    scores : array of shape (n, classes)
        Higher where the class is more likely.
    """
    classes, counts = np.unique(codes, return_counts=True)
    parts = [_placed(codes == code, scores[:, code]) for code in classes if len(classes) > 1]
    if not parts:
        return float("nan"), float("nan"), float("nan")
    area = float(np.mean([part[0] for part in parts]))
    return _ends(area, np.mean([part[1] for part in parts], axis=0), int(counts.min()), Z95)


def _placed(positive: NDArray[np.bool_], values: Floats) -> tuple[float, Floats]:
    """AUC, and the part of every row in its error: the sum of squares is DeLong's variance."""
    from scipy.stats import rankdata

    ranks, influence = rankdata(values), np.zeros(len(values))
    m, n = int(positive.sum()), int((~positive).sum())
    first = (ranks[positive] - rankdata(values[positive])) / n  # share of the negatives below each positive
    second = (ranks[~positive] - rankdata(values[~positive])) / m
    area = float(first.mean())
    influence[positive] = (first - area) / np.sqrt(m * max(m - 1, 1))
    influence[~positive] = (1.0 - second - area) / np.sqrt(n * max(n - 1, 1))
    return area, influence


def _ends(area: float, influence: Floats, few: int, z: float) -> Estimate:
    variance = float(influence @ influence)
    if variance <= 1e-18:
        return share(area * few, few, z)
    half = z * float(np.sqrt(variance))
    return area, max(area - half, 0.0), min(area + half, 1.0)
