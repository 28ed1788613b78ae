"""The bytes of a text file, after the checks that spare the parser's riddles."""

from __future__ import annotations

import codecs
from pathlib import Path

from equipoise.errors import InputError

__all__ = ["text_bytes"]

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_BINARY = {
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "gzip-compressed",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a PNG image",
}


def text_bytes(path: Path) -> bytes:
    """Return the content of a UTF-8 text file without byte-order mark.

    Raises
    ------
    InputError
        If it is empty, binary, or in another encoding; the message names the line.
    """
    content = path.read_bytes()
    if not content.strip():
        raise InputError(f"{path} is empty; give a file with a header and rows")
    if content.startswith(_WIDE):
        raise InputError(f"{path} is UTF-16 or UTF-32 text; save it as UTF-8")
    for magic, what in _BINARY.items():
        if content.startswith(magic):
            raise InputError(f"{path} is {what}, not text; unpack or export it, or give it its right suffix")
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise InputError(f"{path} has a NUL byte in line {line}: it is binary or damaged; export it as text again")
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError(
            f"{path} is not UTF-8: byte 0x{content[error.start]:02x} in line {line}; save it as UTF-8, "
            "for instance with iconv -f latin1 -t utf-8"
        ) from None
    return content
