"""Real and synthetic shares of a column in the bins of the real one: what a histogram shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.data import Column
from equipoise.evaluate.bins import width_bins

__all__ = ["Marginal", "marginal"]


@dataclass(frozen=True)
class Marginal:
    """Shares of the non-missing values; `bins` are k + 1 edges for numbers, k labels otherwise."""

    name: str
    kind: str
    bins: tuple[float | str, ...]
    real: NDArray[np.float64]
    synthetic: NDArray[np.float64]


def marginal(real: Column, synthetic: Column) -> Marginal:
    """Histogram both in the bins of the real column.

    Examples
    --------
    >>> import numpy as np
    >>> from equipoise.data import Column
    >>> a = Column("x", "category", np.array([0, 0, 1], np.int32), ("no", "yes"))
    >>> found = marginal(a, a)
    >>> found.bins, found.real.round(2).tolist()
    (('no', 'yes'), [0.67, 0.33])
    """
    bins = width_bins(real)
    shares = [_shares(bins.codes(column), bins.count) for column in (real, synthetic)]
    names: tuple[float | str, ...] = bins.labels if bins.edges is None else tuple(bins.edges.tolist())
    return Marginal(real.name, real.kind, names, *shares)


def _shares(codes: NDArray[np.intp], count: int) -> NDArray[np.float64]:
    counts = np.bincount(codes, minlength=count + 1)[:count]
    return np.asarray(counts / max(counts.sum(), 1))
