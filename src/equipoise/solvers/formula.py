"""The formula itself: objective = mean loss + alpha * penalty, as an object with a value and a gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike

from equipoise.errors import InputError
from equipoise.losses import Loss
from equipoise.losses.base import FloatArray
from equipoise.penalties import Penalty

__all__ = ["Objective", "gradient_descent"]


@final
@dataclass(frozen=True, eq=False)
class Objective:
    """mean_i loss(y_i, x_i'w) + alpha * penalty(w).

    Parameters
    ----------
    loss : Loss
        What one sample costs.
    penalty : Penalty
        What coefficients cost.
    alpha : float
        Weight of the penalty, >= 0.
    X : array of shape (n, p)
        Design matrix; a column of ones with a penalty factor of 0 is an intercept.
    y : array of shape (n,)
        Target.
    sample_weight : array of shape (n,), optional
        Weights of the rows; they are scaled to sum 1.

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> X, y = np.array([[1.0], [2.0]]), np.array([2.0, 4.0])
    >>> objective = eq.Objective(eq.losses.Squared(), eq.penalties.L2(), alpha=1.0, X=X, y=y)
    >>> objective.value(np.array([2.0]))  # no loss, all penalty
    2.0
    >>> objective.gradient(np.array([2.0]))
    array([2.])
    """

    loss: Loss
    penalty: Penalty
    alpha: float
    X: ArrayLike
    y: ArrayLike
    sample_weight: ArrayLike | None = None

    def __post_init__(self) -> None:
        if not (np.isfinite(self.alpha) and self.alpha >= 0):
            raise InputError(f"Objective: alpha {self.alpha} is not a number >= 0")
        X, y = np.asarray(self.X, dtype=np.float64), np.asarray(self.y, dtype=np.float64)
        if X.ndim != 2 or len(X) != len(y):
            raise InputError(f"Objective: X of shape {X.shape} does not fit y of shape {y.shape}")
        object.__setattr__(self, "X", X)
        object.__setattr__(self, "y", y)

    def _weights(self) -> FloatArray:
        n = len(np.asarray(self.y))
        s = np.ones(n) if self.sample_weight is None else np.asarray(self.sample_weight, dtype=np.float64)
        return np.asarray(s / s.sum())

    def value(self, w: ArrayLike) -> float:
        """The objective at coefficients `w` of shape (p,)."""
        w = np.asarray(w, dtype=np.float64)
        X, y = np.asarray(self.X), np.asarray(self.y)
        return float(self._weights() @ self.loss.value(y, X @ w)) + self.alpha * self.penalty.at(self.alpha).value(w)

    def gradient(self, w: ArrayLike) -> FloatArray:
        """Gradient at `w`, shape (p,); where the penalty has a kink, a subgradient."""
        w = np.asarray(w, dtype=np.float64)
        X, y = np.asarray(self.X), np.asarray(self.y)
        slope = self._weights() * self.loss.gradient(y, X @ w)
        return np.asarray(X.T @ slope + self.alpha * self.penalty.at(self.alpha).gradient(w))


def gradient_descent(
    objective: Any, w: ArrayLike, rate: float = 0.1, steps: int = 1000
) -> tuple[FloatArray, FloatArray]:
    """The textbook: w <- w - rate * gradient, step by step.

    Parameters
    ----------
    objective : Objective
        Anything with `value` and `gradient`.
    w : array of shape (p,)
        Where to start.
    rate : float
        Step size; converges if below 2 / (largest curvature).
    steps : int
        How many.

    Returns
    -------
    w : array of shape (p,)
    values : array of shape (steps + 1,)
        The objective before each step, and at the end.

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> X, y = np.array([[1.0], [2.0]]), np.array([2.0, 4.0])
    >>> objective = eq.Objective(eq.losses.Squared(), eq.penalties.L2(), alpha=1.0, X=X, y=y)
    >>> w, values = eq.solvers.gradient_descent(objective, np.zeros(1), rate=0.2, steps=100)
    >>> w.round(6)  # closed form: 5 / (2.5 + 1)
    array([1.428571])
    """
    point = np.array(w, dtype=np.float64)
    values = [objective.value(point)]
    for _ in range(steps):
        point = point - rate * objective.gradient(point)
        values.append(objective.value(point))
    return point, np.array(values)
