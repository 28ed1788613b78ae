"""Between Arrow arrays, which have a type, and columns, which have a kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equipoise.data.column import Column
from equipoise.data.strings import EXACT, column_from_words, whole_kind
from equipoise.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["column_from_arrow", "column_to_arrow", "table_columns"]

_TRUTH = ("False", "True")


def table_columns(table: pa.Table) -> tuple[Column, ...]:
    """Turn every column of an Arrow table into a `Column`."""
    pairs = zip(table.column_names, table.columns, strict=True)
    return tuple(column_from_arrow(name, array) for name, array in pairs)


def column_from_arrow(name: str, array: pa.ChunkedArray | pa.Array) -> Column:
    """Read the kind off the Arrow type; strings stay as they are, since the caller gave them as strings.

    Raises
    ------
    InputError
        If the type is none of number, boolean, string, dictionary, date, time stamp or duration.
    """
    import pyarrow as pa
    from pyarrow import types

    kind = array.type
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if types.is_dictionary(kind):
        return _category(name, array)
    if types.is_boolean(kind):
        codes = array.cast(pa.int32()).fill_null(-1).to_numpy(zero_copy_only=False)
        return Column(name, "boolean", codes.astype(np.int32), _TRUTH)
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return column_from_words(name, array.cast(pa.string()), infer=False)
    if types.is_timestamp(kind) or types.is_date(kind):
        moment = array.cast(pa.timestamp("us", getattr(kind, "tz", None)), safe=False)
        return Column(name, "datetime", _floats(moment.cast(pa.int64())))
    if types.is_duration(kind):
        array = array.cast(pa.duration("us"), safe=False).cast(pa.int64())
    return _numeric(name, array)


def _category(name: str, array: pa.DictionaryArray) -> Column:
    import pyarrow as pa

    column = column_from_words(name, array.cast(array.type.value_type).cast(pa.string()), infer=False)
    return Column(name, "category", column.values, column.levels)


def _numeric(name: str, array: pa.Array) -> Column:
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import types

    kind = array.type
    if types.is_null(kind):
        return Column(name, "number", np.full(len(array), np.nan))
    if types.is_integer(kind):
        low, high = (int(v or 0) for v in pc.min_max(array).as_py().values())
        if max(-low, high) > EXACT:
            column = column_from_words(name, array.cast(pa.string()), infer=False)
            return Column(name, "text", column.values, column.levels)
        values = _floats(array)
        return Column(name, "integer", values)
    if not (types.is_floating(kind) or types.is_decimal(kind)):
        raise InputError(
            f"column {name!r} holds values of type {kind}, which is no number, label or date; "
            "convert it to one of these or drop the column"
        )
    values = _floats(array)
    return Column(name, whole_kind(values), values)


def _floats(array: pa.Array) -> NDArray[np.float64]:
    import pyarrow as pa

    values: NDArray[np.float64] = array.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return values.copy() if not values.flags.writeable else values


def column_to_arrow(column: Column, wanted: Any = None) -> pa.Array:
    """Return the column as an Arrow array of the wanted type, or of its kind's own type where values do not fit."""
    import pyarrow as pa

    natural = _natural(column)
    if wanted is None or wanted == natural.type:
        return natural
    try:
        return _cast(column, natural, wanted)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return natural


def _natural(column: Column) -> pa.Array:
    import pyarrow as pa

    if column.kind == "boolean" and column.levels is not None and _is_truth(column.levels):
        return pa.array(column.values == 1, mask=column.missing)
    if column.levels is not None:
        codes = pa.array(column.values, mask=column.missing)
        array = pa.DictionaryArray.from_arrays(codes, pa.array(column.levels, pa.string()))
        return array.cast(pa.string()) if column.kind == "text" else array
    numbers = pa.array(column.values, mask=column.missing)
    if column.kind == "integer":
        return numbers.cast(pa.int64())
    return numbers.cast(pa.int64(), safe=False).cast(pa.timestamp("us")) if column.kind == "datetime" else numbers


def _is_truth(levels: tuple[str, ...]) -> bool:
    return tuple(level.lower() for level in levels) == ("false", "true")


def _cast(column: Column, natural: pa.Array, wanted: Any) -> pa.Array:
    import pyarrow as pa
    from pyarrow import types

    if types.is_null(wanted) and natural.null_count == len(natural):
        return pa.nulls(len(natural))
    if types.is_dictionary(wanted):
        words = natural.cast(pa.string()).dictionary_encode()
        return pa.DictionaryArray.from_arrays(
            words.indices.cast(wanted.index_type), words.dictionary.cast(wanted.value_type), ordered=wanted.ordered
        )
    if column.coded and not types.is_boolean(natural.type):
        return natural.cast(pa.string()).cast(wanted)
    if types.is_duration(wanted):
        natural = natural.cast(pa.int64()).cast(pa.duration("us"))
    return natural.cast(wanted)
