"""A forest plot: each candidate's paired difference from its baseline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from equipoise.report.plots import _style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["verdict_intervals"]

_LOOK = {"helps": ("^", _style.BLUE), "hurts": ("v", _style.VERMILION)}
_UNDECIDED = ("o", _style.MUTED)


def verdict_intervals(
    names: Sequence[str],
    effect: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    *,
    verdicts: Sequence[str | None] | None = None,
    label: str = "effect",
    ax: Axes | None = None,
) -> Axes:
    """Draw one interval a comparison; right of zero the candidate is better.

    Parameters
    ----------
    names : sequence of str of length n_rows
        What is compared, from top to bottom.
    effect, low, high : array-like of shape (n_rows,)
        The paired difference (positive: the candidate is better) and its interval; NaN is left out.
    verdicts : sequence of {"helps", "no evidence", "hurts"}, optional
        The verdict of each row, as marker and colour; by default read from the interval.
    label : str
        Name and unit of the effect.
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
    >>> ax = verdict_intervals(["L2", "L1"], [0.3, 0.1], [0.1, -0.2], [0.5, 0.4])
    >>> [line.get_marker() for line in ax.lines if line.get_label() == "effect"]
    ['^', 'o']
    """
    n = len(names)
    effects, lows, highs = (_style.floats(v, k, n) for v, k in ((effect, "effect"), (low, "low"), (high, "high")))
    words = [_read(a, b) for a, b in zip(lows, highs, strict=True)] if verdicts is None else list(verdicts)
    axes = _style.new_axes(ax, height=0.75 + 0.44 * n)
    ends = np.concatenate([effects, lows, highs, [0.0]])
    reach = ends[np.isfinite(ends)]
    margin = 0.05 * float(np.ptp(reach)) or 1.0
    axes.set_xlim(float(reach.min()) - margin, float(reach.max()) + margin)
    axes.set_ylim(-n + 0.55, 0.75)
    axes.axvline(0, color=_style.INK, linewidth=1, zorder=1)
    for row, (name, word) in enumerate(zip(names, words, strict=True)):
        marker, colour = _LOOK.get(str(word), _UNDECIDED)
        _style.write_above(axes, -row + 0.36, name)
        axes.plot([lows[row], highs[row]], [-row, -row], color=colour, linewidth=2, zorder=2)
        axes.plot([effects[row]], [-row], marker, color=colour, markersize=7, zorder=3, label="effect")
    axes.set_yticks([])
    axes.set_xlabel(f"←\u2009worse\u2003{label}\u2003better\u2009→", parse_math=False)
    axes.grid(axis="x", color=_style.FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    _style.calm(axes)
    return axes


def _read(low: float, high: float) -> str:
    return "helps" if low > 0 else "hurts" if high < 0 else "no evidence"
