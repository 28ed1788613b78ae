"""Read CSV and TSV files: everything as strings first, so that one rule (`strings`) infers the kinds of all files."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from equipoise.data.column import Column
from equipoise.data.findings import Finding
from equipoise.data.strings import column_from_words
from equipoise.data.textfile import text_bytes
from equipoise.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["read_delimited"]

_COMMENTS = ("|", "#", "%")
_BLOCK = 1 << 30  # bytes; Arrow counts them in 32 bits


def read_delimited(path: Path, header: bool) -> tuple[tuple[Column, ...], tuple[Finding, ...]]:
    """Read a delimited file; the delimiter is a tab for ``.tsv`` and otherwise ``,`` or, lacking that, ``;`` or tab.

    Raises
    ------
    InputError
        If the file is empty, binary, not UTF-8, ragged, or has a header that names a column twice.
    """
    content = text_bytes(path)
    content, notes = _without_comment(content, path)
    first = _first_line(content)
    delimiter = "\t" if path.suffix.lower() == ".tsv" else _delimiter(first)
    width = len(next(_rows(content, delimiter), []))
    table = _parse(content, path, delimiter, width)
    names = [str(position) for position in range(width)]
    if header:
        names, table = _header(table, path), table.slice(1)
    if table.num_rows == 0:
        raise InputError(f"{path} has a header but no rows; give a file with data")
    columns = tuple(column_from_words(n, a.combine_chunks()) for n, a in zip(names, table.columns, strict=True))
    return columns, (*notes, *(_header_of_data(names, path) if header else ()))


def _first_line(content: bytes) -> str:
    return content.lstrip(b"\r\n").replace(b"\r", b"\n").partition(b"\n")[0].decode()


def _delimiter(line: str) -> str:
    return max(",;\t", key=lambda mark: (mark in line and mark == ",", line.count(mark)))


def _without_comment(content: bytes, path: Path) -> tuple[bytes, tuple[Finding, ...]]:
    """Drop a first line such as UCI's ``|1x3 Cross validator``, which has no delimiter where the others have."""
    line, _, rest = content.partition(b"\n")
    text = line.decode().strip()
    delimiter = "\t" if path.suffix.lower() == ".tsv" else _delimiter(_first_line(rest))
    if not text.startswith(_COMMENTS) or delimiter in text or delimiter not in _first_line(rest):
        return content, ()
    return rest, (Finding("comment-line", None, f"the first line of {path}, {text!r}, is a comment and was skipped"),)


def _rows(content: bytes, delimiter: str) -> Iterator[list[str]]:
    return (row for row in csv.reader(io.StringIO(content.decode(), newline=""), delimiter=delimiter) if row)


def _parse(content: bytes, path: Path, delimiter: str, width: int) -> pa.Table:
    import pyarrow as pa
    from pyarrow import csv as reader

    names = [str(position) for position in range(width)]
    try:
        return reader.read_csv(
            pa.BufferReader(content),
            # a block must hold the longest record, which can be anything up to the file itself
            reader.ReadOptions(column_names=names, block_size=min(len(content) + 1, _BLOCK)),
            reader.ParseOptions(delimiter=delimiter, newlines_in_values=b'"' in content),
            reader.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        )
    except pa.ArrowInvalid as error:
        raise _ragged(content, path, delimiter, width, error) from None


def _ragged(content: bytes, path: Path, delimiter: str, width: int, error: Exception) -> InputError:
    reader = csv.reader(io.StringIO(content.decode(), newline=""), delimiter=delimiter)
    for row in reader:
        if row and len(row) != width:
            return InputError(
                f"line {reader.line_num} of {path} has {len(row)} fields where the first line has {width}; "
                f"correct the line, or quote fields that contain {delimiter!r}"
            )
    return InputError(f"{path} cannot be read as delimited text: {error}; check its quotes")


def _header_of_data(names: list[str], path: Path) -> Iterator[Finding]:
    """Note a header that is made of numbers, other than the positions that a frame without names writes."""
    numbers = [name for name in names if re.fullmatch(r"[+-]?\d+([.]\d*)?(e[+-]?\d+)?", name)]
    if 2 * len(numbers) > len(names) and names != [str(position) for position in range(len(names))]:
        message = f"the first line of {path} names columns {numbers[0]!r} and so on: if it is data, pass header=False"
        yield Finding("header", None, f"{message} (--no-header)")


def _header(table: pa.Table, path: Path) -> list[str]:
    cells = [column[0].as_py().strip() for column in table.columns]
    names = [cell or str(position) for position, cell in enumerate(cells)]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(
            f"the header of {path} names column {twice!r} twice; rename one, "
            "or pass header=False (--no-header) if the first line is data"
        )
    return names
