"""Poisson loss with the log link, half the deviance: f(eta) = exp(eta) - y eta + y log y - y. For counts and rates."""

from __future__ import annotations

from typing import final

import numpy as np
from scipy.special import xlogy

from equipoise.losses.base import FloatArray, Loss, log_of_mean, name_bad_target

__all__ = ["Poisson"]


@final
class Poisson(Loss):
    """Half the Poisson deviance of exp(eta), for y >= 0; twice its mean is the mean deviance.

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> eq.losses.Poisson().value(np.array([1.0, 0.0]), np.array([0.0, 0.0]))
    array([0., 1.])
    """

    name = "poisson"
    task = "regression"
    score_name = "mean Poisson deviance"
    score_factor = 2.0

    def value(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """exp(eta) - y eta + y log y - y."""
        with np.errstate(over="ignore"):
            # in terms of log(mean / y), so that nothing is lost where the two nearly agree
            d = eta - np.log(np.where(y > 0, y, 1.0))
            return np.where(y > 0, y * (np.expm1(d) - d), np.exp(eta))

    def gradient(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """exp(eta) - y."""
        with np.errstate(over="ignore"):
            return np.asarray(np.exp(eta) - y)

    def curvature(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """exp(eta)."""
        with np.errstate(over="ignore"):
            return np.asarray(np.exp(eta))

    def conjugate(self, y: FloatArray, u: FloatArray) -> FloatArray:
        """Relative entropy m log(m / y) - m + y of m = u + y, which has to be >= 0."""
        m = np.maximum(u + y, 0.0)
        safe = np.where((y > 0) & (m > 0), y, 1.0)
        close = m * np.log1p(np.where((y > 0) & (m > 0), u, 0.0) / safe) - u + u * np.log(safe)
        entropy = np.where((y > 0) & (m > 0), close, xlogy(m, m) - m - xlogy(y, y) + y)
        return np.where(u + y >= -1e-12 * (1.0 + y), entropy, np.inf)

    def mean(self, eta: FloatArray) -> FloatArray:
        """exp(eta), the expected count."""
        return np.asarray(np.exp(eta))

    def start(self, y: FloatArray, weight: FloatArray) -> float:
        """Log of the mean."""
        return log_of_mean(y, weight)

    def check_target(self, y: FloatArray) -> str | None:
        """Has to be >= 0, with a count somewhere."""
        if not np.any(y > 0) and np.all(y == 0):
            return "every target is 0: the Poisson loss has no finite intercept; at least one positive count is needed"
        return name_bad_target(y, y >= 0, "Poisson", ">= 0")
