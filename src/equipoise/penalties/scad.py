"""Smoothly clipped absolute deviation (Fan and Li 2001, equation 2.7): L1 near zero, fading out, then constant.

    d/dm alpha * value = alpha               for m = |w_j| <= alpha,
                         (gamma alpha - m) / (gamma - 1)   up to gamma alpha,   0 beyond

Like MCP it does not shrink large coefficients, and is not convex; it keeps the full slope of L1 up to alpha.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np

from equipoise.errors import InputError
from equipoise.penalties.base import FloatArray, Kernel, Penalty

__all__ = ["SCAD"]


@final
@dataclass(frozen=True, eq=False)
class SCAD(Penalty):
    """Smoothly clipped absolute deviation.

    Parameters
    ----------
    gamma : float > 2, default 3.7
        The penalty is flat beyond `gamma * alpha`; the larger, the closer to L1. Fan and Li recommend 3.7.
    scale : float > 0, default 1
        The alpha that the shape belongs to; solvers set it by `at(alpha)`.
    factor : array of shape (p,), optional
        Multiplier of alpha for each feature, >= 0; it moves the knees as well.

    References
    ----------
    Fan and Li (2001), "Variable selection via nonconcave penalized likelihood and its oracle properties".

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> round(eq.penalties.SCAD(gamma=3.7).value(np.array([1.0, -9.0])), 4)
    3.35
    """

    name = "scad"
    convex = False

    gamma: float = 3.7
    scale: float = 1.0

    def __post_init__(self) -> None:
        if not 2 < self.gamma < np.inf or not self.scale > 0:
            raise InputError(f"SCAD: gamma {self.gamma} has to be a number > 2, and scale {self.scale} > 0")

    def at(self, alpha: float) -> SCAD:
        """The shape that belongs to `alpha`."""
        return replace(self, scale=alpha) if alpha > 0 else self

    def value(self, w: FloatArray) -> float:
        """The integral of `gradient` from 0 to |w|."""
        return float(np.sum(self._each(np.abs(w))))

    def _each(self, m: FloatArray) -> FloatArray:
        f = self.factors(m.size)
        knee, run = self.scale * f, (self.gamma - 1.0) * self.scale
        beyond = np.clip(m - knee, 0.0, run * f)  # how far along the fading slope
        return np.asarray(f * np.minimum(m, knee) + beyond * (f - 0.5 * beyond / run))

    def gradient(self, w: FloatArray) -> FloatArray:
        """sign(w) factor up to the first knee, then fading to 0 at the second."""
        f, m = self.factors(w.size), np.abs(w)
        fading = (self.gamma * f - m / self.scale) / (self.gamma - 1.0)
        return np.asarray(np.sign(w) * np.clip(fading, 0.0, f))

    def prox(self, w: FloatArray, step: float) -> FloatArray:
        """The best of the minima of the three pieces."""
        f, m = self.factors(w.size), np.abs(w)
        knee = self.scale * f
        last, bend = self.gamma * knee, 1.0 - step / ((self.gamma - 1.0) * self.scale)
        inner = np.clip(m - step * f, 0.0, knee)
        middle = last
        if bend > 0:
            middle = np.clip((m - step * f * self.gamma / (self.gamma - 1.0)) / bend, knee, last)
        pieces = np.stack([inner, middle, np.maximum(m, last)])
        costs = 0.5 * (pieces - m) ** 2 + step * np.stack([self._each(x) for x in pieces])
        best = np.take_along_axis(pieces, np.argmin(costs, axis=0)[None], axis=0)[0]
        return np.asarray(np.sign(w) * best)

    def distance(self, w: FloatArray, gradient: FloatArray, alpha: float) -> FloatArray:
        """|gradient + alpha slope| where w is not 0, else how far |gradient| exceeds alpha factor."""
        at_zero = np.maximum(np.abs(gradient) - alpha * self.factors(w.size), 0.0)
        return np.where(w == 0, at_zero, np.abs(gradient + alpha * self.gradient(w)))

    def alpha_max(self, gradient: FloatArray) -> float:
        """max_j |gradient_j| / factor_j over the penalised features: that of L1."""
        f = self.factors(gradient.size)
        return float(np.max(np.abs(gradient[f > 0]) / f[f > 0])) if np.any(f > 0) else float("inf")

    def kernel(self) -> Kernel:
        """Its own template."""
        return Kernel("scad", gamma=self.gamma)
