"""Hinge losses of support vector machines: nothing to pay beyond the margin (Cortes and Vapnik 1995)."""

from __future__ import annotations

from typing import final

import numpy as np

from equipoise.losses.base import FloatArray, Loss, name_bad_target
from equipoise.losses.kinked import Kinked, Pieces, signs

__all__ = ["Hinge", "SquaredHinge"]


@final
class Hinge(Kinked):
    """max(0, 1 - t eta) for t = 2 y - 1, y 0 or 1.

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> eq.losses.Hinge().value(np.array([1.0, 1.0, 0.0]), np.array([2.0, 0.5, 0.5]))
    array([0. , 0.5, 1.5])
    """

    name = "hinge"
    task = "binary"
    score_name = "mean hinge loss"

    def pieces(self, y: FloatArray) -> Pieces:
        """Slope -1 below 1 for the class 1; slope 1 above -1 for the class 0."""
        one = y > 0.5
        return (
            np.where(one, -1.0, 0.0),
            np.where(one, 1.0, -np.inf),
            np.where(one, 0.0, 1.0),
            np.where(one, np.inf, -1.0),
        )

    def check_target(self, y: FloatArray) -> str | None:
        """A class that is neither 0 nor 1, as a sentence."""
        return None if y.ndim == 2 else name_bad_target(y, (y == 0) | (y == 1), "hinge", "of 0 and 1")


@final
class SquaredHinge(Loss):
    """max(0, 1 - t eta)^2 / 2 for t = 2 y - 1, y 0 or 1.

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> eq.losses.SquaredHinge().value(np.array([1.0, 1.0, 0.0]), np.array([2.0, 0.5, 0.5]))
    array([0.   , 0.125, 1.125])
    """

    name = "squared_hinge"
    task = "binary"
    score_name = "mean squared hinge loss"
    score_factor = 2.0
    separate = True

    def _miss(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        return np.maximum(0.0, 1.0 - signs(y) * eta)

    def value(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """Half the square of what misses from the margin."""
        values = 0.5 * self._miss(y, eta) ** 2
        return values if values.ndim == 1 else np.asarray(values.sum(axis=1))

    def gradient(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """-t times what misses from the margin."""
        return -signs(y) * self._miss(y, eta)

    def curvature(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """1 inside the margin, 0 beyond."""
        return np.where(signs(y) * eta < 1.0, 1.0, 0.0)

    def conjugate(self, y: FloatArray, u: FloatArray) -> FloatArray:
        """u^2 / 2 + t u for t u <= 0."""
        t = signs(y)
        values = np.where(t * u <= 0.0, 0.5 * u**2 + t * u, np.inf)
        return values if values.ndim == 1 else np.asarray(values.sum(axis=1))

    def check_target(self, y: FloatArray) -> str | None:
        """A class that is neither 0 nor 1, as a sentence."""
        return None if y.ndim == 2 else name_bad_target(y, (y == 0) | (y == 1), "squared hinge", "of 0 and 1")
