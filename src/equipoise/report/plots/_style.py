"""Colours, labels and axes that all plots share.

Colours are those of Okabe and Ito (2008), which people with any colour vision can tell apart; yellow is left out,
as it vanishes on white. Colour never stands alone: markers, line styles or signs say the same.
Matplotlib is imported when a plot is drawn, and only its object-oriented half, so that no global state changes.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, MUTED, RULE, FAINT, SURFACE = "#1c2126", "#5a646e", "#c4ccd3", "#e6eaee", "#fefefe"
BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY = "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"
ACCENT = BLUE
CYCLE = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, INK)
LINES = ("-", "--", "-.", (0, (1, 1.2)), (0, (5, 1, 1, 1, 1, 1)))

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def new_axes(
    ax: Axes | None, width: float = 4.8, height: float = 3.2, inside: tuple[float, float, float, float] | None = None
) -> Axes:
    """Return `ax`, or the axes of a new figure of the given size in inches; `inside` spares the search for margins."""
    if ax is not None:
        return ax
    from matplotlib.figure import Figure

    if inside is not None:
        return Figure(figsize=(width, height)).add_axes(inside)
    return Figure(figsize=(width, height), layout="constrained").add_subplot()


def calm(ax: Axes, *, sides: Sequence[str] = ("bottom",)) -> None:
    """Keep the spines that carry a scale, and make them quiet."""
    for side, spine in ax.spines.items():
        spine.set_visible(side in sides)
        spine.set_color(RULE)
    ax.tick_params(which="both", color=RULE, labelcolor=MUTED, length=3)
    ax.tick_params(which="minor", length=0)
    ax.xaxis.label.set_color(MUTED)
    ax.yaxis.label.set_color(MUTED)


def clean(text: object, limit: int = 28) -> str:
    """Return a name that can be drawn: no control characters, one line, at most `limit` characters."""
    kept = "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cs", "Cn") else c for c in _one_line(str(text)))
    return kept if len(kept) <= limit else kept[: limit - 1].rstrip() + "…"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def write(ax: Axes, x: float, y: float, text: object, **style: Any) -> None:
    """Put a name on the axes as it is: a dollar sign in it starts no formula."""
    limit = style.pop("limit", 28)
    ax.text(x, y, clean(text, limit), parse_math=False, **{"color": INK, **style})


def write_above(ax: Axes, y: float, name: object, *, bold: bool = False) -> None:
    """Write the name of a row above it, where it leaves the whole width to the row, on a patch of the background."""
    patch = {"facecolor": SURFACE, "edgecolor": "none", "pad": 1.0}
    weight = "bold" if bold else "normal"
    left = ax.get_xlim()[0]
    write(
        ax, left, y, name, ha="left", va="center", limit=46, fontsize="small", fontweight=weight, bbox=patch, zorder=1.5
    )


def name_ticks(ax: Axes, axis: str, names: Sequence[object], *, limit: int = 14, **style: Any) -> None:
    """Label ticks 0, 1, ... of the "x" or "y" axis with names."""
    getattr(ax, f"set_{axis}ticks")(range(len(names)), labels=[clean(name, limit) for name in names], **style)
    for tick in getattr(ax, f"get_{axis}ticklabels")():
        tick.set_parse_math(False)


def power(value: float, _position: object = None) -> str:
    """Write a tick of a log axis without mathtext, which SVG text could not carry.

    >>> power(0.01), power(1e-5), power(3.0)
    ('0.01', '10⁻⁵', '3')
    """
    if 1e-3 <= abs(value) < 1e4:
        return f"{value:g}"
    exponent = math.floor(math.log10(value))
    factor = value / 10**exponent
    head = "" if math.isclose(factor, 1) else f"{factor:g}·"
    return f"{head}10{str(exponent).translate(_SUPERSCRIPTS)}"


def penalty_axis(ax: Axes) -> None:
    """Make x a log axis of alpha that runs from a strong penalty (left) to a weak one (right)."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    ax.set_xscale("log")
    ax.xaxis.set_major_locator(LogLocator(numticks=6))
    ax.xaxis.set_major_formatter(FuncFormatter(power))
    ax.xaxis.set_minor_locator(NullLocator())
    low, high = sorted(ax.get_xlim())
    ax.set_xlim(high, low)
    ax.set_xlabel("alpha\u2003(strong penalty\u2009→\u2009weak penalty)")


def floats(values: ArrayLike, name: str, length: int | None = None) -> NDArray[np.float64]:
    """Return a float64 vector in which None is NaN, or say which argument has the wrong length."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or (length is not None and len(array) != length):
        wanted = "one dimension" if length is None else f"{length} values"
        raise InputError(f"{name} has shape {array.shape}; give {wanted}.")
    return array


def spread(positions: ArrayLike, gap: float) -> NDArray[np.float64]:
    """Move positions apart until neighbours are `gap` away from each other, keeping order and groups centred.

    >>> spread([0.0, 0.0, 5.0], gap=1.0)
    array([-0.5,  0.5,  5. ])
    """
    given = np.asarray(positions, dtype=np.float64)
    order = np.argsort(given, kind="stable")
    groups: list[list[float]] = []  # (sum of positions, members): a group is laid out around its mean
    for value in given[order]:
        groups.append([float(value), 1.0])
        while len(groups) > 1 and _overlap(groups[-2], groups[-1], gap):
            total, members = groups.pop()
            groups[-1] = [groups[-1][0] + total, groups[-1][1] + members]
    laid = [total / m + gap * (i - (m - 1) / 2) for total, m in groups for i in range(int(m))]
    moved = np.empty_like(given)
    moved[order] = laid
    return moved


def _overlap(left: Sequence[float], right: Sequence[float], gap: float) -> bool:
    return right[0] / right[1] - left[0] / left[1] < gap * (left[1] + right[1]) / 2
