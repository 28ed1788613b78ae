"""Elastic net inside a box low <= w <= high: signs that are known, coefficients that must not exceed a bound.

Each coefficient on its own, so that clipping the elastic net's proximal operator gives the constrained one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.errors import InputError
from equipoise.penalties.base import FloatArray, Kernel, Penalty

__all__ = ["Box"]


@final
@dataclass(frozen=True, eq=False)
class Box(Penalty):
    """Elastic net l1_ratio |w|_1 + (1 - l1_ratio) |w|^2 / 2 under low <= w <= high; infinite outside.

    The bounds are those of the coefficients that the penalty sees: with `standardize` the columns have unit variance.

    Parameters
    ----------
    low, high : float or array of shape (p,), optional
        Bounds, low <= 0 <= high, none if not given; `low=0` means no negative coefficient.
    l1_ratio : float in [0, 1], default 1
        Share of the L1 part.
    factor : array of shape (p,), optional
        Multiplier of the penalty of each feature, >= 0. The bounds hold at any factor and any alpha, 0 included.

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> eq.penalties.Box(low=0.0).prox(np.array([2.0, -2.0]), 0.5)
    array([1.5, 0. ])
    """

    name = "box"

    low: ArrayLike | None = None
    high: ArrayLike | None = None
    l1_ratio: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.l1_ratio <= 1.0:
            raise InputError(f"Box: l1_ratio {self.l1_ratio} is not in [0, 1]")
        low, high = self._ends()
        if not (np.all(low <= 0) and np.all(high >= 0)):
            raise InputError("Box: the bounds have to include 0, where every path starts")

    def bounds(self, p: int) -> tuple[FloatArray, FloatArray]:
        """Both bounds as arrays of p numbers."""
        low, high = self._ends()
        for name, bound in (("low", low), ("high", high)):
            if bound.shape not in ((), (p,)):
                raise InputError(f"Box: {name} has shape {bound.shape}, but there are {p} features")
        return np.array(np.broadcast_to(low, p)), np.array(np.broadcast_to(high, p))

    def _ends(self) -> tuple[FloatArray, FloatArray]:
        low = np.asarray(-np.inf if self.low is None else self.low, dtype=np.float64)
        return low, np.asarray(np.inf if self.high is None else self.high, dtype=np.float64)

    def _terms(self, p: int) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        f = self.factors(p)
        return (f * self.l1_ratio, f * (1.0 - self.l1_ratio), *self.bounds(p))

    def value(self, w: FloatArray) -> float:
        """That of the elastic net inside the box, up to rounding; inf outside."""
        l1, l2, low, high = self._terms(w.size)
        outside = np.maximum(low - w, w - high)
        if np.any(outside > 1e-12 * np.abs(w)):
            return float("inf")
        return float(l1 @ np.abs(w) + 0.5 * l2 @ w**2)

    def gradient(self, w: FloatArray) -> FloatArray:
        """That of the elastic net."""
        l1, l2, *_ = self._terms(w.size)
        return np.asarray(l1 * np.sign(w) + l2 * w)

    def prox(self, w: FloatArray, step: float) -> FloatArray:
        """Soft thresholding, shrinkage, clipping."""
        l1, l2, low, high = self._terms(w.size)
        free = np.sign(w) * np.maximum(np.abs(w) - step * l1, 0.0) / (1.0 + step * l2)
        return np.clip(free, low, high)

    def distance(self, w: FloatArray, gradient: FloatArray, alpha: float) -> FloatArray:
        """As for the elastic net, but a pull out of the box counts nothing at its wall."""
        l1, l2, low, high = (a * b for a, b in zip((alpha, alpha, 1.0, 1.0), self._terms(w.size), strict=True))
        smooth = gradient + l2 * w
        up = np.maximum(-smooth - np.where(w < 0, -l1, l1), 0.0)  # what pulls to larger w
        down = np.maximum(smooth - np.where(w > 0, -l1, l1), 0.0)
        return np.maximum(np.where(w >= high, 0.0, up), np.where(w <= low, 0.0, down))

    def alpha_max(self, gradient: FloatArray) -> float:
        """max_j |gradient_j| / (l1_ratio factor_j) over the penalised features that may move against the gradient."""
        l1, _, low, high = self._terms(gradient.size)
        moves = np.where(gradient < 0, high > 0, low < 0) & (self.factors(gradient.size) > 0)
        if not np.any(l1 > 0):
            return float("inf")
        return float(np.max(np.abs(gradient[moves]) / l1[moves], initial=0.0))

    def conjugate(self, v: FloatArray, alpha: float) -> float:
        """The supremum over the box of v'w - alpha value(w), coefficient by coefficient."""
        l1, l2, low, high = (a * b for a, b in zip((alpha, alpha, 1.0, 1.0), self._terms(v.size), strict=True))
        pull = np.sign(v) * np.maximum(np.abs(v) * (1.0 - 1e-12) - l1, 0.0)
        far = np.where(pull == 0, 0.0, np.copysign(np.inf, pull))
        best = np.clip(np.divide(pull, l2, out=far, where=l2 > 0), low, high)
        if np.any(np.isinf(best)):
            return float("inf")
        return float(np.sum(v * best - l1 * np.abs(best) - 0.5 * l2 * best**2))

    def shrink(self, v: FloatArray, alpha: float) -> float:
        """As for the elastic net, over the coefficients that nothing else bounds."""
        l1, l2, low, high = self._terms(v.size)
        open_end = (l2 * alpha == 0) & np.isinf(np.where(v > 0, high, low))
        over = open_end & (np.abs(v) > alpha * l1)
        return float(np.min(alpha * l1[over] / np.abs(v[over]), initial=1.0))

    def free(self, p: int) -> NDArray[np.bool_]:
        """Which of p features have no penalty and an open end."""
        low, high = self.bounds(p)
        return np.asarray((self.factors(p) == 0) & (np.isinf(low) | np.isinf(high)))

    def kernel(self) -> Kernel:
        """The template of the elastic net, with bounds."""
        low, high = self._ends()
        return Kernel("elastic_net", l1_ratio=self.l1_ratio, low=low, high=high)
