"""A record as JSON inside an HTML page."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

__all__ = ["embedded_json"]

# Left out in this order when a record is too large for one page; study.json keeps everything.
_HEAVY = (
    ("synthetic", "dependence"),
    ("synthetic", "columns"),
    ("path", "coefs"),
    ("data", "kinds"),
    ("findings", None),
)
_ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "<>&'"}


def embedded_json(record: Mapping[str, Any], limit: int = 500_000) -> str:
    r"""Return JSON that no HTML parser can mistake for markup.

    Every character that HTML knows is written as a JSON escape, so that no column name can end the script element.
    NaN and infinity, which JSON lacks, become null. Parts that would make the text longer than `limit` characters are
    left out and listed under ``"left_out"``.

    Parameters
    ----------
    record : mapping
        What to embed.
    limit : int
        Greatest length in characters.

    Returns
    -------
    str

    Examples
    --------
    >>> print(embedded_json({"name": "</script>", "value": float("nan")}))
    {"name":"\u003c/script\u003e","value":null}
    """
    kept = _plain(record)
    left_out: list[str] = []
    for key, part in _HEAVY:
        text = _dump(kept)
        if len(text) <= limit:
            return text
        _drop(kept, key, part)
        left_out.append(key if part is None else f"{key}.{part}")
        kept["left_out"] = left_out
    text = _dump(kept)
    return text if len(text) <= limit else _dump({"format": kept.get("format"), "left_out": ["everything"]})


def _drop(record: dict[str, Any], key: str, part: str | None) -> None:
    if part is None:
        record.pop(key, None)
        return
    owner = record.get(key)
    for item in owner if isinstance(owner, list) else [owner]:
        if isinstance(item, dict):
            item.pop(part, None)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":")).translate(_ESCAPES)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
