"""Shape: how alike columns are one by one.

    numbers   distance = largest gap of the two distribution functions (Kolmogorov-Smirnov), missing below every value
    labels    distance = half the sum of |share difference| (total variation), missing being one label more

Shape = 1 - mean distance over the columns.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from equipoise.data import Column, Table
from equipoise.evaluate.bins import label_bins

__all__ = ["column_distance", "shape"]


def column_distance(real: Column, synthetic: Column) -> float:
    """Distance of two columns of the same name and kind, 0 for equal and 1 for disjoint ones.

    Examples
    --------
    >>> import numpy as np
    >>> from equipoise.data import Column
    >>> a, b = (Column("x", "number", np.array(v)) for v in ([0.0, 1.0], [1.0, 2.0]))
    >>> column_distance(a, b)
    0.5
    """
    if real.coded:
        bins = label_bins(real)
        shares = [np.bincount(bins.codes(c), minlength=bins.count + 1) / max(len(c), 1) for c in (real, synthetic)]
        return float(np.abs(shares[0] - shares[1]).sum() / 2.0)
    a, b = (np.sort(np.where(column.missing, -np.inf, column.values)) for column in (real, synthetic))
    points = np.concatenate([a, b])
    return float(np.max(np.abs(_below(a, points) - _below(b, points)))) if len(points) else 0.0


def _below(values: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.searchsorted(values, points, side="right") / max(len(values), 1))


def shape(real: Table, synthetic: Table) -> float:
    """1 - mean distance of the columns; 1 is alike.

    Parameters
    ----------
    real, synthetic : Table
        With the same columns.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> shape(embedded("iris"), embedded("iris"))
    1.0
    """
    distances = [column_distance(column, synthetic[column.name]) for column in _used(real)]
    return 1.0 - float(np.mean(distances)) if distances else float("nan")


def _used(table: Table) -> list[Column]:
    return [column for column in table.columns if column.kind != "text"]
