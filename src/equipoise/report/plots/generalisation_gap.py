"""Each arm's loss on the rows it was fitted on, in cross-validation and on the test part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.report.plots import _style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["generalisation_gap"]


def generalisation_gap(
    names: Sequence[str],
    fitted: ArrayLike,
    validated: ArrayLike,
    test: ArrayLike,
    *,
    se: ArrayLike | None = None,
    low: ArrayLike | None = None,
    high: ArrayLike | None = None,
    best: str | None = None,
    label: str = "loss",
    ax: Axes | None = None,
) -> Axes:
    """Draw one row an arm: the longer its bar from fitted to test, the more it overfits.

    A point beyond the frame is drawn as an arrow at the edge with its value.

    Parameters
    ----------
    names : sequence of str of length n_arms
        Names of the arms, from top to bottom.
    fitted, validated, test : array-like of shape (n_arms,)
        The loss of each arm on fitted rows, in cross-validation and on the test part; NaN is left out.
    se, low, high : array-like of shape (n_arms,), optional
        Standard error of `validated`, and the interval of `test`.
    best : str, optional
        The name to be set in bold.
    label : str
        Name and unit of the loss.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    InputError
        If the lengths do not agree.

    Examples
    --------
    >>> ax = generalisation_gap(["none", "L2"], [0.1, 0.2], [0.6, 0.3], [0.7, 0.3], best="L2")
    >>> [text.get_text() for text in ax.texts]
    ['none', 'L2']
    """
    n = len(names)
    empty = np.full(n, np.nan)
    columns = {"fitted": fitted, "validated": validated, "test": test, "se": se, "low": low, "high": high}
    data = {key: empty if v is None else _style.floats(v, key, n) for key, v in columns.items()}
    axes = _style.new_axes(ax, height=1.0 + 0.44 * n)
    left, right = _frame(data)
    axes.set_xlim(left, right)
    axes.set_ylim(-n + 0.55, 0.75)
    for row, name in enumerate(names):
        _row(axes, -row, name, {key: float(column[row]) for key, column in data.items()}, bold=name == best)
    _legend(axes)
    axes.set_yticks([])
    axes.set_xlabel(label, parse_math=False)
    axes.grid(axis="x", color=_style.FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    _style.calm(axes)
    return axes


def _frame(data: dict[str, NDArray[np.float64]]) -> tuple[float, float]:
    """Choose the range of x: all of it, unless a few arms are so bad that the others would shrink to dots."""
    points = np.concatenate([data["fitted"], data["validated"], data["test"]])
    points = points[np.isfinite(points)]
    if not len(points):
        return 0.0, 1.0
    ends = np.concatenate([data["low"], data["high"], data["validated"] - data["se"], data["validated"] + data["se"]])
    ends = np.concatenate([points, ends[np.isfinite(ends)]])
    low = float(ends.min())
    outside = np.concatenate([data["validated"], data["test"]])
    usual = float(np.median(outside[np.isfinite(outside)])) if np.isfinite(outside).any() else float(points.max())
    high = min(float(ends.max()), max(low, 0.0) + 3.0 * abs(usual - max(low, 0.0)))
    high = high if high > low else low + 1.0
    return low - 0.04 * (high - low), high + 0.08 * (high - low)


def _row(ax: Axes, y: float, name: str, arm: dict[str, float], *, bold: bool) -> None:
    right = ax.get_xlim()[1]
    _style.write_above(ax, y + 0.38, name, bold=bold)
    ax.plot([arm["fitted"], arm["test"]], [y, y], color=_style.RULE, linewidth=5, solid_capstyle="butt", zorder=1)
    ax.plot([arm["low"], arm["high"]], [y - 0.1] * 2, color=_style.VERMILION, linewidth=1.2, zorder=2)
    ends = [arm["validated"] - arm["se"], arm["validated"] + arm["se"]]
    ax.plot(ends, [y + 0.1] * 2, color=_style.ACCENT, linewidth=1.2, zorder=2)
    ax.plot([arm["fitted"]], [y], "|", color=_style.INK, markersize=9, markeredgewidth=1.8, zorder=3)
    ax.plot([arm["validated"]], [y + 0.1], "o", color=_style.ACCENT, markersize=5.5, zorder=4)
    ax.plot([arm["test"]], [y - 0.1], "D", color=_style.VERMILION, markersize=4.8, zorder=3)
    _beyond(ax, y + 0.1, arm["validated"], right, _style.ACCENT)
    _beyond(ax, y - 0.12, arm["test"], right, _style.VERMILION)


def _beyond(ax: Axes, y: float, value: float, right: float, colour: str) -> None:
    if not value > right:
        return
    ax.plot([right], [y], ">", color=colour, markersize=5, clip_on=False, zorder=4)
    inside = right - 0.025 * (right - ax.get_xlim()[0])
    write = {"ha": "right", "va": "center", "fontsize": "x-small", "color": _style.INK}
    _style.write(ax, inside, y, f"{value:.3g}", **write)


def _legend(ax: Axes) -> None:
    marks = (
        ("|", _style.INK, "fitted"),
        ("o", _style.ACCENT, "cross-validated ± se"),
        ("D", _style.VERMILION, "test, 95 %"),
    )
    for marker, colour, word in marks:
        ax.plot([], [], marker, color=colour, label=word, markersize=6, markeredgewidth=1.5)
    ax.legend(
        frameon=False,
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        ncols=3,
        labelcolor=_style.INK,
        fontsize="small",
        handletextpad=0.2,
        columnspacing=1.0,
    )
