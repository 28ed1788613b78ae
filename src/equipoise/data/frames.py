"""Data frames in, and the same make of frame out.

narwhals tells pandas, polars and Arrow apart without importing any of them; values travel as Arrow arrays.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from equipoise.data.arrow import column_from_arrow, column_to_arrow, table_columns
from equipoise.data.column import Column
from equipoise.data.findings import Finding
from equipoise.data.table import Origin, Table
from equipoise.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["read_frame", "to_frame"]

_SCALARS = (str, bool, int, float, np.generic, Decimal, date)


def read_frame(frame: Any) -> Table:
    """Turn a pandas or polars frame or a `pyarrow.Table` into a `Table`.

    Raises
    ------
    InputError
        If it is no such frame, has no columns, has two columns of the same name, or holds values of a type that is
        neither number, label nor date.
    """
    import narwhals.stable.v2 as nw
    from narwhals.exceptions import DuplicateError

    try:
        known = nw.from_native(frame, eager_only=True)
        labels = known.columns
    except TypeError:
        raise InputError(
            f"cannot read a {type(frame).__module__.partition('.')[0]} {type(frame).__name__}; give a path, a pandas "
            "or polars frame (a lazy one collected), or a pyarrow.Table"
        ) from None
    except DuplicateError:
        names = list(getattr(frame, "column_names", frame.columns))
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"two columns of the frame are called {twice!r}; rename one of them") from None
    if known.implementation.is_pandas():
        return _read_pandas(frame, labels)
    if known.implementation.is_polars():
        return _read_polars(frame)
    return _read_arrow(known.to_arrow())


def to_frame(table: Table) -> Any:
    """Return the table as a frame of the library that it came from (see `Table.to_frame`)."""
    library = table.origin.library
    if library == "file":
        library = "pandas" if importlib.util.find_spec("pandas") else "pyarrow"
    arrays = [column_to_arrow(column, table.origin.arrow.get(column.name)) for column in table.columns]
    return {"pandas": _to_pandas, "polars": _to_polars, "pyarrow": _to_arrow}[library](table, arrays)


def _read_arrow(frame: pa.Table) -> Table:
    types = {field.name: field.type for field in frame.schema}
    return Table(table_columns(frame), Origin("pyarrow", "the Arrow table", arrow=types))


def _to_arrow(table: Table, arrays: list[pa.Array]) -> pa.Table:
    import pyarrow as pa

    return pa.table(arrays, names=list(table.names))


def _read_polars(frame: Any) -> Table:
    columns, types = [], {}
    for name in frame.columns:
        array = frame[name].to_arrow()
        types[name] = array.type
        columns.append(column_from_arrow(name, array))
    native = dict(zip(frame.columns, frame.dtypes, strict=True))
    return Table(tuple(columns), Origin("polars", "the polars frame", arrow=types, native=native))


def _to_polars(table: Table, arrays: list[pa.Array]) -> Any:
    import polars as pl

    return pl.DataFrame(
        [_polars_series(pl, name, array, table.origin) for name, array in zip(table.names, arrays, strict=True)]
    )


def _polars_series(pl: Any, name: str, array: pa.Array, origin: Origin) -> Any:
    series, wanted = pl.Series(name, array), origin.native.get(name)
    fits = wanted is not None and array.type == origin.arrow.get(name)
    return series.cast(wanted) if fits and series.dtype != wanted else series


def _read_pandas(frame: Any, labels: Sequence[Any]) -> Table:
    import pyarrow as pa

    notes: list[Finding] = []
    columns, types = [], {}
    for position, label in enumerate(labels):
        series = frame.iloc[:, position]
        array = _pandas_array(str(label), series)
        types[str(label)] = array.type
        columns.append(column_from_arrow(str(label), array))
        if series.dtype.kind == "O" and pa.types.is_string(array.type):
            notes += _mixed(str(label), series)
    names = [column.name for column in columns]
    native = dict(zip(names, frame.dtypes, strict=True))
    origin = Origin("pandas", "the pandas frame", dict(zip(names, labels, strict=True)), types, native, tuple(notes))
    return Table(tuple(columns), origin)


def _pandas_array(name: str, series: Any) -> pa.Array:
    import pyarrow as pa

    if str(series.dtype).startswith("Sparse"):
        series = series.sparse.to_dense()
    try:
        return pa.array(series, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        present = series[series.notna()]
        if series.dtype != object or not all(isinstance(value, _SCALARS) for value in present):
            raise InputError(
                f"column {name!r} of dtype {series.dtype} holds values that are no number, label or date; "
                "convert it to one of these or drop the column"
            ) from None
    return pa.array([str(v) if ok else None for v, ok in zip(series, series.notna(), strict=True)], pa.string())


def _mixed(name: str, series: Any) -> Iterator[Finding]:
    makes = sorted({type(value).__name__ for value in series[series.notna()]})
    if len(makes) > 1:
        message = f"column {name!r} mixes types ({', '.join(makes)}); its values are taken as labels"
        yield Finding("mixed-types", name, message)


def _to_pandas(table: Table, arrays: list[pa.Array]) -> Any:
    import pandas as pd

    origin = table.origin
    series = []
    for column, array in zip(table.columns, arrays, strict=True):
        wanted = origin.native.get(column.name)
        # an Arrow type that had to give way (see column_to_arrow) means that the old dtype no longer fits either
        fits = wanted is not None and array.type == origin.arrow.get(column.name)
        series.append(_pandas_series(pd, column, array, wanted if fits else None))
    frame = pd.concat(series, axis=1) if series else pd.DataFrame()
    frame.columns = pd.Index([origin.labels.get(name, name) for name in table.names])
    return frame


def _pandas_series(pd: Any, column: Column, array: pa.Array, wanted: Any) -> Any:
    import pyarrow as pa

    if wanted is None:
        nullable = {"int64": pd.Int64Dtype(), "bool": pd.BooleanDtype()} if array.null_count else {}
        wanted = nullable.get(str(array.type))
    if wanted is None or str(wanted).startswith("Sparse"):
        series = array.to_pandas()
        return series if wanted is None else series.astype(wanted)
    if isinstance(wanted, pd.CategoricalDtype):
        return _pandas_category(pd, column, wanted)
    if hasattr(wanted, "__from_arrow__"):
        return pd.Series(wanted.__from_arrow__(pa.chunked_array([array])), dtype=wanted)
    if wanted.kind in "iub" and array.null_count:
        return _pandas_series(pd, column, array, None)
    if wanted.kind == "O":
        return pd.Series(np.array([*array.to_pylist(), None], dtype=object)[:-1], dtype=object)
    return array.to_pandas().astype(wanted)


def _pandas_category(pd: Any, column: Column, wanted: Any) -> Any:
    place = {str(value): code for code, value in enumerate(wanted.categories)}
    if column.levels is None or not set(column.levels) <= set(place):
        return pd.Series(pd.Categorical(column.labels()))
    codes = np.array([place[level] for level in column.levels] + [-1])[column.values]
    return pd.Series(pd.Categorical.from_codes(codes, dtype=wanted))
