"""The formula itself: objective = mean loss + alpha * penalty, as an object with a value and a gradient.

Around coefficients w it is NumPy, in the lines below; around a model of Equinox or JAX it is `around_models`, which
differs in where the predictor comes from and in nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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
    """mean_i loss(y_i, x_i'w) + alpha * penalty(w), or with model(x_i) in the place of x_i'w.

    Parameters
    ----------
    loss : Loss
        What one sample costs. Around a model one that is a sum over rows.
    penalty : Penalty
        What coefficients cost. Of a model it sees the arrays of two and more dimensions, laid end to end; biases and
        scales are left alone.
    alpha : float
        Weight of the penalty, >= 0.
    X : array of shape (n, p)
        Design matrix; a column of ones with a penalty factor of 0 is an intercept. For a model any array of n rows.
    y : array of shape (n,)
        Target; for a model with K outputs (n, K) where the loss knows them.
    sample_weight : array of shape (n,), optional
        Weights of the rows; they are scaled to sum 1.
    apply : callable, optional
        (model, row) -> output, for a plain pytree of JAX arrays. An Equinox model is called itself.

    Notes
    -----
    Wherever a method takes `w`, it takes coefficients of shape (p,), an Equinox model, or with `apply` any pytree.

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

    A model of one's own:

    >>> import equinox as eqx, jax
    >>> net = eqx.nn.MLP(1, "scalar", width_size=4, depth=1, key=jax.random.key(0))
    >>> objective.value(objective.step(net, rate=0.1)) < objective.value(net)
    True
    """

    loss: Loss
    penalty: Penalty
    alpha: float
    X: ArrayLike
    y: ArrayLike
    sample_weight: ArrayLike | None = None
    apply: Callable[[Any, Any], Any] | None = None

    def __post_init__(self) -> None:
        if not (np.isfinite(self.alpha) and self.alpha >= 0):
            raise InputError(f"Objective: alpha {self.alpha} is not a number >= 0")
        X, y = np.asarray(self.X), np.asarray(self.y, dtype=np.float64)
        if X.ndim < 2 or len(X) != len(y):
            raise InputError(f"Objective: X of shape {X.shape} does not fit y of shape {y.shape}")
        # the rows of a model may be whole numbers, such as places in a table of embeddings
        object.__setattr__(self, "X", X)
        object.__setattr__(self, "y", y)

    @property
    def shares(self) -> FloatArray:
        """Weights of the rows, which sum to 1, shape (n,)."""
        n = len(np.asarray(self.y))
        s = np.ones(n) if self.sample_weight is None else np.asarray(self.sample_weight, dtype=np.float64)
        return np.asarray(s / s.sum())

    def value(self, w: Any) -> float:
        """The objective at `w`."""
        if self._is_model(w):
            return float(self._around().value(w))
        X, w = self._linear(w)
        loss = float(self.shares @ self.loss.value(np.asarray(self.y), X @ w))
        return loss + self.alpha * self.penalty.at(self.alpha).value(w)

    def gradient(self, w: Any) -> Any:
        """Gradient at `w`, in its form; where the penalty has a kink, a subgradient."""
        if self._is_model(w):
            return self._around().gradient(w)
        X, w = self._linear(w)
        return np.asarray(self._slope(X, w) + self.alpha * self.penalty.at(self.alpha).gradient(w))

    def prox(self, w: Any, rate: float) -> Any:
        """`w` after the proximal step of ``rate * alpha * penalty``: with L1, coefficients that are exactly 0."""
        if self._is_model(w):
            return self._around().prox(w, rate)
        w = np.asarray(w, dtype=np.float64)
        return self.penalty.at(self.alpha).prox(w, rate * self.alpha)

    def step(self, w: Any, rate: float) -> Any:
        """`w` after one step of proximal gradient descent."""
        if self._is_model(w):
            return self._around().step(w, rate)
        X, w = self._linear(w)
        return self.prox(w - rate * self._slope(X, w), rate)

    def sweep(self, w: Any, alphas: Sequence[float], rate: float, steps: int) -> list[Any]:
        """What so many steps at each alpha in turn lead to, each from where the one before ended.

        Parameters
        ----------
        w : coefficients or model
            Where the first begins.
        alphas : sequence of float
            From large to small, as a path goes.
        rate : float
        steps : int

        Returns
        -------
        list of coefficients or models
            One an alpha.
        """
        found = []
        for alpha in alphas:
            part = replace(self, alpha=float(alpha))
            for _ in range(steps):
                w = part.step(w, rate)
            found.append(w)
        return found

    def _is_model(self, w: Any) -> bool:
        return self.apply is not None or callable(w)

    def _around(self) -> Any:
        from equipoise.solvers.around_models import AroundModels  # costs JAX

        return AroundModels(self)

    def _linear(self, w: Any) -> tuple[FloatArray, FloatArray]:
        """Design matrix and coefficients as numbers."""
        X = np.asarray(self.X, dtype=np.float64)
        try:
            w = np.asarray(w, dtype=np.float64)
        except (TypeError, ValueError):
            raise InputError(
                f"Objective: a {type(w).__name__} is neither coefficients nor an Equinox model; for a plain pytree of "
                "JAX arrays give apply=(model, row) -> output"
            ) from None
        if X.ndim != 2 or w.shape[:1] != X.shape[1:]:
            raise InputError(f"Objective: coefficients of shape {w.shape} do not fit X of shape {X.shape}")
        return X, w

    def _slope(self, X: FloatArray, w: FloatArray) -> FloatArray:
        return np.asarray(X.T @ (self.shares * self.loss.gradient(np.asarray(self.y), X @ w)))


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
