"""Trend: how alike pairs of columns are.

    number, number   1 - |difference of the correlations| / 2
    otherwise        1 - half the sum of |share difference| over the cells of the two-way table

Numbers are binned at the deciles of the real column, for both tables. Trend is the mean over all pairs.
"""

from __future__ import annotations

import numpy as np

from equipoise.data import Column, Table
from equipoise.evaluate.bins import Bins, quantile_bins
from equipoise.evaluate.dependence import pearson

__all__ = ["trend"]


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
    columns = [column for column in real.columns if column.kind != "text"]
    bins = {column.name: quantile_bins(column) for column in columns}
    pairs = [_likeness(first, second, synthetic, bins) for i, first in enumerate(columns) for second in columns[:i]]
    return float(np.mean(pairs)) if pairs else float("nan")


def _likeness(first: Column, second: Column, synthetic: Table, bins: dict[str, Bins]) -> float:
    others = synthetic[first.name], synthetic[second.name]
    if not first.coded and not second.coded:
        return 1.0 - abs(pearson(first.values, second.values) - pearson(others[0].values, others[1].values)) / 2.0
    sides = bins[first.name], bins[second.name]
    cells = (sides[0].count + 1) * (sides[1].count + 1)
    shares = []
    for a, b in ((first, second), others):
        codes = sides[0].codes(a) * (sides[1].count + 1) + sides[1].codes(b)
        shares.append(np.bincount(codes, minlength=cells) / max(len(codes), 1))
    return 1.0 - float(np.abs(shares[0] - shares[1]).sum()) / 2.0
