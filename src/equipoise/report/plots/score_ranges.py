"""Scores between what independent columns and what real rows get."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from equipoise.report.plots import _style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["score_ranges"]


def score_ranges(
    names: Sequence[str],
    value: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    floor: ArrayLike,
    ceiling: ArrayLike,
    *,
    neutral: Sequence[bool] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw one score a row: a bar from floor to ceiling, a dot with its interval.

    Parameters
    ----------
    names : sequence of str of length n_rows
        From top to bottom.
    value, low, high, floor, ceiling : array-like of shape (n_rows,)
        NaN is left out; without a ceiling the bar ends at the value.
    neutral : sequence of bool, optional
        Rows where 1/2 is neutral: they are drawn hollow, with a dashed line at 1/2.
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
    >>> ax = score_ranges(["Shape"], [0.9], [0.88], [0.92], [0.5], [0.99])
    >>> [[float(x) for x in line.get_xdata()] for line in ax.lines if line.get_label() == "interval"]
    [[0.88, 0.92]]
    """
    n = len(names)
    given = {"value": value, "low": low, "high": high, "floor": floor, "ceiling": ceiling}
    rows = {key: _style.floats(values, key, n) for key, values in given.items()}
    hollow = [False] * n if neutral is None else list(neutral)
    axes = _style.new_axes(ax, height=0.6 + 0.44 * n)
    ends = np.concatenate([*rows.values(), [0.0, 1.0]])
    axes.set_xlim(-0.02, float(np.nanmax(ends)) + 0.03)
    axes.set_ylim(-n + 0.55, 0.75)
    for place, name in enumerate(names):
        v, a, b, bottom, top = (rows[key][place] for key in ("value", "low", "high", "floor", "ceiling"))
        y = -place
        _style.write_above(axes, y + 0.38, name)
        end = top if np.isfinite(top) else v  # without a ceiling, how far above the floor
        axes.plot([bottom, end], [y, y], color=_style.RULE, linewidth=7, solid_capstyle="butt", zorder=2)
        if hollow[place]:
            axes.plot([0.5, 0.5], [y - 0.22, y + 0.22], color=_style.INK, linewidth=1, linestyle="--", zorder=3)
        else:
            axes.plot([top, top], [y - 0.16, y + 0.16], color=_style.INK, linewidth=1.5, zorder=3)
        axes.plot([a, b], [y, y], color=_style.ACCENT, linewidth=2, zorder=4, label="interval")
        face = _style.SURFACE if hollow[place] else _style.ACCENT
        axes.plot([v], [y], "o", color=_style.ACCENT, markerfacecolor=face, markersize=7, zorder=5, label="value")
    axes.set_yticks([])
    axes.grid(axis="x", color=_style.FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    _style.calm(axes)
    return axes
