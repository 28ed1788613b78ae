"""Trend: how alike pairs of columns are.

    number, number   1 - |difference of the correlations| / 2
    otherwise        1 - half the sum of |share difference| over the cells of the two-way table

Numbers are binned at the deciles of the real column, for both tables. Trend is the mean over all pairs; of more than
2,000 pairs (64 columns) 2,000 are drawn. SDMetrics bins each table by its own, equally wide edges, which independent
columns or one outlier can move: its figures for pairs of a number and a label differ from these.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from equipoise.data import Column, Table
from equipoise.evaluate.bins import Bins, quantile_bins
from equipoise.evaluate.dependence import pearson
from equipoise.evaluate.intervals import Estimate
from equipoise.evaluate.resample import Resampler, around

__all__ = ["pair_distances", "trend", "trend_interval"]

_PAIRS = 2_000

Floats = NDArray[np.float64]


def pair_distances(real: Table, synthetic: Table) -> dict[tuple[str, str], float]:
    """Distance of every pair of columns, 0 for alike.

    Parameters
    ----------
    real, synthetic : Table
        With the same columns; text columns are left out.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> iris = embedded("iris").select(["petal length (cm)", "target"])
    >>> pair_distances(iris, iris)
    {('petal length (cm)', 'target'): 0.0}
    """
    codes = _codes(real, real), _codes(real, synthetic)
    return {pair: _distance(real, synthetic, pair, codes) for pair in _pairs(real)}


def trend(real: Table, synthetic: Table) -> float:
    """Mean likeness of the pairs of columns; 1 is alike, NaN for fewer than two columns.

    Parameters
    ----------
    real, synthetic : Table
        With the same columns; text columns are left out.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> trend(embedded("iris"), embedded("iris"))
    1.0
    """
    found = pair_distances(real, synthetic)
    return 1.0 - float(np.mean(list(found.values()))) if found else float("nan")


def trend_interval(real: Table, synthetic: Table, seed: int = 0) -> Estimate:
    """Trend and its bootstrap interval (see `equipoise.evaluate.resample`): value, lower end, upper end.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> iris = embedded("iris")
    >>> value, low, high = trend_interval(iris.take(range(0, 150, 2)), iris.take(range(1, 150, 2)))
    >>> low < value < high
    True
    """
    sides = Resampler.of(len(real), seed, 0), Resampler.of(len(synthetic), seed, 1)
    codes = _codes(real, real), _codes(real, synthetic)
    sums, pairs = np.zeros(len(sides[0].weights)), _pairs(real)
    for first, second in pairs:
        if real[first].coded or real[second].coded:
            cells = codes[0][first][1] * codes[0][second][1]
            a, b = (side.shares(_cells(part, first, second), cells) for side, part in zip(sides, codes, strict=True))
            sums += np.abs(a - b).sum(axis=1) / 2.0
        else:
            r, s = (
                _correlations(side, table[first].values, table[second].values)
                for side, table in zip(sides, (real, synthetic), strict=True)
            )
            sums += np.abs(r - s) / 2.0
    return around(trend(real, synthetic), sums / max(len(pairs), 1))


def _pairs(real: Table) -> list[tuple[str, str]]:
    found = list(combinations([column.name for column in real.columns if column.kind != "text"], 2))
    if len(found) <= _PAIRS:
        return found
    return [found[i] for i in np.sort(np.random.default_rng(0).choice(len(found), _PAIRS, replace=False))]


_Codes = dict[str, tuple[NDArray[np.intp], int]]  # bin of every row, and number of bins


def _codes(real: Table, table: Table) -> _Codes:
    def of(column: Column, bins: Bins) -> tuple[NDArray[np.intp], int]:
        return bins.codes(column), bins.count + 1

    return {c.name: of(table[c.name], quantile_bins(c)) for c in real.columns if c.kind != "text"}


def _cells(codes: _Codes, first: str, second: str) -> NDArray[np.intp]:
    return codes[first][0] * codes[second][1] + codes[second][0]


def _distance(real: Table, synthetic: Table, pair: tuple[str, str], codes: tuple[_Codes, _Codes]) -> float:
    first, second = pair
    if not real[first].coded and not real[second].coded:
        r, s = (pearson(table[first].values, table[second].values) for table in (real, synthetic))
        return abs(r - s) / 2.0
    cells = codes[0][first][1] * codes[0][second][1]
    shares = [np.bincount(_cells(part, first, second), minlength=cells) for part in codes]
    return float(np.abs(shares[0] / max(len(real), 1) - shares[1] / max(len(synthetic), 1)).sum()) / 2.0


def _correlations(side: Resampler, x: Floats, y: Floats) -> Floats:
    """Pearson's correlation in every draw, over the rows where both are finite; 0 where one does not vary."""
    known = np.isfinite(x) & np.isfinite(y)
    if known.sum() < 2:
        return np.zeros(len(side.weights))
    x, y = (np.where(known, v - v[known].mean(), 0.0) / (v[known].std() or 1.0) for v in (x, y))
    zero = np.zeros(len(x), np.intp)
    n, a, b, aa, bb, ab = (
        side.totals(zero, 1, part)[:, 0] for part in (known.astype(float), x, y, x * x, y * y, x * y)
    )
    n = np.maximum(n, 1.0)
    norm = np.sqrt(np.maximum(aa - a * a / n, 0.0) * np.maximum(bb - b * b / n, 0.0))
    return np.asarray(np.where(norm > 1e-12, (ab - a * b / n) / np.where(norm > 1e-12, norm, 1.0), 0.0))
