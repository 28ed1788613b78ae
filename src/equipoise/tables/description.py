"""The codec and the make of the caller's frame as JSON and arrays, and back with every number checked."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equipoise.data import KINDS
from equipoise.data.table import Origin
from equipoise.errors import InputError
from equipoise.tables.codec import TableCodec
from equipoise.tables.slots import ColumnSlots, slot_width

__all__ = ["codec_arrays", "codec_description", "origin_description", "read_codec", "read_origin"]

_FIELDS = {"counts": np.int64, "upper": np.float64, "slot": np.int64, "pool": np.float64, "starts": np.int64}


def codec_arrays(codec: TableCodec) -> dict[str, NDArray[Any]]:
    """Return the arrays of a codec by name."""
    return {_name(i, field): getattr(column, field) for i, column in enumerate(codec.columns) for field in _FIELDS}


def codec_description(codec: TableCodec) -> dict[str, Any]:
    """Return the rest of a codec as JSON."""
    columns = [{"name": c.name, "kind": c.kind, "levels": c.levels, "shapes": c.shapes} for c in codec.columns]
    return {"bins": codec.bins, "columns": columns}


def read_codec(description: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> TableCodec:
    """Build a codec from its parts.

    Raises
    ------
    InputError
        If an array is absent or does not fit the column that it belongs to.
    """
    bins = description["bins"]
    if not isinstance(bins, int) or not 4 <= bins <= 1 << 20 or bins & (bins - 1):
        raise InputError(f"bins={bins!r} is not a power of two from 4 on")
    columns = tuple(_read_column(i, column, bins, arrays) for i, column in enumerate(description["columns"]))
    if not columns or len({column.name for column in columns}) < len(columns):
        raise InputError("its columns are absent or share a name")
    return TableCodec(columns, bins)


def origin_description(origin: Origin, as_frame: bool) -> dict[str, Any]:
    """Return the make of the caller's frame as JSON: library, name, and Arrow types as a base64 IPC schema."""
    described: dict[str, Any] = {"as_frame": as_frame, "library": origin.library, "name": origin.name}
    if origin.arrow:
        import pyarrow as pa

        schema = pa.schema(list(origin.arrow.items()))
        described["arrow"] = base64.b64encode(schema.serialize().to_pybytes()).decode()
    return described


def read_origin(description: dict[str, Any]) -> tuple[Origin, bool]:
    """Return the make of the caller's frame, and whether `sample` gives a frame at all."""
    library, arrow = description["library"], {}
    if library not in ("file", "pandas", "polars", "pyarrow"):
        raise InputError(f"it was made from {library!r}, which is not a known library")
    if "arrow" in description:
        import pyarrow as pa

        schema = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(description["arrow"])))
        arrow = {field.name: field.type for field in schema}
    return Origin(library=library, name=str(description["name"]), arrow=arrow), bool(description["as_frame"])


def _name(column: int, field: str) -> str:
    return f"codec.{column}.{field}"


def _read_column(i: int, column: dict[str, Any], bins: int, arrays: dict[str, NDArray[Any]]) -> ColumnSlots:
    name, kind, levels = column["name"], column["kind"], column["levels"]
    if kind not in KINDS or (levels is not None) != (kind in ("boolean", "category")):
        raise InputError(f"column {name!r} has kind {kind!r} with levels of another kind")
    parts = {}
    for field, dtype in _FIELDS.items():
        array = arrays.get(_name(i, field))
        if array is None or array.ndim != 1 or array.dtype != dtype:
            raise InputError(f"array {_name(i, field)!r} is absent or not a vector of {np.dtype(dtype).name}")
        parts[field] = array
    levels = None if levels is None else tuple(map(str, levels))
    shapes = {str(shape): int(count) for shape, count in column["shapes"].items()}
    slots = ColumnSlots(str(name), kind, levels, shapes=shapes, **parts)
    most = slot_width(kind, len(levels or ()), bins)
    fits = slots.width == most or (slots.ordered and 2 <= slots.width <= most and not slots.width & (slots.width - 1))
    _check_column(slots, slots.width if fits else most)
    return slots


def _check_column(slots: ColumnSlots, width: int) -> None:
    """Check everything that decoding relies on."""
    starts, codes = slots.starts, slots.pool
    sound = (
        slots.width == width
        and len(starts) == width + 1
        and starts[0] == 0
        and starts[-1] == len(slots.pool)
        and (np.diff(starts) >= 0).all()
        and (slots.counts >= 0).all()
        and slots.counts.sum() > 0
        and len(slots.upper) == len(slots.slot)
        and (np.diff(slots.upper) > 0).all()
        and ((slots.slot >= 0) & (slots.slot < width - 1)).all()
        and not np.isnan(slots.pool).any()
        and (slots.levels is None or ((codes >= 0) & (codes < len(slots.levels)) & (codes % 1 == 0)).all())
        and all(count > 0 for count in slots.shapes.values())
    )
    if not sound:
        raise InputError(f"the slots of column {slots.name!r} are not consistent")
