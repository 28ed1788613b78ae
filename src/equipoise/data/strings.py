"""Infer the kind of a column of strings, as text files hold them.

Work is done on the distinct strings only (Arrow's dictionary), so that a column of a million codes costs no more than
its few levels. The rule, first match wins:

1. surrounding blanks, and single quotes around every value, are taken off; `MISSING` words are missing;
2. all words are numbers: ``integer`` if all are whole, else ``number``. Whole numbers with leading zeros (``00311``)
   are codes, and whole numbers of 2**53 and more, which float64 cannot tell apart, are labels: neither is a number;
3. true/false, yes/no, y/n or t/f, spelled alike throughout: ``boolean``;
4. ISO 8601 dates or date-times: ``datetime``;
5. otherwise ``category``, or ``text`` if most values differ (see `label_kind`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equipoise.data.column import Column, Kind, level_order

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["EXACT", "MISSING", "TEXT_LEVELS", "column_from_words", "label_kind", "parse_datetimes", "parse_numbers"]

MISSING = (
    "", "?", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NAN", "-nan", "NaT", "NULL", "null", "None",
)  # fmt: skip
TEXT_LEVELS = 20
EXACT = 2**53 - 1  # above it, float64 skips whole numbers
_PAIRS = ({"false", "true"}, {"no", "yes"}, {"n", "y"}, {"f", "t"})


def column_from_words(name: str, words: pa.Array, *, infer: bool = True) -> Column:
    """Turn an Arrow array of strings into a column; with ``infer=False`` only category and text are considered."""
    if infer and (values := _plain_numbers(words)) is not None:
        return Column(name, whole_kind(values), values)
    coded = words.dictionary_encode()
    levels, codes = coded.dictionary, _codes(coded)
    if not infer:
        return _labelled(name, levels.to_pylist(), codes)
    levels = _cleaned(levels)
    if (numbers := _numbers(levels)) is not None:
        values = np.append(numbers, np.nan)[codes]
        return Column(name, whole_kind(values), values)
    cleaned = levels.to_pylist()
    if labels := _truth_labels(cleaned):
        rank = np.array([labels.index(word) if word else -1 for word in cleaned] + [-1], np.int32)
        return Column(name, "boolean", rank[codes], labels)
    moments = parse_datetimes(levels)
    if moments is not None:
        return Column(name, "datetime", np.append(moments, np.nan)[codes])
    return _labelled(name, cleaned, codes)


def parse_numbers(levels: pa.Array) -> NDArray[np.float64] | None:
    """Return the strings as float64 (null is NaN), or None if one of them is not a number."""
    import pyarrow as pa

    try:
        return _to_floats(levels.cast(pa.float64()))
    except pa.ArrowInvalid:
        return None


def parse_datetimes(levels: pa.Array) -> NDArray[np.float64] | None:
    """Return ISO 8601 strings as microseconds since 1970 UTC (null is NaN), or None if one of them is none."""
    import pyarrow as pa

    if levels.null_count == len(levels):
        return None
    for zone in (None, "UTC"):
        try:
            return _to_floats(levels.cast(pa.timestamp("us", zone)).cast(pa.int64()).cast(pa.float64()))
        except pa.ArrowInvalid:
            continue
    return None


def whole_kind(values: NDArray[np.float64]) -> Kind:
    """``"integer"`` if every value is whole and exact in float64, else ``"number"``."""
    present = values[~np.isnan(values)]
    whole = present.size > 0 and np.all(np.abs(present) <= EXACT) and np.all(present == np.trunc(present))
    return "integer" if whole else "number"


def label_kind(n_levels: int, n_present: int) -> Kind:
    """``"text"`` if there are more than `TEXT_LEVELS` levels and more than half of the values differ."""
    return "text" if n_levels > TEXT_LEVELS and 2 * n_levels > n_present else "category"


def _labelled(name: str, words: list[str | None], codes: NDArray[np.integer[Any]]) -> Column:
    levels, rank = level_order(np.array([*words, None], dtype=object))
    values = rank[codes]
    return Column(name, label_kind(len(levels), int((values >= 0).sum())), values, levels)


def _codes(coded: pa.DictionaryArray) -> NDArray[np.integer[Any]]:
    indices: NDArray[np.integer[Any]] = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return indices


def _cleaned(levels: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    levels = pc.utf8_trim_whitespace(levels)
    missing = pc.is_in(levels, value_set=pa.array(MISSING))
    levels = pc.if_else(missing, pa.scalar(None, pa.string()), levels)
    quoted = pc.match_substring_regex(levels, "^'.*'$")
    if len(levels) > levels.null_count and pc.all(quoted).as_py():
        levels = pc.utf8_slice_codeunits(levels, start=1, stop=-1)
    return levels


def _plain_numbers(words: pa.Array) -> NDArray[np.float64] | None:
    """Spare clean columns of numbers the dictionary; a peek first, since Arrow's cast does not stop at a bad word."""
    return _numbers(words) if parse_numbers(words[:100]) is not None else None


def _numbers(words: pa.Array) -> NDArray[np.float64] | None:
    """Return the words as numbers unless they are codes: padded with zeros, or whole and too large for float64."""
    import pyarrow.compute as pc

    numbers = parse_numbers(words)
    if numbers is None or pc.any(pc.match_substring_regex(words, r"^[+-]?0\d+$")).as_py():
        return None
    large = np.any(np.abs(numbers) > EXACT)
    return None if large and pc.all(pc.match_substring_regex(words, r"^[+-]?\d+$")).as_py() else numbers


def _truth_labels(words: list[str | None]) -> tuple[str, str] | None:
    present = sorted({word for word in words if word})
    lowered = {word.lower() for word in present}
    if len(present) == 2 and lowered in _PAIRS:
        return present[0], present[1]
    if len(present) == 1 and lowered <= _PAIRS[0]:
        same = str.upper if present[0].isupper() else str.lower if present[0].islower() else str.capitalize
        return same("false"), same("true")
    return None


def _to_floats(values: pa.Array) -> NDArray[np.float64]:
    floats: NDArray[np.float64] = values.to_numpy(zero_copy_only=False)
    return floats
