"""What a net makes of its columns: which are numbers to be encoded, which are the levels of a category to be embedded.

This is settled by all rows given; quantiles are fitted on each deck's own training rows (`Inputs.fit`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from equipoise.losses.base import FloatArray
from equipoise.neural.pieces import KNOTS, Pieces, knots, line, piecewise, quantile

if TYPE_CHECKING:
    from equipoise.data import DesignEncoder

__all__ = ["Block", "Inputs", "embedding_width"]

_LARGEST_WIDTH = 32


class Block(NamedTuple):
    """Columns ``start`` to ``stop - 1`` are the levels of one category, embedded in so many dimensions."""

    start: int
    stop: int
    width: int


def embedding_width(levels: int) -> int:
    """Dimensions of an embedding by the rule of fastai, ``1.6 levels^0.56``, but at most 32, and fewer than levels.

    Examples
    --------
    >>> [embedding_width(levels) for levels in (3, 10, 50, 1000)]
    [2, 6, 15, 32]
    """
    return min(_LARGEST_WIDTH, levels - 1, math.ceil(1.6 * math.pow(levels, 0.56)))


@final
@dataclass(frozen=True, eq=False)
class Inputs:
    """How p columns become the inputs of a net.

    Parameters
    ----------
    names : tuple of str
        Columns of the table, those that are left out aside.
    owner : array of shape (p,)
        Which of them each column of the design matrix comes from.
    encoding : {"standard", "quantile", "piecewise"}
    bins : int
        Pieces of a number, at most, if it is piecewise.
    numbers : array of bool of shape (p,)
        Columns to be encoded.
    gaps : array of shape (p,)
        The column that marks the gaps of each one; -1 if there is none.
    blocks : tuple of Block
    """

    names: tuple[str, ...]
    owner: NDArray[np.intp]
    encoding: str
    bins: int
    numbers: NDArray[np.bool_]
    gaps: NDArray[np.intp]
    blocks: tuple[Block, ...] = ()

    @classmethod
    def of(
        cls, X: FloatArray, names: Sequence[str], encoder: DesignEncoder | None = None, encoding: str = "standard",
        bins: int = 1, embedding: str | int | None = None,
    ) -> Inputs:  # fmt: skip
        """Settle it for the rows that count.

        Parameters
        ----------
        X : array of shape (n, p)
        names : sequence of str
            Of the columns, where there is no encoder.
        encoder : DesignEncoder, optional
            What made X of a data frame.
        encoding : str
        bins : int
        embedding : "auto", int or None
        """
        p = X.shape[1]
        owner, gaps = np.arange(p), np.full(p, -1)
        numbers, blocks = np.ones(p, dtype=bool), []
        if encoder is not None:
            names = [span.column for span in encoder.spans_]
            for k, span in enumerate(encoder.spans_):
                owner[span.start : span.stop] = k
                numbers[span.start : span.stop] = False
                if span.number:
                    numbers[span.start] = True
                    gaps[span.start] = span.start + 1 if span.stop > span.start + 1 else -1
                elif embedding is not None and span.stop - span.start > 2:
                    levels = span.stop - span.start
                    width = embedding_width(levels) if embedding == "auto" else int(embedding)
                    blocks.append(Block(span.start, span.stop, width))
        if encoding == "standard":
            numbers[:] = False
        for j in np.flatnonzero(numbers):  # of two values a line says everything
            numbers[j] = len(np.unique(X[:, j])) > 2
        return cls(tuple(names), owner, encoding, bins, numbers, gaps, tuple(blocks))

    @classmethod
    def plain(cls, columns: int) -> Inputs:
        """So many columns as they are."""
        none = np.zeros(columns, dtype=bool)
        names = tuple(f"x{k}" for k in range(columns))
        return cls(names, np.arange(columns), "standard", 1, none, np.full(columns, -1))

    @property
    def encoded(self) -> bool:
        """Whether any column is."""
        return bool(self.numbers.any())

    @property
    def each(self) -> int:
        """Pieces that add up to one input."""
        return KNOTS if self.encoding == "quantile" and self.encoded else 1

    @property
    def wide(self) -> bool:
        """Whether a number becomes several inputs."""
        return self.encoding == "piecewise" and self.encoded

    @property
    def source(self) -> NDArray[np.intp]:
        """Column of each input, shape (M,)."""
        return np.repeat(np.arange(len(self.numbers)), np.where(self.numbers & self.wide, self.bins, 1))

    def named(self, columns: Sequence[str]) -> list[str]:
        """Name of each input, by those of the columns: the pieces of a number are counted from 1."""
        first = np.searchsorted(self.source, self.source)
        several = np.bincount(self.source)[self.source] > 1
        return [
            f"{columns[j]}[{k - first[k] + 1}]" if several[k] else str(columns[j]) for k, j in enumerate(self.source)
        ]

    def scaled(self, standardize: bool) -> NDArray[np.bool_]:
        """Columns that are brought to mean 0 and variance 1: never those of embedded levels, always encoded numbers."""
        found = np.full(len(self.numbers), standardize)
        for block in self.blocks:
            found[block.start : block.stop] = False
        return found | self.numbers

    def fit(self, X: FloatArray, weight: FloatArray, mean: FloatArray, inverse: FloatArray) -> Pieces | None:
        """Pieces by some rows, gaps aside; none if no column is encoded.

        Parameters
        ----------
        X : array of shape (n, p)
        weight : array of shape (n,)
        mean, inverse : arrays of shape (p,)
            Of the columns that are not encoded.
        """
        if not self.encoded:
            return None
        columns = []
        for j, x in enumerate(X.T):
            if not self.numbers[j]:
                columns.append(line(mean[j], inverse[j]))
                continue
            there = weight if self.gaps[j] < 0 else weight * (X[:, self.gaps[j]] == 0)
            if self.encoding == "piecewise":
                columns.append(piecewise(knots(x, there, self.bins)[0]))
            else:
                columns.append(quantile(*knots(x, there, KNOTS)))
        wide = [self.each if self.each > 1 else int(n) for n in np.bincount(self.source, minlength=len(self.numbers))]
        return Pieces.joined(columns, wide, self.each)
