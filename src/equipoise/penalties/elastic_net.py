"""Elastic net l1_ratio |w|_1 + (1 - l1_ratio) |w|^2 / 2 (Zou and Hastie 2005), and its ends L1 and L2.

L1 sets coefficients to zero and so selects features; L2 shrinks correlated coefficients together and always has one
solution; between the two the elastic net keeps groups of correlated features.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from equipoise.errors import InputError
from equipoise.penalties.base import FloatArray, Kernel, Penalty

__all__ = ["L1", "L2", "ElasticNet"]


@dataclass(frozen=True, eq=False)
class _Mixture(Penalty):
    """l1 * factor'|w| + l2 * factor'w^2 / 2, with the two weights given by `mixture`."""

    def mixture(self) -> tuple[float, float]:
        raise NotImplementedError

    def value(self, w: FloatArray) -> float:
        """l1_ratio |w|_1 + (1 - l1_ratio) |w|^2 / 2, each term times its factor."""
        l1, l2 = self.mixture()
        return float(self.factors(w.size) @ (l1 * np.abs(w) + 0.5 * l2 * w**2))

    def gradient(self, w: FloatArray) -> FloatArray:
        """l1_ratio sign(w) + (1 - l1_ratio) w, each term times its factor."""
        l1, l2 = self.mixture()
        return np.asarray(self.factors(w.size) * (l1 * np.sign(w) + l2 * w))

    def prox(self, w: FloatArray, step: float) -> FloatArray:
        """Soft thresholding, then shrinkage."""
        l1, l2 = self.mixture()
        f = step * self.factors(w.size)
        return np.asarray(np.sign(w) * np.maximum(np.abs(w) - f * l1, 0.0) / (1.0 + f * l2))

    def distance(self, w: FloatArray, gradient: FloatArray, alpha: float) -> FloatArray:
        """|gradient + alpha subgradient| where w is not 0, else how far |gradient| exceeds the threshold."""
        l1, l2 = self.mixture()
        f = alpha * self.factors(w.size)
        smooth = gradient + f * l2 * w
        at_zero = np.maximum(np.abs(smooth) - f * l1, 0.0)
        return np.where(w == 0, at_zero, np.abs(smooth + f * l1 * np.sign(w)))

    def alpha_max(self, gradient: FloatArray) -> float:
        """max_j |gradient_j| / (l1_ratio factor_j) over the penalised features; inf without an L1 part."""
        l1, _ = self.mixture()
        f = self.factors(gradient.size) * l1
        return float(np.max(np.abs(gradient[f > 0]) / f[f > 0])) if np.any(f > 0) else float("inf")

    def conjugate(self, v: FloatArray, alpha: float) -> float:
        """sum_j max(|v_j| - alpha l1_j, 0)^2 / (2 alpha l2_j); with no L2 part 0 inside the box, inf outside."""
        l1, l2 = self.mixture()
        f = alpha * self.factors(v.size)
        excess = np.maximum(np.abs(v) - f * l1, 0.0)
        if l2 * alpha == 0.0:
            return 0.0 if np.all(excess <= 1e-12 * np.abs(v)) else float("inf")
        inside = f == 0
        if np.any(excess[inside] > 0):
            return float("inf")
        return float(np.sum(excess[~inside] ** 2 / (2.0 * f[~inside] * l2)))

    def shrink(self, v: FloatArray, alpha: float) -> float:
        """min_j alpha l1_j / |v_j|, at most 1; with an L2 part 1, unless a feature without penalty allows only 0."""
        l1, l2 = self.mixture()
        if l2 > 0:
            return 0.0 if np.any(v[self.factors(v.size) == 0]) else 1.0
        f = alpha * l1 * self.factors(v.size)
        over = np.abs(v) > f
        return float(np.min(f[over] / np.abs(v[over]))) if np.any(over) else 1.0

    def kernel(self) -> Kernel:
        """The template of the elastic net."""
        return Kernel("elastic_net", l1_ratio=self.mixture()[0])


@final
@dataclass(frozen=True, eq=False)
class L1(_Mixture):
    """L1 penalty |w|_1 (the lasso, Tibshirani 1996).

    Parameters
    ----------
    factor : array of shape (p,), optional
        Multiplier of the penalty of each feature, >= 0.

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> eq.penalties.L1().value(np.array([1.0, -2.0]))
    3.0
    """

    name = "l1"

    def mixture(self) -> tuple[float, float]:
        """Weights of the L1 and the L2 part."""
        return 1.0, 0.0


@final
@dataclass(frozen=True, eq=False)
class L2(_Mixture):
    """L2 penalty |w|^2 / 2 (ridge, Hoerl and Kennard 1970; weight decay).

    Parameters
    ----------
    factor : array of shape (p,), optional
        Multiplier of the penalty of each feature, >= 0.

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> eq.penalties.L2().value(np.array([1.0, -2.0]))
    2.5
    """

    name = "l2"

    def mixture(self) -> tuple[float, float]:
        """Weights of the L1 and the L2 part."""
        return 0.0, 1.0


@final
@dataclass(frozen=True, eq=False)
class ElasticNet(_Mixture):
    """Elastic net l1_ratio |w|_1 + (1 - l1_ratio) |w|^2 / 2.

    Parameters
    ----------
    factor : array of shape (p,), optional
        Multiplier of the penalty of each feature, >= 0.
    l1_ratio : float in [0, 1], default 0.5
        Share of the L1 part: 1 is the lasso, 0 is ridge.

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> eq.penalties.ElasticNet(l1_ratio=0.5).value(np.array([1.0, -2.0]))
    2.75
    """

    name = "elastic_net"

    l1_ratio: float = 0.5

    def __post_init__(self) -> None:
        if not 0.0 <= self.l1_ratio <= 1.0:
            raise InputError(f"ElasticNet: l1_ratio {self.l1_ratio} is not in [0, 1]")

    def mixture(self) -> tuple[float, float]:
        """Weights of the L1 and the L2 part."""
        return self.l1_ratio, 1.0 - self.l1_ratio
