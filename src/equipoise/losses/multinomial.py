"""Multinomial loss f(eta) = log sum_k exp(eta_k) - sum_k y_k eta_k, y the indicator of a class: true softmax."""

from __future__ import annotations

from typing import final

import numpy as np
from scipy.special import logsumexp, softmax, xlogy

from equipoise.losses.base import FloatArray, Loss

__all__ = ["Multinomial"]


@final
class Multinomial(Loss):
    """Multinomial (softmax) loss of K linear predictors; targets are indicators, shape (n, K).

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> y, eta = np.array([[1.0, 0.0, 0.0]]), np.zeros((1, 3))
    >>> eq.losses.Multinomial().value(y, eta).round(4)
    array([1.0986])
    """

    name = "multinomial"
    task = "multiclass"
    score_name = "log loss"

    def value(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """Cross-entropy of the softmax of each row."""
        return np.asarray(logsumexp(eta, axis=1) - np.sum(y * eta, axis=1))

    def gradient(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """softmax(eta) - y, shape (n, K)."""
        return np.asarray(softmax(eta, axis=1) - y)

    def curvature(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """diag(p) - p p' of each row, shape (n, K, K)."""
        p = softmax(eta, axis=1)
        return np.asarray(np.einsum("ik,kl->ikl", p, np.eye(p.shape[1])) - np.einsum("ik,il->ikl", p, p))

    def conjugate(self, y: FloatArray, u: FloatArray) -> FloatArray:
        """Negative entropy of u + y, which has to lie in the simplex."""
        q = u + y
        inside = np.all(q >= -1e-12, axis=1) & (np.abs(q.sum(axis=1) - 1.0) <= 1e-9)
        clipped = np.maximum(q, 0.0)
        return np.where(inside, np.sum(xlogy(clipped, clipped), axis=1), np.inf)

    def mean(self, eta: FloatArray) -> FloatArray:
        """Probabilities of the classes, shape (n, K)."""
        return np.asarray(softmax(eta, axis=1))
