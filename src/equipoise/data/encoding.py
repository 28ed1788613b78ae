"""What both encoders share: any table-like input becomes a `Table`, and category levels are pooled by one rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_array

from equipoise.data.column import CODED, Column, Kind
from equipoise.data.frames import read_frame
from equipoise.data.kinds import as_kind
from equipoise.data.read import read_table
from equipoise.data.strings import whole_kind
from equipoise.data.table import Table
from equipoise.errors import InputError

__all__ = ["Levels", "as_table", "features_like", "fit_levels", "is_frame"]


@dataclass(frozen=True)
class Levels:
    """Levels that keep a code of their own, and whether the others share one more.

    Codes: ``0 .. len(kept) - 1`` for `kept`, ``len(kept)`` for pooled levels seen in fitting, -1 for missing and
    unknown ones.
    """

    kept: tuple[str, ...]
    pooled: frozenset[str]

    def codes(self, column: Column) -> NDArray[np.int32]:
        """Return the code of every value of a column, whose own levels may differ.

        Raises
        ------
        InputError
            If the column holds numbers or dates and none of them is a level: another column than the one fitted on.
        """
        known = as_kind(column, "category")
        if not column.coded and known.levels and self._all.isdisjoint(known.levels):
            raise InputError(
                f"column {column.name!r} held labels such as {min(self._all)!r} when it was fitted on, and now holds "
                f"values of kind {column.kind} such as {known.levels[0]!r}; give it as it was"
            )
        column = known
        place = {level: code for code, level in enumerate(self.kept)}
        place.update(dict.fromkeys(self.pooled, len(self.kept)))
        table = [place.get(level, -1) for level in column.levels or ()]
        codes: NDArray[np.int32] = np.array([*table, -1], np.int32)
        return codes.take(column.values, mode="wrap")

    @property
    def _all(self) -> frozenset[str]:
        return self.pooled.union(self.kept)


def fit_levels(column: Column, most: int, weight: NDArray[np.float64] | None = None) -> Levels:
    """Keep the `most` most frequent levels (ties by name) and pool the others that occur."""
    levels, present = column.levels or (), column.values >= 0
    counts = np.bincount(column.values[present], None if weight is None else weight[present], len(levels))
    order = [int(code) for code in np.argsort(-counts, kind="stable") if counts[code] > 0]
    kept, pooled = order[:most], order[most:]
    return Levels(tuple(levels[code] for code in sorted(kept)), frozenset(levels[code] for code in pooled))


def as_table(source: Any) -> Table:
    """Return a table as it is, a frame by its dtypes, an array of two dimensions with columns x0, x1, ...

    Numbers of a frame stay numbers, as those of an array do: that a column of them only names the rows is for
    `read_table` to say.
    """
    if isinstance(source, Table):
        return source
    if is_frame(source):
        table = read_frame(source)
        if table.n_rows == 0:
            raise InputError(f"{table.origin.name} has no rows (n_samples=0); give at least one")
        return table
    array = check_array(source, dtype=None, ensure_all_finite=False)
    if array.dtype.kind in "biuf":
        floats = np.asfortranarray(array, dtype=np.float64)
        return Table(tuple(Column(f"x{j}", whole_kind(floats[:, j]), floats[:, j]) for j in range(array.shape[1])))
    return _object_table(array)


def features_like(source: Any, kinds: dict[str, Kind], used: Iterable[str], reader: str) -> Table:
    """Return the used ones of the columns that were fitted on, as numbers where they were numbers.

    Columns of a frame or a table are found by name, those of an array by position. `reader` is the class that asks,
    for the message.

    Raises
    ------
    InputError
        If a column is absent, an array has another number of columns, or values cannot be read as that kind.
    """
    table = as_table(source)
    if not isinstance(source, Table) and not is_frame(source):
        if len(table.columns) != len(kinds):
            raise InputError(
                f"X has {len(table.columns)} features, but {reader} is expecting {len(kinds)} features as input, "
                "as many as it was fitted on"
            )
        table = Table(tuple(replace(column, name=name) for column, name in zip(table.columns, kinds, strict=True)))
    return Table(tuple(_same_make(table[name], kinds[name]) for name in used), table.origin)


def is_frame(source: Any) -> bool:
    """Whether it is a data frame that narwhals knows: pandas, polars, a `pyarrow.Table`, ..."""
    from narwhals.stable.v2 import dependencies

    return bool(dependencies.is_into_dataframe(source) or dependencies.is_polars_lazyframe(source))


def _object_table(array: NDArray[Any]) -> Table:
    import pyarrow as pa

    names = [f"x{j}" for j in range(array.shape[1])]
    try:
        columns = [pa.array(list(column), from_pandas=True) for column in array.T]
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        raise InputError("a column of the array mixes types; give a data frame, or one type a column") from None
    return read_table(pa.table(columns, names=names))


def _same_make(column: Column, kind: Kind) -> Column:
    numeric = ("number", "integer")
    if column.kind == kind or (column.kind in numeric and kind in numeric) or kind in CODED:
        return column  # levels read it as labels, see `Levels.codes`
    return as_kind(column, kind)
