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

from equipoise.data import Table, align, read_table
from equipoise.data.table import Origin
from equipoise.errors import InputError
from equipoise.tables.codec import TableCodec
from equipoise.tables.conditions import Condition, condition
from equipoise.tables.filling import DONORS, filled, patched
from equipoise.tables.rejection import accepted
from equipoise.training.randomness import Stream, check_seed, numpy_generator

__all__ = ["Fitted", "Synthesizer", "child_seed"]

Arrays = dict[str, NDArray[Any]]
Draft = Callable[[Arrays], "Synthesizer"]


@dataclass(frozen=True)
class Fitted:
    """What fitting leaves behind: the codec, the make of the caller's frame, and the arrays of the model."""

    codec: TableCodec
    origin: Origin
    as_frame: bool
    arrays: Arrays
    inner: Synthesizer | None = None  # what a synthesizer around another one was fitted around


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

    @classmethod
    def _made(cls, settings: dict[str, Any], inner: Synthesizer | None) -> Self:
        """Return one with the settings of a file, not fitted; `inner` is the synthesizer that the file holds in it."""
        if inner is not None:
            raise InputError(f"a {cls.__name__} holds no other synthesizer")
        return cls(**settings)

    def _codec(self, table: Table) -> TableCodec:
        """Return the slots of the table's columns."""
        return TableCodec.fit(table, self.bins)

    def _table(self, fitted: Fitted, n: int, seed: int, where: Condition | None = None) -> Table:
        """Return `n` new rows that meet a condition."""
        codes = self._draw(fitted, n, seed) if where is None else self._draw_where(fitted, n, seed, where)
        codec = fitted.codec if where is None else where.codec
        return codec.decode(codes, numpy_generator(seed, Stream.DECODE))

    def _draw_where(self, fitted: Fitted, n: int, seed: int, where: Condition) -> NDArray[np.int32]:
        """Return slot numbers of `n` new rows under a condition; by rejection, if a subclass knows nothing better."""

        def propose(size: int, position: int) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
            codes = self._draw(fitted, size, child_seed(seed, position))
            return codes, where.accepts(codes)

        return accepted(propose, n, numpy_generator(seed, Stream.STEP))

    def _fill(
        self, fitted: Fitted, codes: NDArray[np.int32], unknown: NDArray[np.bool_], seed: int
    ) -> NDArray[np.int32]:
        """Return slot numbers with the unknown cells filled, none by "missing".

        Where a subclass knows nothing better, rows are filled from those of many drawn rows that are most like them.
        """
        drawn = fitted.codec.encode(self._table(fitted, DONORS, child_seed(seed, 0)))
        return filled(fitted.codec, codes, unknown, drawn, numpy_generator(seed, Stream.SAMPLE))

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
        codec = self._codec(source)

        def drafted(arrays: Arrays) -> Synthesizer:
            draft = copy(self)
            draft._fitted = Fitted(codec, source.origin, not isinstance(table, Table), arrays)
            return draft

        self._fitted = drafted(self._learn(codec, codec.encode(source), drafted))._fitted
        return self

    def sample(self, n: int, where: Mapping[str, Any] | None = None, seed: int = 0) -> Any:
        """Draw new rows.

        Parameters
        ----------
        n : int
            Number of rows.
        where : mapping of column name to value, optional
            What all rows shall have: a value, None for missing, a list of values, or (low, high) of a number or date,
            both included and either of them None for open. Rows follow the synthesizer's law given that.
        seed : int
            Decides the draw: the same fit and the same seed give the same rows.

        Returns
        -------
        Table or data frame
            Of the type that `fit` was given, with the same columns, kinds, levels and dtypes.

        Raises
        ------
        InputError
            If nothing was fitted, `n` or `seed` is not a whole number from 0 on, `where` names what the fitted table
            lacks, or rows that meet it are too rare to be found.

        Examples
        --------
        >>> from equipoise.data import embedded
        >>> from equipoise.tables import TableMixture
        >>> drawn = TableMixture().fit(embedded("iris")).sample(5, where={"target": "virginica"})
        >>> drawn["target"].labels().tolist()
        ['virginica', 'virginica', 'virginica', 'virginica', 'virginica']
        """
        fitted = self._check_fitted()
        n, seed = _count(n), check_seed(seed)
        bound = None if where is None or (isinstance(where, Mapping) and not where) else condition(fitted.codec, where)
        try:
            return _made_like(fitted, self._table(fitted, n, seed, bound))
        except MemoryError:
            raise InputError(f"{n:,} rows do not fit into memory; draw them in parts, each with a seed") from None

    def impute(self, table: Any, seed: int = 0) -> Any:
        """Fill missing values by draws from their law given the row's other values.

        Parameters
        ----------
        table : Table, data frame or path
            With the columns of the fitted table. Values that are there stay as they are.
        seed : int
            Decides the draw; several seeds give multiple imputations.

        Returns
        -------
        Table or data frame
            Of the type of `table`, without missing values.

        Raises
        ------
        InputError
            If nothing was fitted, columns, kinds or levels are not those of the fitted table, or a value is missing in
            a column that had none.

        Examples
        --------
        >>> import pandas as pd
        >>> from equipoise.tables import TableMixture
        >>> frame = pd.DataFrame({"a": ["x", "y"] * 50, "b": ["p", "q"] * 50})
        >>> TableMixture().fit(frame).impute(pd.DataFrame({"a": ["x", None], "b": [None, "q"]})).values.tolist()
        [['x', 'p'], ['y', 'q']]
        """
        fitted = self._check_fitted()
        source = read_table(table)
        rows = align(source, replace(fitted.codec.empty(), origin=Origin(name="the fitted table")))
        codes = fitted.codec.encode(rows)
        unknown = codes == np.diff(fitted.codec.offsets) - 1
        for place, column in enumerate(fitted.codec.placed):
            if unknown[:, place].any() and not column.counts[:-1].any():
                raise InputError(f"column {column.name!r} had no value when this was fitted; drop it before imputing")
        some = np.flatnonzero(unknown.any(axis=1))
        codes[some] = self._fill(fitted, codes[some], unknown[some], check_seed(seed))
        full = patched(rows, fitted.codec.decode(codes, numpy_generator(seed, Stream.DECODE)))
        columns = tuple(full[name] if name in full else source[name] for name in source.names)
        if isinstance(table, Table):
            return replace(full, columns=columns)
        frame = replace(full, columns=columns, origin=source.origin).to_frame()
        if hasattr(table, "iloc"):
            frame.index = table.index
        return frame

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


def _made_like(fitted: Fitted, table: Table) -> Table | Any:
    table = replace(table, origin=fitted.origin)
    return table.to_frame() if fitted.as_frame else table


def child_seed(seed: int, position: int) -> int:
    """Return a seed for one of many draws that together answer to one seed.

    Examples
    --------
    >>> child_seed(0, 1) == child_seed(0, 1), child_seed(0, 1) == child_seed(0, 2)
    (True, False)
    """
    return int(numpy_generator(seed, Stream.SAMPLE, position + 1).integers(2**62))


def _count(n: int) -> int:
    try:
        number = -1 if isinstance(n, bool) else operator.index(n)
    except TypeError:
        number = -1
    if number < 0:
        raise InputError(f"n={n!r} is not a number of rows; give a whole number from 0 on")
    return number
