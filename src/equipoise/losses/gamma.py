"""Gamma loss with the log link, half the deviance: f(eta) = y exp(-eta) + eta - log y - 1. For amounts, durations."""

from __future__ import annotations

from typing import final

import numpy as np

from equipoise.losses.base import FloatArray, Loss, log_of_mean, name_bad_target

__all__ = ["Gamma"]


@final
class Gamma(Loss):
    """Half the gamma deviance of exp(eta), for y > 0; the error is relative: y and its prediction may share any unit.

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> eq.losses.Gamma().value(np.array([1.0, 2.0]), np.array([0.0, np.log(2.0)]))
    array([0., 0.])
    """

    name = "gamma"
    task = "regression"
    score_name = "mean gamma deviance"
    score_factor = 2.0

    def value(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """exp(d) - d - 1 with d = log y - eta."""
        d = np.log(y) - eta
        with np.errstate(over="ignore"):
            return np.asarray(np.expm1(d) - d)

    def gradient(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """1 - y exp(-eta)."""
        return 1.0 - self.curvature(y, eta)

    def curvature(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """Ratio y exp(-eta) of target and mean."""
        with np.errstate(over="ignore"):
            return np.asarray(y * np.exp(-eta))

    def conjugate(self, y: FloatArray, u: FloatArray) -> FloatArray:
        """Relative entropy v log v - v + 1 + u log y with v = 1 - u, which has to be >= 0."""
        v = np.maximum(1.0 - u, 0.0)
        entropy = v * np.log(np.where(v > 0, v, 1.0)) - v + 1.0
        return np.where(u <= 1.0 + 1e-12, entropy + (1.0 - v) * np.log(y), np.inf)

    def mean(self, eta: FloatArray) -> FloatArray:
        """exp(eta)."""
        return np.asarray(np.exp(eta))

    def start(self, y: FloatArray, weight: FloatArray) -> float:
        """Log of the mean."""
        return log_of_mean(y, weight)

    def check_target(self, y: FloatArray) -> str | None:
        """Has to be > 0."""
        return name_bad_target(y, y > 0, "gamma", "> 0")
