"""What every table synthesizer is: settings in the constructor, data in `fit`, rows from `sample`, a file by `save`."""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from os import PathLike
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from equipoise.data import Table, read_table
from equipoise.data.table import Origin
from equipoise.errors import InputError
from equipoise.tables.codec import TableCodec
from equipoise.training.randomness import Stream, check_seed, numpy_generator

__all__ = ["Fitted", "Synthesizer"]

Arrays = dict[str, NDArray[Any]]
Draft = Callable[[Arrays], "Synthesizer"]


@dataclass(frozen=True)
class Fitted:
    """What fitting leaves behind: the codec, the make of the caller's frame, and the arrays of the model."""

    codec: TableCodec
    origin: Origin
    as_frame: bool
    arrays: Arrays


class Synthesizer(ABC):
    """Base of the table synthesizers.

    A new one says what its settings are (attributes of the names of the constructor's parameters), how it learns from
    slot numbers, how it draws them, and which arrays a file must hold; everything else is here.
    """

    id: ClassVar[str]
    settings: ClassVar[tuple[str, ...]]
    dtypes: ClassVar[Mapping[str, type[np.generic]]] = {}  # of arrays that are not float32

    seed: int
    bins: int | None
    _fitted: Fitted | None = None

    @abstractmethod
    def _learn(self, codec: TableCodec, codes: NDArray[np.int32], drafted: Draft) -> Arrays:
        """Learn from slot numbers of shape (n, columns) and return the arrays of the model.

        `drafted` makes a synthesizer of the arrays that are there so far.
        """

    @abstractmethod
    def _draw(self, fitted: Fitted, n: int, seed: int) -> NDArray[np.int32]:
        """Return slot numbers of `n` new rows."""

    @abstractmethod
    def _skeleton(self, codec: TableCodec, found: Arrays) -> dict[str, tuple[int, ...]]:
        """Return name and shape of every array that `_learn` gives, without learning.

        Where the data decide a size, it may be read off `found`, the arrays of a file that nobody has checked yet.
        """

    def _is_sound(self, codec: TableCodec, arrays: Arrays) -> bool:
        """Whether drawing from arrays of the right names, shapes and types stays within them."""
        del codec, arrays
        return True

    def fit(self, table: Any) -> Self:
        """Learn from a table.

        Parameters
        ----------
        table : Table, data frame or path
            Rows to learn from: an `equipoise.data.Table`, a pandas, polars or pyarrow frame, or a file.

        Returns
        -------
        self

        Raises
        ------
        InputError
            If the table has no rows or cannot be read, or a setting is out of range.
        """
        check_seed(self.seed)
        source = read_table(table)
        codec = TableCodec.fit(source, self.bins)

        def drafted(arrays: Arrays) -> Synthesizer:
            draft = copy(self)
            draft._fitted = Fitted(codec, source.origin, not isinstance(table, Table), arrays)
            return draft

        self._fitted = drafted(self._learn(codec, codec.encode(source), drafted))._fitted
        return self

    def sample(self, n: int, seed: int = 0) -> Any:
        """Draw new rows.

        Parameters
        ----------
        n : int
            Number of rows.
        seed : int
            Decides the draw: the same fit and the same seed give the same rows.

        Returns
        -------
        Table or data frame
            Of the type that `fit` was given, with the same columns, kinds, levels and dtypes.

        Raises
        ------
        InputError
            If nothing was fitted, or `n` or `seed` is not a whole number from 0 on.
        """
        fitted = self._check_fitted()
        n = _count(n)
        codes = self._draw(fitted, n, check_seed(seed))
        table = fitted.codec.decode(codes, numpy_generator(seed, Stream.DECODE))
        table = replace(table, origin=fitted.origin)
        return table.to_frame() if fitted.as_frame else table

    def save(self, path: str | PathLike[str]) -> None:
        """Write the fitted synthesizer to one file, all or nothing; `equipoise.load` reads it back.

        Raises
        ------
        InputError
            If nothing was fitted, or the file cannot be written.
        """
        from equipoise.tables.files import save

        self._check_fitted()
        save(self, path)

    def _check_fitted(self) -> Fitted:
        if self._fitted is None:
            raise InputError(f"this {type(self).__name__} has learned nothing yet; call fit(table) first")
        return self._fitted

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.settings)
        return f"{type(self).__name__}({values})"


def _count(n: int) -> int:
    try:
        number = operator.index(n)
    except TypeError:
        number = -1
    if number < 0:
        raise InputError(f"n={n!r} is not a number of rows; give a whole number from 0 on")
    return number
