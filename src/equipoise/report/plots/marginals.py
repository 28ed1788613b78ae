"""Real against synthetic, column by column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.errors import InputError
from equipoise.report.plots import _style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["marginal", "marginals"]

_LEVELS = 6  # levels that fit into a small panel; rarer ones are added up
_UNEVEN = 1.5  # bins whose widths differ by more than this, such as quantiles, are drawn equally wide


def marginals(
    columns: Sequence[Mapping[str, Any]], *, across: int = 4, axes: Sequence[Axes] | None = None
) -> list[Axes]:
    """Draw small multiples, one a column.

    Parameters
    ----------
    columns : sequence of mappings
        Each with ``name``, ``bins``, ``real`` and ``synthetic``, as `marginal` takes them.
    across : int
        Panels in a row of a new figure.
    axes : sequence of matplotlib.axes.Axes, optional
        One a column; by default a new figure is made.

    Returns
    -------
    list of matplotlib.axes.Axes

    Raises
    ------
    InputError
        If there are fewer axes than columns, or a column's lengths do not agree.

    Examples
    --------
    >>> column = {"name": "age", "bins": [0, 10, 20], "real": [0.4, 0.6], "synthetic": [0.5, 0.5]}
    >>> [ax.get_title(loc="left") for ax in marginals([column])]
    ['age']
    """
    panels = _panels(len(columns), across) if axes is None else list(axes)
    if len(panels) < len(columns):
        raise InputError(f"axes has {len(panels)} entries; give {len(columns)}, one a column.")
    for column, ax in zip(columns, panels, strict=False):
        marginal(column["bins"], column["real"], column["synthetic"], ax=ax)
        ax.set_title(_style.clean(column.get("name", "")), parse_math=False, fontsize="medium", loc="left")
    return panels[: len(columns)]


def marginal(bins: Sequence[Any], real: ArrayLike, synthetic: ArrayLike, *, ax: Axes | None = None) -> Axes:
    """Draw one column: real as grey area or bars, synthetic as a line or dots.

    Parameters
    ----------
    bins : sequence
        Either n + 1 edges, increasing (None at an end is an open bin), or n levels (None is "missing").
    real, synthetic : array-like of shape (n,)
        Fraction of rows in each bin or level.
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
    >>> ax = marginal(["a", "b"], [0.5, 0.5], [0.6, 0.4])
    >>> [tick.get_text() for tick in ax.get_yticklabels()]
    ['a', 'b']
    """
    truth = np.nan_to_num(_style.floats(real, "real"))
    made = np.nan_to_num(_style.floats(synthetic, "synthetic", len(truth)))
    if len(bins) == len(truth) + 1:
        axes = _style.new_axes(ax, 2.3, 1.45, inside=(0.01, 0.18, 0.98, 0.8))
        _area(axes, _edges(bins), truth, made)
    elif len(bins) == len(truth):
        axes = _style.new_axes(ax, 2.3, 1.45)
        _bars(axes, bins, truth, made)
    else:
        raise InputError(f"bins has {len(bins)} entries; give {len(truth)} levels or {len(truth) + 1} edges.")
    _style.calm(axes)
    return axes


def _panels(n: int, across: int) -> list[Axes]:
    from matplotlib.figure import Figure

    rows = max(1, -(-n // across))
    grid = Figure(figsize=(2.3 * across, 1.6 * rows), layout="constrained").subplots(rows, across, squeeze=False)
    for unused in grid.flat[n:]:
        unused.set_visible(False)
    return list(grid.flat[:n])


def _edges(bins: Sequence[Any]) -> NDArray[np.float64]:
    """Give open bins at the ends the width of their neighbour."""
    edges = np.array([np.nan if edge is None else edge for edge in bins], dtype=np.float64)
    steps = np.diff(edges[np.isfinite(edges)])
    if np.isnan(edges[0]):
        edges[0] = edges[1] - (steps[0] if len(steps) else 1.0)
    if np.isnan(edges[-1]):
        edges[-1] = edges[-2] + (steps[-1] if len(steps) else 1.0)
    return edges


def _area(ax: Axes, edges: NDArray[np.float64], real: NDArray[np.float64], synthetic: NDArray[np.float64]) -> None:
    widths = np.diff(edges)
    even = widths.min() > 0 and widths.max() <= _UNEVEN * widths.min()
    places = edges if even else np.arange(len(edges), dtype=np.float64)
    ax.stairs(real, places, fill=True, color=_style.RULE, label="real")
    ax.stairs(synthetic, places, color=_style.ACCENT, linewidth=1.5, label="synthetic")
    ax.set_yticks([])
    ax.set_ylim(bottom=0)
    ax.set_xticks([places[0], places[-1]], labels=[f"{edges[0]:.3g}", f"{edges[-1]:.3g}"])
    first, last = ax.get_xticklabels()
    first.set_horizontalalignment("left")
    last.set_horizontalalignment("right")


def _bars(ax: Axes, levels: Sequence[Any], real: NDArray[np.float64], synthetic: NDArray[np.float64]) -> None:
    names = ["missing" if level is None else str(level) for level in levels]
    if len(names) > _LEVELS:
        order = np.argsort(-(real + synthetic), kind="stable")
        kept, rest = np.sort(order[: _LEVELS - 1]), order[_LEVELS - 1 :]
        names = [names[i] for i in kept] + [f"{len(rest)} others"]
        real = np.append(real[kept], real[rest].sum())
        synthetic = np.append(synthetic[kept], synthetic[rest].sum())
    rows = np.arange(len(names))
    ax.barh(rows, real, height=0.7, color=_style.RULE, label="real")
    ax.plot(synthetic, rows, "o", color=_style.ACCENT, markersize=4.5, label="synthetic", clip_on=False)
    ax.set_xlim(0, max(1e-9, float(max(real.max(initial=0), synthetic.max(initial=0)))) * 1.05)
    _style.name_ticks(ax, "y", names, limit=12)
    ax.invert_yaxis()
    ax.xaxis.set_visible(False)
