"""Rows as points, for metrics that need distances between rows.

A number becomes its rank among the training values, between 0 and 1 (a missing one: the middle, and 1 in a coordinate
of its own); a label becomes an indicator of 1/sqrt(2), so that two different labels are 1 apart. Equal rows have
distance 0 and only they, but for labels beyond the 30 most frequent of a column, which are taken for one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from equipoise.data import Column, Table
from equipoise.evaluate.bins import label_bins

__all__ = ["Space", "nearest", "some"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Space:
    """The scales of the training table."""

    real: Table

    @classmethod
    def of(cls, train: Table) -> Self:
        """Take the scales from `train`, without its columns of text."""
        return cls(train.select([column.name for column in train.columns if column.kind != "text"]))

    def points(self, table: Table) -> Floats:
        """Return shape (n, p)."""
        return np.concatenate([_point(column, table[column.name]) for column in self.real.columns], axis=1)


def _point(real: Column, column: Column) -> Floats:
    if real.coded:
        bins = label_bins(real)
        return np.asarray(np.eye(bins.count + 1)[bins.codes(column)] / np.sqrt(2.0))
    known = np.sort(real.values[~real.missing])
    low, high = (np.searchsorted(known, column.values, side=side) for side in ("left", "right"))
    rank = np.where(column.missing, 0.5, (low + high) / (2.0 * max(len(known), 1)))
    return np.stack([rank, column.missing.astype(float)], axis=1)


def nearest(queries: Floats, points: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """Distance to the nearest point, exact (0 for an equal one), and its place."""
    from sklearn.neighbors import NearestNeighbors

    model = NearestNeighbors(n_neighbors=1, algorithm="brute", n_jobs=1).fit(points)
    places = model.kneighbors(queries, return_distance=False)[:, 0]
    return np.asarray(np.linalg.norm(queries - points[places], axis=1)), places  # products of matrices would round


def some(table: Table, most: int, *seed: int) -> Table:
    """At most so many rows, drawn without replacement."""
    if len(table) <= most:
        return table
    return table.take(np.sort(np.random.default_rng(seed).choice(len(table), most, replace=False)))
