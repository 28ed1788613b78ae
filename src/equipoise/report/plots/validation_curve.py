"""The cross-validated loss over alpha, and the two alphas that rules would choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.report.plots import _style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["validation_curve"]


def validation_curve(
    alphas: ArrayLike,
    mean: ArrayLike,
    se: ArrayLike,
    *,
    best: float | None,
    one_se: float | None,
    nonzero: ArrayLike | None = None,
    label: str = "loss",
    ax: Axes | None = None,
) -> Axes:
    """Draw mean and standard error of the cross-validated loss over alpha.

    Parameters
    ----------
    alphas, mean, se : array-like of shape (n_alphas,)
        Strengths of the penalty (those above 0 are shown), mean loss over the folds and its standard error.
    best, one_se : float or None
        The alpha of the lowest mean, and the largest alpha within one standard error of it.
    nonzero : array-like of shape (n_alphas,), optional
        Number of coefficients that are not zero, written above the plot.
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

    References
    ----------
    Hastie, Tibshirani, Friedman (2009), The elements of statistical learning, section 7.10.

    Examples
    --------
    >>> ax = validation_curve([1.0, 0.1, 0.01], [0.9, 0.5, 0.6], [0.1, 0.1, 0.1], best=0.1, one_se=0.1)
    >>> ax.get_ylabel()
    'cross-validated loss'
    """
    strengths = _style.floats(alphas, "alphas")
    losses, errors = (_style.floats(v, n, len(strengths)) for v, n in ((mean, "mean"), (se, "se")))
    counts = None if nonzero is None else _style.floats(nonzero, "nonzero", len(strengths))
    order = np.argsort(-strengths, kind="stable")
    order = order[strengths[order] > 0]
    strengths, losses, errors = strengths[order], losses[order], np.nan_to_num(errors[order])
    axes = _style.new_axes(ax)
    axes.fill_between(strengths, losses - errors, losses + errors, color=_style.ACCENT, alpha=0.18, linewidth=0)
    axes.plot(strengths, losses, color=_style.ACCENT, linewidth=1.6, zorder=2)
    _style.penalty_axis(axes)
    axes.set_ylabel(f"cross-validated {label}", parse_math=False)
    _style.calm(axes, sides=("bottom", "left"))
    _limit(axes, losses, errors)
    _choices(axes, strengths, losses, errors, best, one_se)
    if counts is not None:
        _counts(axes, strengths, counts[order])
    return axes


def _limit(ax: Axes, losses: NDArray[np.float64], errors: NDArray[np.float64]) -> None:
    """Let a loss that explodes at weak penalties leave the frame, so that the valley stays visible."""
    seen = np.isfinite(losses)
    if not seen.any():
        return
    low, high = (losses - errors)[seen].min(), (losses + errors)[seen].max()
    null = (losses + errors)[seen][0]
    top = min(high, losses[seen].min() + 2.5 * max(null - losses[seen].min(), 0.2 * (high - low)))
    margin = 0.06 * (top - low) or 1.0
    ax.set_ylim(low - margin, top + margin)


def _choices(
    ax: Axes,
    alphas: NDArray[np.float64],
    losses: NDArray[np.float64],
    errors: NDArray[np.float64],
    best: float | None,
    one_se: float | None,
) -> None:
    """Mark both choices, and the height that one standard error allows."""
    for alpha, style, marker, word in ((best, "-", "o", "best"), (one_se, "--", "s", "1-SE")):
        if alpha is None or alpha <= 0 or not len(alphas):
            continue
        at = int(np.argmin(np.abs(np.log(alphas / alpha))))
        ax.axvline(alpha, color=_style.MUTED, linewidth=1, linestyle=style, zorder=0)
        ax.plot([alpha], [losses[at]], marker, color=_style.INK, markersize=6, zorder=3, label=word)
        if word == "best":
            ax.axhline(losses[at] + errors[at], color=_style.MUTED, linewidth=0.8, linestyle=":", zorder=0)
    if ax.get_legend_handles_labels()[1]:
        ax.legend(frameon=False, loc="best", labelcolor=_style.INK, handlelength=1)


def _counts(ax: Axes, alphas: NDArray[np.float64], counts: NDArray[np.float64]) -> None:
    from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

    known = np.flatnonzero(np.isfinite(counts))
    shown = known[np.unique(np.linspace(0, len(known) - 1, num=min(7, len(known))).round().astype(int))]
    top = ax.secondary_xaxis("top")
    top.xaxis.set_major_locator(FixedLocator(alphas[shown].tolist()))
    top.xaxis.set_major_formatter(FixedFormatter([f"{counts[i]:.0f}" for i in shown]))
    top.xaxis.set_minor_locator(NullLocator())
    top.set_xlabel("coefficients that are not zero", color=_style.MUTED)
    top.patch.set_visible(False)
    top.tick_params(length=0, labelcolor=_style.MUTED)
    top.spines["top"].set_visible(False)
