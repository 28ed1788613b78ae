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
from equipoise.evaluate.intervals import Estimate
from equipoise.evaluate.resample import Resampler, around

__all__ = ["column_distance", "shape", "shape_interval"]

_POINTS = 500  # where the distribution functions of a draw are compared

Floats = NDArray[np.float64]


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
    a, b = (np.sort(_below_all(column)) for column in (real, synthetic))
    points = np.concatenate([a, b])
    return float(np.max(np.abs(_below(a, points) - _below(b, points)))) if len(points) else 0.0


def _below_all(column: Column) -> Floats:
    return np.where(column.missing, -np.inf, column.values)


def _below(values: Floats, points: Floats) -> Floats:
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


def shape_interval(real: Table, synthetic: Table, seed: int = 0) -> Estimate:
    """Shape and its bootstrap interval (see `equipoise.evaluate.resample`): value, lower end, upper end.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> iris = embedded("iris")
    >>> value, low, high = shape_interval(iris.take(range(0, 150, 2)), iris.take(range(1, 150, 2)))
    >>> low < value < high
    True
    """
    sides = Resampler.of(len(real), seed, 0), Resampler.of(len(synthetic), seed, 1)
    draws = [_draws(column, synthetic[column.name], sides) for column in _used(real)]
    return around(shape(real, synthetic), 1.0 - np.mean(draws, axis=0))


def _draws(real: Column, synthetic: Column, sides: tuple[Resampler, Resampler]) -> Floats:
    """Distance of the two columns in every draw."""
    if real.coded:
        bins = label_bins(real)
        a, b = (
            side.shares(bins.codes(column), bins.count + 1)
            for side, column in zip(sides, (real, synthetic), strict=True)
        )
        return np.asarray(np.abs(a - b).sum(axis=1) / 2.0)
    numbers = [_below_all(column) for column in (real, synthetic)]
    points = np.unique(np.concatenate(numbers))
    points = points[np.linspace(0, len(points) - 1, min(len(points), _POINTS)).astype(np.intp)]
    a, b = (
        np.cumsum(side.shares(np.searchsorted(points, values), len(points) + 1), axis=1)
        for side, values in zip(sides, numbers, strict=True)
    )
    return np.asarray(np.abs(a - b).max(axis=1))


def _used(table: Table) -> list[Column]:
    return [column for column in table.columns if column.kind != "text"]
