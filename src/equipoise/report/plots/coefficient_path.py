"""The weights of a linear model as its penalty is relaxed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.errors import InputError
from equipoise.report.plots import _style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["coefficient_path"]

_NAMED = 9  # more labels than this cannot be told apart beside one plot
_MARKS = {"best": "-", "1se": "--"}
_WORDS = {"1se": "1-SE"}


def coefficient_path(
    alphas: ArrayLike,
    coefs: ArrayLike,
    names: Sequence[str] | None = None,
    *,
    marks: Mapping[str, float | None] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw each coefficient over alpha, from a strong penalty on the left to a weak one on the right.

    The coefficients that are largest at the weak end are named; the others are thin and grey.

    Parameters
    ----------
    alphas : array-like of shape (n_alphas,)
        Strengths of the penalty, in any order; a log axis shows those above 0.
    coefs : array-like of shape (n_features, n_alphas)
        One row of coefficients a feature.
    names : sequence of str, optional
        One name a feature; by default their numbers.
    marks : mapping of str to float, optional
        Values of alpha to mark, such as ``{"best": 0.01, "1se": 0.04}``; None is skipped.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    InputError
        If the shapes do not agree.

    References
    ----------
    Efron, Hastie, Johnstone, Tibshirani (2004), Least angle regression, figure 1.

    Examples
    --------
    >>> ax = coefficient_path([1.0, 0.1, 0.01], [[0.0, 0.5, 0.9], [0.0, 0.0, -0.2]], ["age", "dose"])
    >>> [text.get_text() for text in ax.texts]
    ['age', 'dose']
    """
    weights = np.asarray(coefs, dtype=np.float64)
    strengths = _style.floats(alphas, "alphas")
    if weights.ndim != 2 or weights.shape[1] != len(strengths):
        raise InputError(
            f"coefs has shape {weights.shape}; give one row a feature and {len(strengths)} columns, one an alpha."
        )
    titles = [str(i) for i in range(len(weights))] if names is None else list(names)
    if len(titles) != len(weights):
        raise InputError(f"names has {len(titles)} entries; give {len(weights)}, one for each row of coefs.")
    order = np.argsort(-strengths, kind="stable")
    order = order[strengths[order] > 0]
    axes = _style.new_axes(ax)
    named = _lines(axes, strengths[order], weights[:, order])
    axes.axhline(0, color=_style.RULE, linewidth=0.8, zorder=0)
    _style.penalty_axis(axes)
    axes.set_ylabel("coefficient")
    _style.calm(axes, sides=("bottom", "left"))
    _mark(axes, marks or {})
    _label(axes, strengths[order], weights[:, order], titles, named)
    return axes


def _lines(ax: Axes, alphas: NDArray[np.float64], coefs: NDArray[np.float64]) -> list[int]:
    """Draw all paths and return the features worth a name, largest first."""
    largest = np.nan_to_num(np.abs(coefs)).max(axis=1, initial=0.0)
    end = np.nan_to_num(np.abs(coefs[:, -1])) if len(alphas) else largest
    named = [int(i) for i in np.lexsort((-largest, -end)) if largest[i] > 0][:_NAMED]
    for i in range(len(coefs)):
        if i not in named:
            ax.plot(alphas, coefs[i], color=_style.RULE, linewidth=0.8, zorder=1)
    for rank, i in enumerate(named):
        colour = _style.CYCLE[rank % len(_style.CYCLE)]
        ax.plot(
            alphas, coefs[i], color=colour, linestyle=_style.LINES[rank % len(_style.LINES)], linewidth=1.6, zorder=2
        )
    return named


def _mark(ax: Axes, marks: Mapping[str, float | None]) -> None:
    top = ax.get_xaxis_transform()
    for name, alpha in marks.items():
        if alpha is not None and alpha > 0:
            ax.axvline(alpha, color=_style.MUTED, linewidth=1, linestyle=_MARKS.get(name, ":"), zorder=0)
            _style.write(ax, alpha, 1.02, _WORDS.get(name, name), transform=top, ha="center", color=_style.MUTED)


def _label(
    ax: Axes, alphas: NDArray[np.float64], coefs: NDArray[np.float64], names: Sequence[str], named: list[int]
) -> None:
    """Write the names at the weak end, apart from each other, with a hair line to their path."""
    if not named or not len(alphas):
        return
    low, high = ax.get_ylim()
    ends = np.nan_to_num(coefs[named, -1])
    heights = _style.spread(ends, (high - low) * 0.066)
    left, right = np.log10(ax.get_xlim())
    where = 10 ** (right + (right - left) * np.array([0.01, 0.05, 0.06]))
    for rank, (i, end, height) in enumerate(zip(named, ends, heights, strict=True)):
        colour = _style.CYCLE[rank % len(_style.CYCLE)]
        ax.plot(
            [alphas[-1], where[0], where[1]], [end, end, height], color=colour, linewidth=0.7, clip_on=False, zorder=1
        )
        _style.write(ax, where[2], height, names[i], ha="left", va="center", limit=18, fontsize="small")
    ax.set_ylim(min(low, heights.min()), max(high, heights.max()))
    ax.set_xlim(10**left, 10**right)
