"""Tweedie loss with the log link, half the deviance, for amounts that are often exactly 0 (claims, rainfall).

With mu = exp(eta), a = power - 1, b = 2 - power and 1 < power < 2:

    f(eta) = y mu^-a / a + mu^b / b - y^b / (a b)

Poisson is the limit power = 1, gamma power = 2 (Jorgensen 1987, "Exponential dispersion models"). Outside [1, 2] the
loss is not convex in eta, so that there would be no certificate: such powers are refused.
"""

from __future__ import annotations

from typing import final

import numpy as np

from equipoise.errors import InputError
from equipoise.losses.base import FloatArray, Loss, log_of_mean, name_bad_target

__all__ = ["Tweedie"]


@final
class Tweedie(Loss):
    """Half the Tweedie deviance of exp(eta), for y >= 0.

    Parameters
    ----------
    power : float in (1, 2), default 1.5
        Variance = dispersion * mean ** power.

    Raises
    ------
    InputError
        If power is outside (1, 2).

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> eq.losses.Tweedie(1.5).value(np.array([0.0, 1.0]), np.array([0.0, 0.0]))
    array([2., 0.])
    """

    name = "tweedie"
    task = "regression"
    score_name = "mean Tweedie deviance"
    score_factor = 2.0

    def __init__(self, power: float = 1.5) -> None:
        if not 1.0 < power < 2.0:
            raise InputError(
                f"Tweedie: power {power} is not in (1, 2); use Poisson for 1 and Gamma for 2, other powers are not "
                "convex with the log link"
            )
        self.power = float(power)

    @property
    def parameter(self) -> float:
        """The power."""
        return self.power

    def value(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """Sum y exp(-a eta) / a + exp(b eta) / b - y^b / (a b)."""
        a, b = self.power - 1.0, 2.0 - self.power
        with np.errstate(over="ignore"):
            # 1/a + 1/b = 1/(a b): nothing is lost where y and the mean nearly agree
            d = eta - np.log(np.where(y > 0, y, 1.0))
            positive = y**b * (np.expm1(-a * d) / a + np.expm1(b * d) / b)
            return np.where(y > 0, positive, np.exp(b * eta) / b)

    def gradient(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """exp(b eta) - y exp(-a eta)."""
        with np.errstate(over="ignore"):
            return np.asarray(np.exp((2.0 - self.power) * eta) - _scaled(y, (1.0 - self.power) * eta))

    def curvature(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """Sum b exp(b eta) + a y exp(-a eta)."""
        a, b = self.power - 1.0, 2.0 - self.power
        with np.errstate(over="ignore"):
            return np.asarray(b * np.exp(b * eta) + a * _scaled(y, -a * eta))

    def conjugate(self, y: FloatArray, u: FloatArray) -> FloatArray:
        """The value of u eta - f(eta) at the eta whose gradient is u; for y = 0 it needs u >= 0."""
        reachable = (y > 0) | (u > 0)
        eta = self._where_gradient_is(np.where(reachable, y, 1.0), np.where(reachable, u, 0.0))
        at_zero = np.where(u >= -1e-12, 0.0, np.inf)
        return np.where(reachable, u * eta - self.value(y, eta), at_zero)

    def _where_gradient_is(self, y: FloatArray, u: FloatArray) -> FloatArray:
        """Newton on b eta - log(u + y exp(-a eta)), or its mirror for u < 0: monotone from where it starts."""
        a, b = self.power - 1.0, 2.0 - self.power
        up, size = u >= 0, np.maximum(np.abs(u), 1e-300)
        log_y = np.log(np.maximum(y, 1e-300))
        eta = np.where(up, np.maximum(log_y, np.log(size) / b), np.minimum(log_y, (log_y - np.log(size)) / a))
        for _ in range(100):
            rate, target = np.where(up, -a, b) * eta + np.where(up, log_y, 0.0), np.log(size)
            share = np.exp(rate - np.logaddexp(rate, target))
            level = np.logaddexp(rate, target)
            miss = np.where(up, b * eta - level, level + a * eta - log_y)
            step = miss / (np.where(up, b, a) + np.where(up, a, b) * share)
            eta = eta - step
            if np.max(np.abs(step) / (1.0 + np.abs(eta)), initial=0.0) <= 1e-15:
                break
        return np.asarray(eta)

    def mean(self, eta: FloatArray) -> FloatArray:
        """exp(eta)."""
        return np.asarray(np.exp(eta))

    def start(self, y: FloatArray, weight: FloatArray) -> float:
        """Log of the mean."""
        return log_of_mean(y, weight)

    def check_target(self, y: FloatArray) -> str | None:
        """Has to be >= 0, with something positive."""
        if np.all(y == 0):
            return "every target is 0: the Tweedie loss has no finite intercept; at least one positive target is needed"
        return name_bad_target(y, y >= 0, "Tweedie", ">= 0")

    def __repr__(self) -> str:
        return f"Tweedie({self.power!r})"


def _scaled(y: FloatArray, exponent: FloatArray) -> FloatArray:
    """Product y exp(exponent), 0 for y = 0 whatever the exponent."""
    return np.where(y > 0, y * np.exp(np.where(y > 0, exponent, 0.0)), 0.0)
