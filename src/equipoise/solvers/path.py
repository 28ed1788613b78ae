"""Solutions along decreasing alpha, each with its certificate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from equipoise.errors import InputError
from equipoise.losses.base import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Path"]


@dataclass(frozen=True)
class Path:
    """Regularisation path.

    Attributes
    ----------
    alphas : array of shape (m,)
        Decreasing.
    coefs : array of shape (m, p) or (m, K, p)
        Coefficients in the units of X.
    intercepts : array of shape (m,) or (m, K)
    gaps : array of shape (m,)
        Relative duality gap of each point; `inf` where no finite minimiser exists.
    dfs : array of shape (m,)
        Effective degrees of freedom without the intercept: number of nonzero coefficients for a penalty with an L1
        part (Zou, Hastie and Tibshirani 2007), trace of the hat matrix for L2 alone; for an elastic net the trace over
        the features in use if a criterion chose alpha, by `effective_degrees`.
    """

    alphas: FloatArray
    coefs: FloatArray
    intercepts: FloatArray
    gaps: FloatArray
    dfs: FloatArray

    def after(self, count: int) -> Path:
        """The path without its first `count` points."""
        if count == 0:
            return self
        kept = (self.alphas, self.coefs, self.intercepts, self.gaps, self.dfs)
        return Path(*(values[count:] for values in kept))

    def only(self, kept: Any) -> Path:
        """Some of its points, by index or mask."""
        return Path(self.alphas[kept], self.coefs[kept], self.intercepts[kept], self.gaps[kept], self.dfs[kept])

    def joined(self, other: Path) -> Path:
        """Both paths as one, of decreasing alpha."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        both = Path(*(np.concatenate(pair) for pair in pairs))
        return both.only(np.argsort(-both.alphas, kind="stable"))

    def at(self, alpha: float) -> tuple[FloatArray, FloatArray]:
        """Coefficients and intercept at any alpha, linear between the points of the path.

        Raises
        ------
        InputError
            If alpha lies outside the path.
        """
        low, high = float(self.alphas[-1]), float(self.alphas[0])
        if not low * (1 - 1e-12) <= alpha <= high * (1 + 1e-12):
            raise InputError(f"alpha {alpha:g} is outside the path, which runs from {high:g} to {low:g}")
        k = int(np.clip(np.searchsorted(-self.alphas, -alpha), 1, max(1, len(self.alphas) - 1)))
        if len(self.alphas) == 1 or self.alphas[k] == alpha:
            k = 0 if len(self.alphas) == 1 else k
            return self.coefs[k], self.intercepts[k]
        t = (self.alphas[k - 1] - alpha) / (self.alphas[k - 1] - self.alphas[k])
        t = float(np.clip(t, 0.0, 1.0))
        coef = (1 - t) * self.coefs[k - 1] + t * self.coefs[k]
        return coef, np.asarray((1 - t) * self.intercepts[k - 1] + t * self.intercepts[k])

    def coef(self, alpha: float) -> FloatArray:
        """Coefficients at any alpha of the path."""
        return self.at(alpha)[0]

    def predict(self, X: Any, alpha: float | None = None) -> FloatArray:
        """Linear predictor.

        Parameters
        ----------
        X : array or sparse matrix of shape (n, p)
        alpha : float, optional
            A number inside the path; every alpha of the path if not given.

        Returns
        -------
        array of shape (n,) or (n, K) at one alpha, with a leading axis of length m otherwise
        """
        if alpha is not None:
            coef, intercept = self.at(alpha)
            return np.asarray(X @ coef.T) + intercept
        return np.stack([np.asarray(X @ c.T) + b for c, b in zip(self.coefs, self.intercepts, strict=True)])

    def plot(self, names: list[str] | None = None, *, marks: dict[str, float] | None = None, ax: Any = None) -> Axes:
        """Coefficients against alpha; a multinomial path shows the norm over the classes."""
        from equipoise.report import coefficient_path

        flat = self.coefs if self.coefs.ndim == 2 else np.linalg.norm(self.coefs, axis=1)
        return coefficient_path(self.alphas, flat.T, names, marks=marks or {}, ax=ax)
