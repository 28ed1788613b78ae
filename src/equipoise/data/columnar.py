"""Read the files that carry their own types: Parquet and JSON lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from equipoise.data.textfile import text_bytes
from equipoise.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["read_json_lines", "read_parquet"]


def read_parquet(path: Path) -> pa.Table:
    """Read a Parquet file as an Arrow table.

    Raises
    ------
    InputError
        If it is empty, truncated, or no Parquet file.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        return parquet.ParquetFile(path).read()
    except (pa.ArrowException, OSError) as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        raise InputError(f"{path} is no complete Parquet file ({reason}); write it again") from None


def read_json_lines(path: Path) -> pa.Table:
    """Read one JSON object a line as an Arrow table.

    Raises
    ------
    InputError
        If a line is not a JSON object, or a field changes its type from line to line.
    """
    import pyarrow as pa
    from pyarrow import json as reader

    content = text_bytes(path)
    try:
        table = reader.read_json(
            pa.BufferReader(content), reader.ReadOptions(block_size=min(len(content) + 1, 1 << 30))
        )
    except pa.ArrowInvalid as error:
        raise _bad_line(content, path, error) from None
    if not table.column_names:
        raise InputError(f"{path} holds only empty objects; give each line at least one field")
    return table


def _bad_line(content: bytes, path: Path, cause: Exception) -> InputError:
    """Say which line is wrong; if each is right by itself, two disagree, and Arrow says which."""
    for number, line in enumerate(content.decode().split("\n"), 1):
        try:
            record = json.loads(line.strip() or "{}")
        except ValueError as error:
            return InputError(f"line {number} of {path} is not valid JSON ({error}); correct it")
        if not isinstance(record, dict):
            return InputError(
                f"line {number} of {path} is a JSON {type(record).__name__}, not an object; write one object a line, "
                "as pandas does with to_json(orient='records', lines=True)"
            )
    reason = str(cause).partition("JSON parse error: ")[2] or str(cause)
    return InputError(f"{path}: {reason}; give every field one type on all lines")
