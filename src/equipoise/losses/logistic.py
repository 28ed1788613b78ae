"""Logistic loss f(eta) = log(1 + exp(eta)) - y eta, y in {0, 1}: binary cross-entropy of a sigmoid."""

from __future__ import annotations

from typing import final

import numpy as np
from scipy.special import expit, xlogy

from equipoise.losses.base import FloatArray, Loss

__all__ = ["Logistic"]


@final
class Logistic(Loss):
    """Logistic loss, log(1 + exp(eta)) - y eta for y in {0, 1}.

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> eq.losses.Logistic().value(np.array([1.0]), np.array([0.0])).round(4)
    array([0.6931])
    """

    name = "logistic"
    task = "binary"
    score_name = "log loss"

    def value(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """log(1 + exp(eta)) - y eta, without overflow."""
        return np.asarray(np.logaddexp(0.0, eta) - y * eta)

    def gradient(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """sigmoid(eta) - y."""
        return np.asarray(expit(eta) - y)

    def curvature(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """P (1 - p) with p = sigmoid(eta)."""
        return np.asarray(expit(eta) * expit(-eta))

    def conjugate(self, y: FloatArray, u: FloatArray) -> FloatArray:
        """Negative entropy of u + y, which has to lie in [0, 1]."""
        q = u + y
        inside = np.clip(q, 0.0, 1.0)
        negative_entropy = xlogy(inside, inside) + xlogy(1.0 - inside, 1.0 - inside)
        return np.where(np.abs(q - inside) <= 1e-12, negative_entropy, np.inf)

    def mean(self, eta: FloatArray) -> FloatArray:
        """Probability of the class 1."""
        return np.asarray(expit(eta))

    def check_target(self, y: FloatArray) -> str | None:
        """Has to lie in [0, 1]."""
        return None if np.all((y >= 0) & (y <= 1)) else "the logistic loss needs a target in [0, 1]"
