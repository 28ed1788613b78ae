"""Minimax concave penalty (Zhang 2010, equation 2.2): L1 near zero, no shrinkage of large coefficients.

    alpha * value(w) = sum_j  alpha |w_j| - w_j^2 / (2 gamma)   up to |w_j| = gamma alpha, then gamma alpha^2 / 2

The lasso shrinks what it keeps, and keeps more to make up for it; MCP leaves large coefficients as least squares would
have them. Not convex: minima may be local, and the path from the largest alpha downwards gives the customary one. Where
1 / gamma is less than the least curvature of the loss in the active features, the objective is convex after all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np

from equipoise.errors import InputError
from equipoise.penalties.base import FloatArray, Kernel, Penalty

__all__ = ["MCP"]


@final
@dataclass(frozen=True, eq=False)
class MCP(Penalty):
    """Minimax concave penalty.

    Parameters
    ----------
    gamma : float > 0, default 3
        The penalty is flat beyond `gamma * alpha`; the larger, the closer to L1.
    scale : float > 0, default 1
        The alpha that the shape belongs to; solvers set it by `at(alpha)`.
    factor : array of shape (p,), optional
        Multiplier of alpha for each feature, >= 0; it moves the knee as well.

    References
    ----------
    Zhang (2010), "Nearly unbiased variable selection under minimax concave penalty".

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> round(eq.penalties.MCP(gamma=3.0).value(np.array([1.0, -9.0])), 4)
    2.3333
    """

    name = "mcp"
    convex = False

    gamma: float = 3.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.gamma < np.inf or not self.scale > 0:
            raise InputError(f"MCP: gamma {self.gamma} and scale {self.scale} have to be numbers > 0")

    def at(self, alpha: float) -> MCP:
        """The shape that belongs to `alpha`."""
        return replace(self, scale=alpha) if alpha > 0 else self

    def value(self, w: FloatArray) -> float:
        """The sum of factor |w| - w^2 / (2 gamma scale) up to the knee gamma scale factor, constant beyond."""
        f, m = self.factors(w.size), np.abs(w)
        reach = self.gamma * self.scale
        m = np.minimum(m, reach * f)
        return float(np.sum(m * (f - 0.5 * m / reach)))

    def gradient(self, w: FloatArray) -> FloatArray:
        """sign(w) max(factor - |w| / (gamma scale), 0)."""
        return np.asarray(np.sign(w) * np.maximum(self.factors(w.size) - np.abs(w) / (self.gamma * self.scale), 0.0))

    def prox(self, w: FloatArray, step: float) -> FloatArray:
        """Firm thresholding; for a step so long that the concave part wins, hard thresholding."""
        f, m = self.factors(w.size), np.abs(w)
        reach = self.gamma * self.scale
        bend = step / reach
        if bend >= 1.0:
            return np.where(m > np.sqrt(bend) * reach * f, w, 0.0)
        return np.where(m > reach * f, w, np.sign(w) * np.maximum(m - step * f, 0.0) / (1.0 - bend))

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
        return Kernel("mcp", gamma=self.gamma)
