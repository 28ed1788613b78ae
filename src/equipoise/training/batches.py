"""Rows of each batch: epochs of a shuffled table laid end to end, cut into batches of one size.

Every row occurs once an epoch, a batch may cross epochs, and a table shorter than a batch is repeated. The order of
an epoch depends on (seed, epoch) alone, so that any batch can be named without the ones before it.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from equipoise.training.randomness import Stream, numpy_generator

__all__ = ["Rows", "batch_rows"]

# Tables shorter than this are shuffled several copies at a time, or a table of one row would need a
# generator for each of its epochs.
_SHORTEST = 4096


class Rows(Protocol):
    """What is learned from: an array, or what gives rows like one and need not hold them in memory."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the numbers."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of rows, then the shape of a row."""

    def __len__(self) -> int:
        """Return the number of rows."""

    def __getitem__(self, rows: Any, /) -> NDArray[Any]:
        """Return the rows of an array of numbers, of any shape, or of a slice."""


def batch_rows(n_rows: int, batch: int, seed: int, start: int, count: int) -> NDArray[np.int64]:
    """Return the rows of `count` batches from batch number `start` on.

    Parameters
    ----------
    n_rows, batch : int
        Rows of the table and of one batch, both positive.
    seed : int
        Decides the order.
    start, count : int
        First batch and number of batches.

    Returns
    -------
    ndarray of shape (count, batch)
        Row numbers from 0 to ``n_rows - 1``.

    Examples
    --------
    >>> rows = batch_rows(n_rows=10, batch=4, seed=0, start=0, count=5)
    >>> sorted(np.bincount(rows.ravel()).tolist())  # two epochs: every row twice
    [2, 2, 2, 2, 2, 2, 2, 2, 2, 2]
    """
    length = n_rows * max(1, _SHORTEST // n_rows)
    first, last = start * batch, (start + count) * batch
    epochs = range(first // length, -(-last // length))
    orders = [_order(n_rows, length, seed, epoch) for epoch in epochs]
    flat = np.concatenate(orders) if orders else np.empty(0, np.int64)
    offset = first - epochs.start * length
    return flat[offset : offset + count * batch].reshape(count, batch)


def _order(n_rows: int, length: int, seed: int, epoch: int) -> NDArray[np.int64]:
    """Shuffle each copy of the table on its own, so that a row never waits longer than two epochs."""
    copies = np.tile(np.arange(n_rows), (length // n_rows, 1))
    return numpy_generator(seed, Stream.ORDER, epoch).permuted(copies, axis=1).ravel()
