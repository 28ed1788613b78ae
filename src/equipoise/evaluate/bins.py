"""Bins of a column, from its real values only: edges for numbers, levels for labels, and one bin more for missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.data import Column

__all__ = ["Bins", "label_bins", "quantile_bins", "width_bins"]

_LEVELS = 30


@dataclass(frozen=True)
class Bins:
    """A partition of a column's values.

    Attributes
    ----------
    edges : array of shape (k + 1,), or None for labels
        The outer bins also take what lies beyond them.
    labels : tuple of str
        Labels of a coded column that have a bin of their own; the others share the last one.
    """

    edges: NDArray[np.float64] | None
    labels: tuple[str, ...]

    @property
    def count(self) -> int:
        """Bins without the one for missing values."""
        return len(self.labels) if self.edges is None else len(self.edges) - 1

    def codes(self, column: Column) -> NDArray[np.intp]:
        """Bin of every value; `count` where it is missing."""
        if self.edges is not None:
            inside = np.searchsorted(self.edges[1:-1], np.nan_to_num(column.values), side="right")
            return np.where(column.missing, self.count, inside)
        place = {label: code for code, label in enumerate(self.labels)}
        table = [place.get(level, len(self.labels) - 1) for level in column.levels or ()]
        return np.array([*table, self.count], dtype=np.intp).take(column.values, mode="wrap")


def label_bins(column: Column) -> Bins:
    """Levels by frequency, at most 30; the rarest share the bin "other levels"."""
    levels = column.levels or ()
    counts = np.bincount(column.values[column.values >= 0], minlength=len(levels))
    order = [int(code) for code in np.argsort(-counts, kind="stable")]
    if len(order) <= _LEVELS:
        return Bins(None, tuple(levels[code] for code in sorted(order)))
    kept = sorted(order[: _LEVELS - 1])
    return Bins(None, (*(levels[code] for code in kept), "other levels"))


def quantile_bins(column: Column, count: int = 10) -> Bins:
    """About equally full bins of the real values, or those of `label_bins`."""
    return _number_bins(column, lambda present: np.unique(np.quantile(present, np.linspace(0, 1, count + 1))))


def width_bins(column: Column, count: int = 20) -> Bins:
    """Equally wide bins between the 0.5 and 99.5 % quantiles of the real values, or those of `label_bins`."""

    def edges(present: NDArray[np.float64]) -> NDArray[np.float64]:
        low, high = np.quantile(present, [0.005, 0.995])
        few = len(np.unique(present))
        return np.linspace(low, high, min(count, max(few, 1)) + 1)

    return _number_bins(column, edges)


def _number_bins(column: Column, edges_of: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> Bins:
    if column.coded:
        return label_bins(column)
    present = column.values[np.isfinite(column.values)]
    edges = edges_of(present) if len(present) else np.array([0.0, 1.0])
    if len(edges) < 2 or edges[0] == edges[-1]:
        edges = np.array([edges[0] - 0.5, edges[0] + 0.5])
    return Bins(edges, ())
