"""Pairwise dependence of columns, one number a pair.

number, number   Pearson's correlation, -1 to 1
number, label    correlation ratio eta (Fisher): square root of the share of variance between labels, 0 to 1
label, label     Cramer's V, 0 to 1
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from equipoise.data import Column, Table
from equipoise.evaluate.bins import Bins, label_bins

__all__ = ["dependence", "pearson"]

Floats = NDArray[np.float64]


def dependence(table: Table, like: Table | None = None) -> Floats:
    """Matrix of the dependence of every pair of columns.

    Parameters
    ----------
    table : Table
        With k columns.
    like : Table, optional
        The real table, whose levels label columns are binned by; `table` itself if not given.

    Returns
    -------
    array of shape (k, k)
        Symmetric, 1 on the diagonal; 0 where a column does not vary.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> dependence(embedded("iris").select(["petal length (cm)", "petal width (cm)"])).round(2).tolist()
    [[1.0, 0.96], [0.96, 1.0]]
    """
    like = like or table
    bins = {column.name: label_bins(column) for column in like.columns if column.coded}
    columns = [table[name] for name in like.names]
    found = np.eye(len(columns))
    for i, first in enumerate(columns):
        for j, second in enumerate(columns[:i]):
            found[i, j] = found[j, i] = _pair(first, second, bins)
    return found


def _pair(first: Column, second: Column, bins: dict[str, Bins]) -> float:
    if not first.coded and not second.coded:
        return pearson(first.values, second.values)
    if first.coded and second.coded:
        return _cramer(bins[first.name].codes(first), bins[second.name].codes(second))
    label, number = (first, second) if first.coded else (second, first)
    return _eta(bins[label.name].codes(label), number.values)


def pearson(x: Floats, y: Floats) -> float:
    """Correlation over the rows where both are finite; 0 where one does not vary."""
    known = np.isfinite(x) & np.isfinite(y)
    if known.sum() < 2:
        return 0.0
    x, y = x[known] - x[known].mean(), y[known] - y[known].mean()
    norm = float(np.sqrt((x @ x) * (y @ y)))
    return float(np.clip((x @ y) / norm, -1.0, 1.0)) if norm > 0 else 0.0


def _eta(codes: NDArray[np.intp], values: Floats) -> float:
    known = np.isfinite(values)
    codes, values = codes[known], values[known] - (values[known].mean() if known.any() else 0.0)
    total = float(values @ values)
    counts = np.bincount(codes)
    sums = np.bincount(codes, weights=values)
    between = float(np.sum(sums[counts > 0] ** 2 / counts[counts > 0]))
    return float(np.sqrt(min(between / total, 1.0))) if total > 0 else 0.0


def _cramer(first: NDArray[np.intp], second: NDArray[np.intp]) -> float:
    table = np.zeros((first.max(initial=0) + 1, second.max(initial=0) + 1))
    np.add.at(table, (first, second), 1.0)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    least = min(table.shape) - 1
    if least < 1:
        return 0.0
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    return float(np.sqrt(min(np.sum((table - expected) ** 2 / expected) / (table.sum() * least), 1.0)))
