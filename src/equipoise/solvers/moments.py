"""Second moments of a design, of all folds at once: what squared loss needs to know about the data.

The moments of the training part of a fold are those of all rows minus those of the held-out rows, so that all folds
together cost one pass (Engstrøm and Jensen 2025, "Fast partition-based cross-validation with centering and scaling").
Rows are shifted by the overall mean first, which keeps the subtraction accurate.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from equipoise.losses.base import FloatArray

__all__ = ["Moments"]

BLOCK = 4096


@dataclass(frozen=True)
class Moments:
    """Weighted sums over rows of (x - origin) and (y - y_origin): mergeable and subtractable.

    Attributes
    ----------
    weight : float
        Sum of weights.
    x : array of shape (p,)
    y : array of shape (K,)
    xx : array of shape (p, p)
    xy : array of shape (p, K)
    yy : array of shape (K,)
    origin, y_origin : arrays of shape (p,) and (K,)
        The shift.
    """

    weight: float
    x: FloatArray
    y: FloatArray
    xx: FloatArray
    xy: FloatArray
    yy: FloatArray
    origin: FloatArray
    y_origin: FloatArray

    @classmethod
    def of(
        cls,
        X: Any,
        y: FloatArray,
        weight: FloatArray,
        origin: FloatArray,
        y_origin: FloatArray,
        rows: NDArray[np.intp] | None = None,
    ) -> Moments:
        """Moments of the given rows (all if None), in blocks of a few thousand rows."""
        p, targets = X.shape[1], y.reshape(len(y), -1)
        total = cls(
            0.0, np.zeros(p), np.zeros(targets.shape[1]), np.zeros((p, p)), np.zeros((p, targets.shape[1])),
            np.zeros(targets.shape[1]), origin, y_origin,
        )  # fmt: skip
        count = len(y) if rows is None else len(rows)
        for start in range(0, count, BLOCK):
            part: Any = slice(start, start + BLOCK) if rows is None else rows[start : start + BLOCK]
            total = total + cls._of_block(X[part], targets[part], weight[part], origin, y_origin)
        return total

    @classmethod
    def _of_block(cls, X: Any, y: FloatArray, weight: FloatArray, origin: FloatArray, y_origin: FloatArray) -> Moments:
        dense = X.toarray() if sparse.issparse(X) else X
        root = np.sqrt(weight)[:, None]
        A = (dense - origin) * root
        B = (y - y_origin) * root
        r = root.ravel()
        return cls(float(weight.sum()), r @ A, r @ B, A.T @ A, A.T @ B, np.sum(B * B, axis=0), origin, y_origin)

    def __add__(self, other: Moments) -> Moments:
        return self._combine(other, 1.0)

    def __sub__(self, other: Moments) -> Moments:
        return self._combine(other, -1.0)

    def _combine(self, other: Moments, sign: float) -> Moments:
        sums = {f: getattr(self, f) + sign * getattr(other, f) for f in ("weight", "x", "y", "xx", "xy", "yy")}
        return replace(self, **sums)

    def centred(self, fit_intercept: bool, scale: FloatArray | None) -> Normal:
        """Normal equations of the mean squared loss, columns multiplied by `scale` (None: by 1 / deviation)."""
        w = self.weight
        mx, my = self.x / w, self.y / w
        gram = self.xx / w
        cross, squares = self.xy / w, self.yy / w
        mean, y_mean = self.origin + mx, self.y_origin + my
        if fit_intercept:
            gram -= np.outer(mx, mx)
            cross = cross - np.outer(mx, my)
            squares = squares - my**2
        else:
            gram, cross, squares = self._about_zero()
        variance = np.diag(gram) if fit_intercept else self.xx.diagonal() / w - mx**2
        if scale is None:
            spread = np.sqrt(np.maximum(variance, 0.0))
            constant = spread <= 1e-10 * np.maximum(np.abs(mean), 1e-300)
            scale = np.where(constant, 0.0, 1.0 / np.where(constant, 1.0, spread))
        if np.any(scale != 1.0):
            gram *= scale
            gram *= scale[:, None]
            cross = cross * scale[:, None]
        return Normal(gram, cross, np.maximum(squares, 0.0), mean, y_mean, scale)

    def _about_zero(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        w, o, yo = self.weight, self.origin, self.y_origin
        mx, my = self.x / w, self.y / w
        gram = self.xx / w + np.outer(mx, o) + np.outer(o, mx) + np.outer(o, o)
        cross = self.xy / w + np.outer(mx, yo) + np.outer(o, my) + np.outer(o, yo)
        return gram, cross, self.yy / w + 2 * my * yo + yo**2


@dataclass(frozen=True)
class Normal:
    """Normal equations: gram (p, p), cross (p, K), squares (K,), and what takes coefficients back to the units of X."""

    gram: FloatArray
    cross: FloatArray
    squares: FloatArray
    mean: FloatArray
    y_mean: FloatArray
    scale: FloatArray

    def back(self, w: FloatArray, fit_intercept: bool, target: int = 0) -> tuple[FloatArray, FloatArray]:
        """Coefficients (m, p) of scaled columns -> coefficients and intercepts in the units of X."""
        coefs = w * self.scale
        if not fit_intercept:
            return coefs, np.zeros(len(w))
        return coefs, self.y_mean[target] - coefs @ self.mean
