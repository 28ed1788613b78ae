"""The grid of alphas: where it begins and ends, from the numbers that rows or sufficient statistics give alike."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from equipoise.errors import InputError
from equipoise.losses.base import FloatArray
from equipoise.penalties.base import Penalty

__all__ = ["spaced_alphas"]


def spaced_alphas(
    alphas: int | ArrayLike, *, top: float, tall: bool, penalty: Penalty, curvature: Callable[[], float]
) -> FloatArray:
    """Decreasing alphas: those given, or so many on a logarithmic scale from the null model downwards.

    With an L1 part the largest alpha is the least one at which every coefficient is 0, the smallest is 1e-3 of it
    (1e-2 if p > n), or of the alpha at which an L2 part equals the curvature of the loss, if that is less. With L2
    alone the scale is that of the curvature: from 10 times its bound to 1e-8 of that.

    Parameters
    ----------
    alphas : int or array-like
    top : float
        The least alpha at which every coefficient is 0; infinite where there is none.
    tall : bool
        Whether there are more rows than features.
    penalty : Penalty
    curvature : callable
        Gives ten times a bound on the largest curvature of the loss.

    Raises
    ------
    InputError
        If they are no numbers from 0 on, or none.
    """
    if np.ndim(alphas) > 0:
        grid = np.unique(np.asarray(alphas, dtype=np.float64))[::-1]
        if grid.size == 0 or not np.all(np.isfinite(grid)) or grid[-1] < 0:
            raise InputError(f"alphas {np.asarray(alphas)} are not numbers >= 0")
        return grid
    count = int(np.asarray(alphas))
    if count < 1:
        raise InputError(f"alphas={count}: a grid needs at least one point")
    kernel = penalty.kernel()
    l2 = 1.0 - kernel.l1_ratio if kernel is not None and kernel.name == "elastic_net" else 0.0
    ratio = 1e-3 if tall else 1e-2
    if not np.isfinite(top):
        top, ratio = curvature(), 1e-8
    elif l2 > 0.0 and top > 0.0:  # the two parts have different units: one may still rule where the other has faded
        ratio *= min(1.0, max(0.1 * curvature() / (l2 * top), 1e-30))
    return np.asarray((top if top > 0.0 else 1.0) * np.logspace(0.0, np.log10(ratio), count))
