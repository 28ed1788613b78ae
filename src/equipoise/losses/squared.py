"""Squared loss f(eta) = (y - eta)^2 / 2: least squares, ridge, lasso."""

from __future__ import annotations

from typing import final

import numpy as np

from equipoise.losses.base import FloatArray, Loss

__all__ = ["Squared"]


@final
class Squared(Loss):
    """Squared loss, (y - eta)^2 / 2.

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> eq.losses.Squared().value(np.array([3.0]), np.array([1.0]))
    array([2.])
    """

    name = "squared"
    task = "regression"
    score_name = "mean squared error"
    score_factor = 2.0

    def value(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """(y - eta)^2 / 2."""
        return 0.5 * (y - eta) ** 2

    def gradient(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """Eta - y."""
        return eta - y

    def curvature(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """One, everywhere."""
        return np.ones_like(eta)

    def conjugate(self, y: FloatArray, u: FloatArray) -> FloatArray:
        """u^2 / 2 + u y."""
        return 0.5 * u**2 + u * y
