"""Loss over the number of rows, one line an arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from equipoise.report.plots import _style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["learning_curves"]

_COLORS = tuple(color for color in _style.CYCLE if color != _style.INK)


def learning_curves(
    rows: ArrayLike, losses: Mapping[str, Sequence[float | None]], *, label: str = "loss", ax: Axes | None = None
) -> Axes:
    """Draw the loss of each arm over the number of rows that it learned from.

    Parameters
    ----------
    rows : array-like of shape (k,)
        Numbers above 0; the axis is logarithmic.
    losses : mapping of str to sequence of k numbers
        By arm; None or NaN leaves a gap. The first is drawn in ink, as what the others are compared with.
    label : str
        Name of the loss.
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
    >>> ax = learning_curves([20, 50], {"real": [0.6, 0.5], "mixup": [0.55, None]}, label="log loss")
    >>> ax.get_xlabel(), len(ax.lines)
    ('real training rows', 2)
    """
    from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

    counts = _style.floats(rows, "rows")
    axes = _style.new_axes(ax)
    for position, (arm, values) in enumerate(losses.items()):
        given = _style.floats(np.array(values, dtype=float), arm, len(counts))
        turn, place = divmod(max(position - 1, 0), len(_COLORS))
        color, width = (_style.INK, 2.2) if position == 0 else (_COLORS[place], 1.4)
        # colours come again after a round: then the dashes tell the arms apart
        dashes = _style.LINES[turn % len(_style.LINES)]
        name = _style.clean(arm)
        axes.plot(counts, given, marker="o", markersize=3.5, color=color, linestyle=dashes, linewidth=width, label=name)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(counts.tolist()))
    axes.xaxis.set_major_formatter(FixedFormatter([f"{count:,.0f}" for count in counts]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("real training rows")
    axes.set_ylabel(label, parse_math=False)
    _style.calm(axes, sides=("bottom", "left"))
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5), labelcolor=_style.INK)
    return axes
