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
from scipy.linalg import blas

from equipoise.losses.base import FloatArray

__all__ = ["Moments"]


def block_rows(p: int) -> int:
    """Rows of a block of about 8 MB: it stays in the cache while the parts take their products from it."""
    return int(np.clip(2**20 // p, 256, 8192))


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
        cls, X: Any, y: FloatArray, weight: FloatArray, origin: FloatArray, y_origin: FloatArray,
        parts: NDArray[np.intp] | None = None, count: int = 1,
    ) -> list[Moments]:  # fmt: skip
        """Moments of each part of the rows (all rows are one part if None), in one pass over X.

        Parameters
        ----------
        parts : array of shape (n,), optional
            Number of the part of each row, below `count`; -1 for rows that belong to none.
        """
        targets = y.reshape(len(y), -1)
        sums = [_Sums(X.shape[1], targets.shape[1]) for _ in range(count)]
        size = min(block_rows(X.shape[1]), len(y))
        block, gathered = np.empty((2, X.shape[1] * size))  # fresh memory for every block would cost more than the sums
        for start in range(0, len(y), size):
            rows = slice(start, start + size)
            root = np.sqrt(weight[rows])
            A = block[: X.shape[1] * len(root)].reshape(
                X.shape[1], len(root)
            )  # transposed: parts are gathered by column
            np.subtract(X[rows].toarray().T if sparse.issparse(X) else X[rows].T, origin[:, None], out=A)
            A *= root
            B = (targets[rows] - y_origin).T * root
            for k, total in enumerate(sums):
                if parts is None:
                    total.add(A, B, root)
                    continue
                chosen = np.flatnonzero(parts[rows] == k)
                if len(chosen) == 0:  # BLAS complains about a product of nothing
                    continue
                part = gathered[: X.shape[1] * len(chosen)].reshape(X.shape[1], len(chosen))
                total.add(np.take(A, chosen, axis=1, out=part, mode="clip"), B[:, chosen], root[chosen])
        return [total.moments(origin, y_origin) for total in sums]

    @classmethod
    def none(cls, p: int, targets: int = 1) -> Moments:
        """Moments of no rows at all."""
        return _Sums(p, targets).moments(np.zeros(p), np.zeros(targets))

    def __add__(self, other: Moments) -> Moments:
        return self._combine(other, 1.0)

    def __sub__(self, other: Moments) -> Moments:
        return self._combine(other, -1.0)

    def _combine(self, other: Moments, sign: float) -> Moments:
        sums = {f: getattr(self, f) + sign * getattr(other, f) for f in ("weight", "x", "y", "xx", "xy", "yy")}
        return replace(self, **sums)

    def moved(self, origin: FloatArray, y_origin: FloatArray) -> Moments:
        """The same sums about another origin."""
        w, d, e = self.weight, self.origin - origin, self.y_origin - y_origin
        half = np.outer(self.x + 0.5 * w * d, d)
        xy = self.xy + np.outer(self.x, e) + np.outer(d, self.y + w * e)
        yy = self.yy + e * (2.0 * self.y + w * e)
        return Moments(w, self.x + w * d, self.y + w * e, self.xx + half + half.T, xy, yy, origin, y_origin)

    def merge(self, other: Moments) -> Moments:
        """The sums over the rows of both, about their common mean (Chan, Golub and LeVeque 1983, eq. 2.1).

        Only squares of differences of means are added, so that columns far from 0 lose no digits.
        """
        if self.weight == 0.0 or other.weight == 0.0:
            return other if self.weight == 0.0 else self
        share = other.weight / (self.weight + other.weight)
        a, b = self.means, other.means
        origin, y_origin = (m + share * (n - m) for m, n in zip(a, b, strict=True))
        return self.moved(origin, y_origin) + other.moved(origin, y_origin)

    @property
    def means(self) -> tuple[FloatArray, FloatArray]:
        """Weighted means of the columns and of the targets."""
        return self.origin + self.x / self.weight, self.y_origin + self.y / self.weight

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

    def about_zero(self) -> FloatArray:
        """Sum of weighted products x x', without the shift."""
        return self._about_zero()[0] * self.weight

    def _about_zero(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        w, o, yo = self.weight, self.origin, self.y_origin
        mx, my = self.x / w, self.y / w
        gram = self.xx / w + np.outer(mx, o) + np.outer(o, mx) + np.outer(o, o)
        cross = self.xy / w + np.outer(mx, yo) + np.outer(o, my) + np.outer(o, yo)
        return gram, cross, self.yy / w + 2 * my * yo + yo**2


class _Sums:
    """Accumulates one part; the Gram matrix by symmetric rank-k updates, which do half the work of a product."""

    def __init__(self, p: int, targets: int) -> None:
        self.weight, self.x, self.y = 0.0, np.zeros(p), np.zeros(targets)
        self.xx = np.zeros((p, p), order="F")
        self.xy, self.yy = np.zeros((p, targets)), np.zeros(targets)

    def add(self, A: FloatArray, B: FloatArray, root: FloatArray) -> None:
        self.weight += float(root @ root)
        self.x += A @ root
        self.y += B @ root
        self.xx = blas.dsyrk(1.0, A.T, beta=1.0, c=self.xx, trans=1, lower=1, overwrite_c=1)
        self.xy += A @ B.T
        self.yy += np.sum(B * B, axis=1)

    def moments(self, origin: FloatArray, y_origin: FloatArray) -> Moments:
        xx = np.tril(self.xx)
        xx += np.tril(self.xx, -1).T
        return Moments(self.weight, self.x, self.y, xx, self.xy, self.yy, origin, y_origin)


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
