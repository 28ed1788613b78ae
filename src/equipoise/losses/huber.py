"""Huber loss: r^2 / 2 up to |r| = delta, delta |r| - delta^2 / 2 beyond (Huber 1964). Outliers pull no harder.

The threshold is in the units of the target; `HuberRegressor` multiplies it by its estimate of the noise.
"""

from __future__ import annotations

from typing import final

import numpy as np

from equipoise.errors import InputError
from equipoise.losses.base import FloatArray, Loss

__all__ = ["Huber"]


@final
class Huber(Loss):
    """Huber loss.

    Parameters
    ----------
    delta : float > 0, default 1
        Residual, in the units of the target, from which on the loss is linear.

    Raises
    ------
    InputError
        If delta is not a positive number.

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> eq.losses.Huber(delta=1.0).value(np.array([0.5, 10.0]), np.array([0.0, 0.0]))
    array([0.125, 9.5  ])
    """

    name = "huber"
    task = "regression"
    score_name = "mean Huber loss"

    def __init__(self, delta: float = 1.0) -> None:
        if not 0.0 < delta < np.inf:
            raise InputError(f"Huber: delta {delta} is not a positive number")
        self.delta = float(delta)

    @property
    def parameter(self) -> float:
        """The threshold."""
        return self.delta

    def value(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """r^2 / 2 inside, delta |r| - delta^2 / 2 outside."""
        r = np.abs(y - eta)
        inside = np.minimum(r, self.delta)
        return np.asarray(inside * (r - 0.5 * inside))

    def gradient(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """Eta - y, clipped to [-delta, delta]."""
        return np.asarray(np.clip(eta - y, -self.delta, self.delta))

    def curvature(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """1 inside, 0 outside."""
        return np.where(np.abs(eta - y) <= self.delta, 1.0, 0.0)

    def model_curvature(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """Outside a hundredth of delta / |r|, the curvature of the parabola that touches the loss from above."""
        r = np.abs(eta - y)
        return np.where(r <= self.delta, 1.0, 0.01 * self.delta / np.maximum(r, self.delta))

    def conjugate(self, y: FloatArray, u: FloatArray) -> FloatArray:
        """u^2 / 2 + u y for |u| <= delta."""
        return np.where(np.abs(u) <= self.delta * (1.0 + 1e-12), 0.5 * u**2 + u * y, np.inf)

    def start(self, y: FloatArray, weight: FloatArray) -> float:
        """Weighted median: from there on some residuals are inside delta, or nothing is to be gained."""
        order = np.argsort(y)
        reached = np.cumsum(weight[order]) >= 0.5 * weight.sum() * (1.0 - 1e-12)
        return float(y[order][np.argmax(reached)])

    def __repr__(self) -> str:
        return f"Huber({self.delta!r})"
