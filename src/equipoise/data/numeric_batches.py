"""Numeric blocks of rows from Parquet files, Arrow data sets, tables and streams, a few megabytes at a time."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equipoise.errors import InputError

__all__ = ["numeric_batches"]

FloatArray = NDArray[np.float64]
Batch = tuple[FloatArray, FloatArray, FloatArray | None]


def numeric_batches(
    source: Any, target: str, *, columns: Sequence[str] | None = None, weight: str | None = None
) -> tuple[tuple[str, ...], Iterator[Batch]]:
    """Names of the features, and blocks (X, y, weight) of the rows in order.

    Parameters
    ----------
    source : path of a Parquet file or folder, pyarrow Dataset, table, data frame, or iterable of record batches
        Nothing is read but the columns wanted, and no more than a few batches are held at once.
    target : str
        Column to predict.
    columns : sequence of str, optional
        The features; all other columns if not given.
    weight : str, optional
        Column of sample weights.

    Raises
    ------
    InputError
        If the source cannot be read, a column is not there, not numeric, or a value is missing.

    Examples
    --------
    >>> import pyarrow as pa
    >>> table = pa.table({"age": [30, 40, 50], "income": [1.0, 2.0, 3.0]})
    >>> names, batches = numeric_batches(table, "income")
    >>> names, next(batches)[0].shape
    (('age',), (3, 1))
    """
    schema, read = _open(source)
    features = _features(schema, target, columns, weight)
    wanted = [*features, target, *([] if weight is None else [weight])]
    for name in wanted:
        _check_type(name, schema.field(name).type)
    rows = int(np.clip(2**18 // len(wanted), 256, 65536))  # 2 MB: enough work for one sum, and it stays in the cache
    return features, _numbers(read(wanted, rows), features, target, weight, rows)


def _features(schema: Any, target: str, columns: Sequence[str] | None, weight: str | None) -> tuple[str, ...]:
    names = schema.names
    for name in (target, *(columns or ()), *(() if weight is None else (weight,))):
        if names.count(name) != 1:
            what = "is not there" if name not in names else "is there more than once"
            raise InputError(f"column {name!r} {what}; the columns are {', '.join(map(repr, names))}")
    aside = {target, weight}
    if columns is not None and (twice := aside & set(columns)):
        raise InputError(f"column {twice.pop()!r} is both a feature and target or weight; take it out of columns")
    features = tuple(name for name in (names if columns is None else columns) if name not in aside)
    if not features:
        raise InputError(f"there is no column besides {target!r} to predict it from")
    return features


def _check_type(name: str, kind: Any) -> None:
    from pyarrow import types

    numeric = types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind) or types.is_boolean(kind)
    if not numeric:
        raise InputError(
            f"column {name!r} holds values of type {kind}, which is no number; encode it, or leave it out by columns="
        )


def _open(source: Any) -> tuple[Any, Any]:
    """The schema, and a function of (columns, rows) that reads batches."""
    import pyarrow as pa
    from pyarrow import dataset

    if isinstance(source, (str, os.PathLike)):
        return _open_path(Path(source))
    if isinstance(source, dataset.Dataset):

        def scan(columns: list[str], rows: int) -> Iterator[Any]:
            # read ahead by one: the default holds sixteen batches and the row groups behind them
            options = {"batch_readahead": 1, "fragment_readahead": 1, "use_threads": False}
            return iter(source.to_batches(columns=columns, batch_size=rows, **options))

        return source.schema, scan
    if hasattr(source, "iloc"):
        source = pa.Table.from_pandas(source, preserve_index=False)  # its own stream would make the index a feature
    if hasattr(source, "__arrow_c_stream__"):
        reader = pa.RecordBatchReader.from_stream(source)
        return reader.schema, lambda columns, _rows: (batch.select(columns) for batch in reader)
    if isinstance(source, Iterable):
        return _open_batches(iter(source))
    raise InputError(
        f"{type(source).__name__} is no source of columns; give the path of a Parquet file, a pyarrow Dataset, a "
        "table, or record batches"
    )


def _open_path(path: Path) -> tuple[Any, Any]:
    import pyarrow as pa
    from pyarrow import dataset, parquet

    if not path.exists():
        raise InputError(f"there is no file {path}")
    if path.is_dir():
        return _open(dataset.dataset(path))
    try:
        # a buffer a column instead of whole column chunks, which grow with the row groups
        file = parquet.ParquetFile(path, buffer_size=2**18, pre_buffer=False)
    except pa.ArrowInvalid as error:
        raise InputError(f"{path} is not a Parquet file: {error}") from error
    return file.schema_arrow, lambda columns, rows: file.iter_batches(rows, columns=columns, use_threads=False)


def _open_batches(batches: Iterator[Any]) -> tuple[Any, Any]:
    first = next(batches, None)
    if first is None:
        raise InputError("there are no batches: not one row to fit on")
    if not hasattr(first, "schema"):
        raise InputError(
            f"the batches are of type {type(first).__name__}, which has no columns by name; give (X, y) without target="
        )

    def read(columns: list[str], _rows: int) -> Iterator[Any]:
        for number, table in enumerate(chain([first], batches)):
            if not table.schema.equals(first.schema):
                raise InputError(f"batch {number} has other columns or types than the first; make them alike")
            chosen = table.select(columns)
            yield from chosen.to_batches() if hasattr(chosen, "to_batches") else [chosen]

    return first.schema, read


def _numbers(
    batches: Iterable[Any], features: tuple[str, ...], target: str, weight: str | None, rows: int
) -> Iterator[Batch]:
    seen = 0
    for whole in batches:
        for start in range(0, whole.num_rows, rows):
            batch = whole.slice(start, rows)
            X = np.empty((len(features), batch.num_rows)).T  # by columns, as they come
            for j, name in enumerate(features):
                X[:, j] = _column(batch, name, seen)
            w = None if weight is None else _column(batch, weight, seen)
            yield X, _column(batch, target, seen), w
            seen += batch.num_rows


def _column(batch: Any, name: str, seen: int) -> FloatArray:
    import pyarrow as pa

    array = batch.column(batch.schema.get_field_index(name))
    missing = np.asarray(array.is_null()) if array.null_count else None
    kind = pa.uint8() if pa.types.is_boolean(array.type) else pa.float64()
    values = np.asarray(array.cast(kind, safe=False).to_numpy(zero_copy_only=False), dtype=np.float64)
    finite = np.isfinite(values) if missing is None else np.isfinite(values) & ~missing
    if not finite.all():
        row = int(np.argmin(finite))
        what = "a missing value" if np.isnan(values[row]) or missing is not None else f"{values[row]}"
        raise InputError(f"column {name!r} holds {what} in row {seen + row}; fill it or drop the row")
    return values
