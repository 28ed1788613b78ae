"""Numbers as people read them. A number that is absent is None and is written as a dash."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

__all__ = ["ABSENT", "as_float", "count", "decimals", "duration", "fixed", "percent", "significant"]

ABSENT = "–"


def as_float(value: Any) -> float | None:
    """Return a finite number, or None for everything else.

    >>> as_float(3), as_float(None), as_float(float("nan")), as_float("3")
    (3.0, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def decimals(errors: Iterable[float | None]) -> int:
    """Return how many decimals a column deserves: two digits of its smallest standard error, at most 4.

    >>> decimals([0.013, 0.2]), decimals([38.0, None]), decimals([])
    (3, 0, 3)
    """
    known = [e for e in errors if e is not None and e > 0]
    if not known:
        return 3
    return min(4, max(0, 1 - math.floor(math.log10(min(known)))))


def fixed(value: float | None, places: int, *, sign: bool = False) -> str:
    r"""Write with a number of decimals, a true minus and narrow spaces between thousands.

    >>> fixed(-1234.5, 1), fixed(0.25, 2, sign=True), fixed(None, 2), fixed(-0.001, 1)
    ('−1\u202f234.5', '+0.25', '–', '0.0')
    """
    if value is None:
        return ABSENT
    if abs(value) >= 1e9:
        return f"{value:.3g}".replace("-", "−")
    rounded = round(value, places) + 0.0  # no minus before a zero
    text = f"{rounded:{'+' if sign and rounded else ''},.{places}f}"
    grouped = text.replace(",", "\u202f") if abs(rounded) >= 1e4 or "," in text else text
    return grouped.replace("-", "−")


def significant(value: float | None, digits: int = 3) -> str:
    r"""Write with a number of significant digits.

    >>> significant(0.012345), significant(98765.0), significant(1.2e-7), significant(0.0)
    ('0.0123', '98\u202f765', '1.2e−7', '0')
    """
    if value is None:
        return ABSENT
    if value == 0:
        return "0"
    exponent = math.floor(math.log10(abs(value)))
    if exponent < -5 or exponent > 8:
        mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
        trimmed = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return f"{trimmed}e{int(power)}".replace("-", "−")
    return fixed(value, max(0, digits - 1 - exponent))


def count(value: Any) -> str:
    r"""Write a whole number.

    >>> count(569), count(32561), count(None)
    ('569', '32\u202f561', '–')
    """
    return fixed(as_float(value), 0)


def percent(value: float | None) -> str:
    r"""Write a fraction as a percentage.

    >>> percent(0.6274), percent(0.001), percent(None)
    ('63\xa0%', '0.1\xa0%', '–')
    """
    if value is None:
        return ABSENT
    share = 100 * value
    return f"{fixed(share, 0 if share >= 9.5 or share == 0 else 1)}\u00a0%"


def duration(seconds: float | None) -> str:
    """Write a time.

    >>> duration(0.0421), duration(12.3), duration(125), duration(7260)
    ('0.042 s', '12 s', '2 min 5 s', '2 h 1 min')
    """
    if seconds is None:
        return ABSENT
    if seconds < 59.5:
        return f"{significant(seconds, 2)} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
