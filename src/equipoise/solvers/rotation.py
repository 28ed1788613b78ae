"""Row space of a wide matrix: every L2 problem with p > n is one of at most n dimensions.

X = Z V' with V orthonormal; a penalty |w|^2 only ever wants w = V theta (Hastie and Tibshirani 2004, "Efficient
quadratic regularization for expression arrays"). 72 x 7129 becomes 72 x 72 for all folds, alphas and classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import linalg

from equipoise.losses.base import FloatArray
from equipoise.penalties import L2
from equipoise.solvers.problem import Problem

__all__ = ["Rotated", "rotate"]


@dataclass(frozen=True)
class Rotated:
    """A problem in few dimensions and the way back.

    Attributes
    ----------
    Z : array of shape (n, d)
        Centred, scaled and rotated columns.
    penalty : array of shape (d,)
        Multiplier of alpha / 2 * theta^2 of each dimension: 1, or 0 for features without penalty.
    means, scale : arrays of shape (p,)
        What columns of X were shifted and multiplied by.
    """

    Z: FloatArray
    penalty: FloatArray
    means: FloatArray
    scale: FloatArray
    basis: FloatArray | None  # (p, d); None: the identity

    def back(self, theta: FloatArray, intercept: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Coefficients (..., d) and intercepts (...) -> those in the units of X."""
        w = theta if self.basis is None else theta @ self.basis.T
        w = w * self.scale
        return w, intercept - w @ self.means


def rotate(problem: Problem) -> Rotated:
    """Centre, scale by deviation and penalty factor, and move to the row space if that is smaller."""
    factor = problem.penalty.factors(problem.p)
    free = factor == 0
    scale = problem.scale / np.sqrt(np.where(free, 1.0, factor))
    means = problem.means if problem.fit_intercept else np.zeros(problem.p)
    dense: Any = problem.X.toarray() if problem.is_sparse else problem.X
    Z = (dense - means) * scale
    weights = np.where(free, 0.0, 1.0)
    if problem.p <= problem.n:
        return Rotated(Z, weights, means, scale, None)
    bound = Z[:, ~free]
    # A handful of orthogonal rows: the Gram matrix of rows loses half the digits, a QR of the columns none.
    basis, coordinates = linalg.qr(bound.T, mode="economic", check_finite=False)
    left = np.zeros((problem.p, basis.shape[1] + int(free.sum())))
    left[~free, : basis.shape[1]] = basis
    left[free, basis.shape[1] :] = np.eye(int(free.sum()))
    Z = np.hstack([coordinates.T, Z[:, free]])
    return Rotated(Z, np.append(np.ones(basis.shape[1]), np.zeros(int(free.sum()))), means, scale, left)


def is_l2(problem: Problem) -> bool:
    """Whether the penalty is L2 alone, up to factors."""
    kernel = problem.penalty.kernel()
    return isinstance(problem.penalty, L2) or (
        kernel is not None and kernel.name == "elastic_net" and kernel.l1_ratio == 0.0 and kernel.low is None
    )
