"""What both encoders share: any table-like input becomes a `Table`, and category levels are pooled by one rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_array

from equipoise.data.column import Column, Kind
from equipoise.data.kinds import as_kind
from equipoise.data.read import read_table
from equipoise.data.strings import whole_kind
from equipoise.data.table import Table
from equipoise.errors import InputError

__all__ = ["Levels", "as_table", "features_like", "fit_levels"]


@dataclass(frozen=True)
class Levels:
    """Levels that keep a code of their own, and whether the others share one more.

    Codes: ``0 .. len(kept) - 1`` for `kept`, ``len(kept)`` for pooled levels seen in fitting, -1 for missing and
    unknown ones.
    """

    kept: tuple[str, ...]
    pooled: frozenset[str]

    def codes(self, column: Column) -> NDArray[np.int32]:
        """Return the code of every value of a column, whose own levels may differ."""
        place = {level: code for code, level in enumerate(self.kept)}
        place.update(dict.fromkeys(self.pooled, len(self.kept)))
        table = [place.get(level, -1) for level in column.levels or ()]
        codes: NDArray[np.int32] = np.array([*table, -1], np.int32)
        return codes.take(column.values, mode="wrap")


def fit_levels(column: Column, most: int) -> Levels:
    """Keep the `most` most frequent levels (ties by name) and pool the others that occur."""
    levels = column.levels or ()
    counts = np.bincount(column.values[column.values >= 0], minlength=len(levels))
    order = [int(code) for code in np.argsort(-counts, kind="stable") if counts[code] > 0]
    kept, pooled = order[:most], order[most:]
    return Levels(tuple(levels[code] for code in sorted(kept)), frozenset(levels[code] for code in pooled))


def as_table(source: Any) -> Table:
    """Return a table as it is, a frame by `read_table`, an array of two dimensions with columns x0, x1, ..."""
    if isinstance(source, Table):
        return source
    if _is_frame(source):
        return read_table(source)
    array = check_array(source, dtype=None, ensure_all_finite=False)
    if array.dtype.kind in "biuf":
        floats = np.asfortranarray(array, dtype=np.float64)
        return Table(tuple(Column(f"x{j}", whole_kind(floats[:, j]), floats[:, j]) for j in range(array.shape[1])))
    return _object_table(array)


def features_like(source: Any, kinds: dict[str, Kind], used: Iterable[str], reader: str) -> Table:
    """Return the used ones of the columns that were fitted on, each as the kind that it had then.

    `reader` is the class that asks, for the message.

    Raises
    ------
    InputError
        If a column is absent, an array has another number of columns, or values cannot be read as that kind.
    """
    table = as_table(source)
    if not isinstance(source, Table) and not _is_frame(source) and len(table.columns) != len(kinds):
        raise InputError(
            f"X has {len(table.columns)} features, but {reader} is expecting {len(kinds)} features as input, "
            "as many as it was fitted on"
        )
    return Table(tuple(_same_make(table[name], kinds[name]) for name in used), table.origin)


def _is_frame(source: Any) -> bool:
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
    if column.kind == kind or (column.kind in numeric and kind in numeric):
        return column
    if kind in ("boolean", "category", "text"):
        return as_kind(column, "category")
    return as_kind(column, kind)
