"""Copies: how many rows repeat a training row, beside how many fresh real rows do.

    exact   equal in every column
    near    equal in every label, and every number in the same hundredth of the training rows

Real rows repeat each other too, in coarse tables often: a rate says something only beside that of rows that nobody
fitted on.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equipoise.data import Column, Table
from equipoise.evaluate.bins import quantile_bins

__all__ = ["Copies", "among", "copies", "most_repeated", "repeated", "repeating"]

_BOUND = 1.1  # times what fresh rows show
_LUCK = 2.0  # standard deviations of the fresh rows' count (Poisson) that are no evidence of copying


@dataclass(frozen=True)
class Copies:
    """Shares of rows that repeat a training row.

    Attributes
    ----------
    exact, near : float
        Of the synthetic rows.
    fresh_exact, fresh_near : float
        Of real rows that nobody fitted on (and, pooled, of training rows against the other ones).
    rows, fresh_rows : int
    """

    exact: float
    near: float
    fresh_exact: float
    fresh_near: float
    rows: int
    fresh_rows: int

    @property
    def within_bound(self) -> bool:
        """Whether both rates are at most 1.1 times those of fresh rows, but for luck of two standard deviations."""
        return not self.exceeds(_LUCK)

    def exceeds(self, deviations: float) -> bool:
        """Whether a rate is above 1.1 times that of fresh rows by more than so many standard deviations."""
        pairs = ((self.exact, self.fresh_exact), (self.near, self.fresh_near))
        return any(rate > _BOUND * fresh + deviations * self._deviation(fresh) for rate, fresh in pairs)

    def _deviation(self, rate: float) -> float:
        return float(np.sqrt((rate + 1.0 / self.fresh_rows) * (1.0 / self.fresh_rows + 1.0 / max(self.rows, 1))))


def copies(train: Table, synthetic: Table, fresh: Table, *, pool: bool = False) -> Copies:
    """Count the rows that repeat one of `train`.

    Parameters
    ----------
    train : Table
        What a synthesizer was fitted on; columns of text are left out.
    synthetic, fresh : Table
        Its rows, and real rows that it was not fitted on; each with at least one row.
    pool : bool
        Whether each training row counts as a fresh row for the other ones too, which says more where `fresh` is small.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> iris = embedded("iris")
    >>> copies(iris, iris.take(range(9)), iris.take(range(5))).exact
    1.0
    """
    tables = (train, synthetic, fresh)
    exact, near = (
        [np.stack([key(column, table[column.name]) for column in train.columns if column.kind != "text"], axis=1)
         for table in tables] for key in (_exact, _near)
    )  # fmt: skip
    rates = [repeated(keys[0], other) for keys in (exact, near) for other in keys[1:]]
    rows = len(fresh)
    if pool:
        rows += len(train)
        for place, keys in ((1, exact[0]), (3, near[0])):
            rates[place] += (repeating(keys) - rates[place]) * len(train) / rows
    return Copies(rates[0], rates[2], rates[1], rates[3], len(synthetic), rows)


def _exact(real: Column, column: Column) -> NDArray[np.float64]:
    return np.where(column.missing, np.nan if real.coded else np.inf, column.values).astype(float)


def _near(real: Column, column: Column) -> NDArray[np.float64]:
    return _exact(real, column) if real.coded else quantile_bins(real, 100).codes(column).astype(float)


def repeated(known: NDArray[Any], rows: NDArray[Any]) -> float:
    """Share of rows that are among others, byte by byte: signed zeros are made one first.

    Examples
    --------
    >>> repeated(np.array([[1, 2], [3, 4]]), np.array([[3, 4], [3, 5]]))
    0.5
    """
    return float(np.mean(among(known, rows)))


def among(known: NDArray[Any], rows: NDArray[Any]) -> NDArray[np.bool_]:
    """Return for each row whether it is among others, byte by byte.

    Examples
    --------
    >>> among(np.array([[1, 2], [3, 4]]), np.array([[3, 4], [3, 5]])).tolist()
    [True, False]
    """
    keys = set(_keys(known))
    return np.array([key in keys for key in _keys(rows)], np.bool_)


def repeating(rows: NDArray[Any]) -> float:
    """Share of rows that are there more than once.

    Examples
    --------
    >>> repeating(np.array([[1, 2], [1, 2], [3, 4], [5, 6]]))
    0.5
    """
    seen = Counter(_keys(rows))
    return sum(count for count in seen.values() if count > 1) / len(rows)


def most_repeated(rows: NDArray[Any]) -> float:
    """Share of new rows that may repeat these: that of rows found more than once, and one deviation of its count.

    Examples
    --------
    >>> most_repeated(np.array([[1, 2], [3, 4]])), most_repeated(np.array([[1, 2]] * 4))
    (0.0, 1.5)
    """
    share = repeating(rows)
    return float(share + np.sqrt(share / len(rows)))


def _keys(rows: NDArray[Any]) -> list[bytes]:
    return [row.tobytes() for row in rows + 0]
