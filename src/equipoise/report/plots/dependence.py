"""Which columns hang together: real, synthetic, and the difference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.errors import InputError
from equipoise.report.plots import _style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["dependence", "dependence_matrix"]

_WRITTEN = 8  # up to this size a cell has room for its number
_NOTABLE = 0.1  # a difference from here on gets its sign


def dependence(
    names: Sequence[str], real: ArrayLike, synthetic: ArrayLike, *, axes: Sequence[Axes] | None = None
) -> list[Axes]:
    """Draw three matrices: real, synthetic, synthetic minus real.

    Parameters
    ----------
    names : sequence of str of length n
        Names of the columns.
    real, synthetic : array-like of shape (n, n)
        Pairwise dependence, 0 to 1 or -1 to 1; NaN stays empty.
    axes : sequence of three matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    list of three matplotlib.axes.Axes

    Raises
    ------
    InputError
        If a matrix is not n by n.

    Examples
    --------
    >>> panels = dependence(["a", "b"], [[1, 0.8], [0.8, 1]], [[1, 0.2], [0.2, 1]])
    >>> [ax.get_title(loc="left") for ax in panels]
    ['real', 'synthetic', 'synthetic − real']
    """
    truth, made = np.asarray(real, dtype=np.float64), np.asarray(synthetic, dtype=np.float64)
    if truth.shape != made.shape:
        raise InputError(f"real has shape {truth.shape}, synthetic {made.shape}; give two of one shape.")
    if axes is None:
        from matplotlib.figure import Figure

        axes = list(Figure(figsize=(9.6, 3.4), layout="constrained").subplots(1, 3))
    titles = ("real", "synthetic", "synthetic − real")
    for ax, values, title in zip(axes, (truth, made, made - truth), titles, strict=True):
        dependence_matrix(names, values, difference=title == titles[2], ax=ax)
        ax.set_title(title, fontsize="medium", loc="left")
    return list(axes)


def dependence_matrix(
    names: Sequence[str], values: ArrayLike, *, difference: bool = False, ax: Axes | None = None
) -> Axes:
    """Draw one matrix: the stronger, the denser; blue is positive, vermilion negative.

    Parameters
    ----------
    names : sequence of str of length n
        Names of the rows; the columns have the same.
    values : array-like of shape (n, n)
        Numbers in -1 to 1; NaN stays empty.
    difference : bool
        Whether `values` is a difference: full colour is then reached at 0.5, and from 0.1 on a cell gets its sign.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    InputError
        If `values` is not n by n.

    Examples
    --------
    >>> ax = dependence_matrix(["a", "b"], [[1.0, -0.5], [-0.5, 1.0]])
    >>> [text.get_text() for text in ax.texts]
    ['1.0', '−0.5', '−0.5', '1.0', 'a', 'b']
    """
    matrix = np.asarray(values, dtype=np.float64)
    n = len(names)
    if matrix.shape != (n, n):
        raise InputError(f"values has shape {matrix.shape}; give ({n}, {n}), one row and column a name.")
    axes = _style.new_axes(ax, 3.3, 2.1, inside=(0.36, 0.01, 0.63, 0.98))
    # colour lives in the opacity, so that an empty cell has the page's own background, light or dark
    axes.imshow(_tint(matrix, 0.5 if difference else 1.0), interpolation="none")
    _write(axes, matrix, difference=difference)
    _style.calm(axes, sides=())
    axes.set_xticks([])  # the columns have the names of the rows, in the same order
    axes.set_yticks([])
    for row, name in enumerate(names):
        _style.write(axes, -0.7, row, name, ha="right", va="center", limit=15, fontsize="small", color=_style.MUTED)
    return axes


def _tint(values: NDArray[np.float64], full: float) -> NDArray[np.float64]:
    from matplotlib.colors import to_rgb

    colours = np.where(values[..., None] < 0, to_rgb(_style.VERMILION), to_rgb(_style.BLUE))
    strength = np.clip(np.nan_to_num(np.abs(values)) / full, 0.0, 1.0)
    return np.concatenate([colours, strength[..., None]], axis=-1)


def _write(ax: Axes, values: NDArray[np.float64], *, difference: bool) -> None:
    """Write numbers where they fit; otherwise signs, which greyscale needs."""
    if len(values) > _WRITTEN:
        _signs(ax, values <= -_NOTABLE, "_")
        if difference:
            _signs(ax, values >= _NOTABLE, "+")
        return
    full = 0.5 if difference else 1.0
    for i, j in np.argwhere(np.isfinite(values)):
        colour = "white" if abs(values[i, j]) > 0.6 * full else _style.INK
        text = f"{values[i, j]:.1f}".replace("-", "−")
        _style.write(ax, j, i, text, ha="center", va="center", fontsize="x-small", color=colour)


def _signs(ax: Axes, where: NDArray[np.bool_], marker: str) -> None:
    rows, columns = np.nonzero(where)
    ax.plot(columns, rows, marker, color=_style.INK, markersize=4, markeredgewidth=0.8)
