"""The contract of a penalty on weights: value, proximal operator, certificate.

All of them are functions of the coefficients without the intercept, which is never penalised. `factor` multiplies the
penalty of each feature: 0 leaves a feature unpenalised, and adaptive weights are factors.

A penalty of your own needs `value` and `prox` only: what else there is follows from the proximal operator (Parikh and
Boyd 2014, "Proximal algorithms"), if less exactly and less fast than by a formula.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.errors import InputError

__all__ = ["FloatArray", "Kernel", "Penalty"]

FloatArray = NDArray[np.float64]

STEP = 2.0**-10  # short against the curvature of any penalty in use, long against rounding


@dataclass(frozen=True)
class Kernel:
    """How the compiled core knows a penalty: its template and the numbers that it takes."""

    name: str
    l1_ratio: float = 1.0
    gamma: float = 0.0
    low: FloatArray | None = None
    high: FloatArray | None = None


@dataclass(frozen=True, eq=False)
class Penalty(ABC):
    """A penalty on coefficients `w` of shape (p,); multiplied by `alpha` in the objective.

    Parameters
    ----------
    factor : array of shape (p,), optional
        Multiplier of the penalty of each feature, >= 0; ones if not given.
    """

    name: ClassVar[str] = "custom"
    convex: ClassVar[bool] = True

    factor: ArrayLike | None = field(default=None, kw_only=True)

    @abstractmethod
    def value(self, w: FloatArray) -> float:
        """The penalty at `w`."""

    @abstractmethod
    def prox(self, w: FloatArray, step: float) -> FloatArray:
        """argmin_x |x - w|^2 / 2 + step * value(x)."""

    def at(self, alpha: float) -> Penalty:
        """The penalty to be multiplied by `alpha`: itself, unless its shape depends on alpha (MCP, SCAD)."""
        return self

    def gradient(self, w: FloatArray) -> FloatArray:
        """A subgradient at `w`: the one of least absolute value at a kink.

        If not overridden, that of the Moreau envelope with a small step.
        """
        step = 1e-7 * (1.0 + float(np.max(np.abs(w), initial=0.0)))
        return np.asarray((w - self.prox(w, step)) / step)

    def distance(self, w: FloatArray, gradient: FloatArray, alpha: float) -> FloatArray:
        """Distance of `-gradient` to the subdifferential of `alpha * value` at `w`, per coefficient.

        If not overridden, the length of a short proximal gradient step over the step: zero at the same points.
        """
        return self.residual(w, gradient, alpha, STEP)

    def residual(self, w: FloatArray, gradient: FloatArray, alpha: float, step: float) -> FloatArray:
        """Length of a proximal gradient step over `step`, per coefficient."""
        return np.asarray(np.abs(w - self.prox(w - step * gradient, step * alpha)) / step)

    def alpha_max(self, gradient: FloatArray) -> float:
        """The least alpha at which w = 0 is optimal, given the gradient of the loss there; inf if there is none.

        If not overridden, by bisection on the proximal operator.
        """
        bound = self.factors(gradient.size) > 0
        size = float(np.max(np.abs(gradient[bound]), initial=0.0))
        if size == 0.0:
            return 0.0 if np.any(bound) else float("inf")

        def keeps_zero(alpha: float) -> bool:
            return not np.any(self.at(alpha).prox(-STEP * gradient, STEP * alpha)[bound])

        low, high = 0.0, size
        while not keeps_zero(high):
            low, high = high, 4.0 * high
            if high > 1e9 * size:
                return float("inf")
        for _ in range(100):
            middle = 0.5 * (low + high)
            low, high = (low, middle) if keeps_zero(middle) else (middle, high)
        return high

    def free(self, p: int) -> NDArray[np.bool_]:
        """Which of p features nothing holds back: no penalty, no bound."""
        return np.asarray(self.factors(p) == 0)

    @property
    def has_conjugate(self) -> bool:
        """Whether the certificate is a duality gap."""
        return self.convex and type(self).conjugate is not Penalty.conjugate

    def conjugate(self, v: FloatArray, alpha: float) -> float:
        """sup_w v'w - alpha * value(w), for the duality gap; inf outside its domain."""
        raise NotImplementedError(f"{type(self).__name__} has no conjugate: it certifies by `distance`")

    def shrink(self, v: FloatArray, alpha: float) -> float:
        """The largest number <= 1 that, times `v`, lies in the domain of the conjugate."""
        return 1.0

    def kernel(self) -> Kernel | None:
        """The compiled template that solves it, if there is one."""
        return None

    def factors(self, p: int) -> FloatArray:
        """`factor` as an array of p numbers, checked."""
        if self.factor is None:
            return np.ones(p)
        f = np.ascontiguousarray(self.factor, dtype=np.float64)
        if f.shape != (p,):
            raise InputError(f"{type(self).__name__}: factor has shape {f.shape}, but there are {p} features")
        if not np.all(np.isfinite(f)) or np.any(f < 0):
            bad = f[~(np.isfinite(f) & (f >= 0))][0]
            raise InputError(f"{type(self).__name__}: factor {bad} is not a number >= 0")
        return f

    def __eq__(self, other: Any) -> bool:
        return type(self) is type(other) and all(
            np.array_equal(np.asarray(getattr(self, f.name)), np.asarray(getattr(other, f.name))) for f in fields(self)
        )

    def __hash__(self) -> int:
        return hash(type(self))
