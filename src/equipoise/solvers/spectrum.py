"""Normal equations in the eigenbasis of the columns: every alpha of ridge regression from one decomposition.

W(alpha) = V diag(1 / (lambda + alpha)) V'C,    G = V diag(lambda) V' = X'SX,  C = X'SY   (centred)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import linalg

from equipoise.losses.base import FloatArray
from equipoise.penalties import Penalty
from equipoise.solvers.moments import Normal

__all__ = ["Spectrum", "inverse"]


@dataclass(frozen=True)
class Spectrum:
    """Normal equations of K targets, columns scaled so that the penalty's factors are 1.

    Attributes
    ----------
    normal : Normal
    fit_intercept : bool
    root : array of shape (p,)
        What the columns of the normal equations are multiplied by.
    gram, vectors : arrays of shape (p, p)
    values : array of shape (p,)
        Eigenvalues, increasing.
    """

    normal: Normal
    fit_intercept: bool
    root: FloatArray
    gram: FloatArray
    values: FloatArray
    vectors: FloatArray

    @classmethod
    def of(cls, normal: Normal, penalty: Penalty, fit_intercept: bool) -> Spectrum:
        """Decompose; every factor of the penalty is to be positive."""
        root = 1.0 / np.sqrt(penalty.factors(len(normal.gram)))
        gram = normal.gram * root * root[:, None]
        values, vectors = linalg.eigh(gram, check_finite=False)
        return cls(normal, fit_intercept, root, gram, np.maximum(values, 0.0), vectors)

    @cached_property
    def cross(self) -> FloatArray:
        """Products of the columns with the targets, shape (p, K)."""
        return self.normal.cross * self.root[:, None]

    @cached_property
    def turned(self) -> FloatArray:
        """`cross` in the eigenbasis."""
        return np.asarray(self.vectors.T @ self.cross)

    @cached_property
    def basis(self) -> FloatArray:
        """What turns centred columns of X into the eigenbasis, shape (p, p)."""
        return self.vectors * (self.normal.scale * self.root)[:, None]

    @property
    def mean(self) -> FloatArray:
        """What the columns of X were shifted by."""
        return self.normal.mean if self.fit_intercept else np.zeros_like(self.normal.mean)

    @property
    def y_mean(self) -> FloatArray:
        """What the targets were shifted by, shape (K,)."""
        return self.normal.y_mean if self.fit_intercept else np.zeros_like(self.normal.y_mean)

    def weights(self, alpha: FloatArray | float) -> FloatArray:
        """Coefficients in the eigenbasis, shape (p, K); one alpha, or one a target."""
        return inverse(self.values[:, None], alpha) * self.turned

    def solve(self, alphas: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Coefficients (k, p) and intercepts (k,) in the units of X, and relative duality gaps (k,).

        Parameters
        ----------
        alphas : array of shape (k,)
            Any number for one target, otherwise one a target.
        """
        shrunk, column = inverse(self.values, alphas[:, None]), alphas[:, None]
        thetas = (shrunk * self.turned.T) @ self.vectors.T
        left = self.cross.T - thetas @ self.gram - column * thetas
        thetas += ((left @ self.vectors) * shrunk) @ self.vectors.T  # what the first solution lost to rounding
        left = self.cross.T - thetas @ self.gram - column * thetas
        bound = np.where(alphas > 0, np.sum(left**2, axis=1) / np.where(alphas > 0, 2.0 * alphas, 1.0), 0.0)
        bound += np.where(alphas > 0, 0.0, np.sum(np.abs(left * thetas), axis=1))
        null = 0.5 * self.normal.squares
        gaps = np.where(null > 0, bound / np.where(null > 0, null, 1.0), 0.0)
        coefs = thetas * self.root * self.normal.scale
        return coefs, self.y_mean - coefs @ self.mean, gaps


def inverse(values: FloatArray, alpha: FloatArray | float) -> FloatArray:
    """1 / (values + alpha), and 0 in directions that rounding alone distinguishes from nothing."""
    floor = 1e-13 * np.max(values, initial=0.0)
    shifted = values + alpha
    return np.where(shifted > floor, 1.0 / np.where(shifted > floor, shifted, 1.0), 0.0)
