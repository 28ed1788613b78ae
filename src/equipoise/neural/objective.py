"""The formula around any model of JAX: mean loss + alpha * penalty, with value, gradient, proximal step and sweep.

The loss and its derivative in the outputs are those of the linear half; JAX pulls that derivative back through the
model:

    gradient = J' slope + alpha * penalty'(w),      J the Jacobian of the outputs in the weights

The penalty sees the arrays of two and more dimensions, laid end to end; biases and scales are left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, final

import equinox as eqx
import jax
import numpy as np
from numpy.typing import ArrayLike

from equipoise.errors import InputError
from equipoise.losses import Loss
from equipoise.losses.base import FloatArray
from equipoise.penalties import Penalty

__all__ = ["ModelObjective"]


def _call(model: Any, row: jax.Array) -> Any:
    return model(row)


@final
@dataclass(frozen=True, eq=False)
class ModelObjective:
    """mean_i loss(y_i, model(x_i)) + alpha * penalty(weights of the model).

    Parameters
    ----------
    loss : Loss
        One of `equipoise.losses` that is a sum over rows.
    penalty : Penalty
        One of `equipoise.penalties`.
    alpha : float
        Weight of the penalty, >= 0.
    X : array of shape (n, ...)
        Rows.
    y : array of shape (n,) or (n, K)
        Target.
    sample_weight : array of shape (n,), optional
        Scaled to sum 1.
    apply : callable, optional
        (model, row) -> output, for a plain pytree of arrays; an Equinox model is called itself.

    Examples
    --------
    >>> import equinox as eqx, jax, numpy as np
    >>> import equipoise as eq
    >>> net = eqx.nn.MLP(2, "scalar", width_size=4, depth=1, key=jax.random.key(0))
    >>> X, y = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([1.0, 0.0])
    >>> objective = eq.neural.ModelObjective(eq.losses.Logistic(), eq.penalties.L1(), 0.1, X, y)
    >>> after = objective.step(net, rate=0.1)
    >>> objective.value(after) < objective.value(net)
    True
    """

    loss: Loss
    penalty: Penalty
    alpha: float
    X: ArrayLike
    y: ArrayLike
    sample_weight: ArrayLike | None = None
    apply: Callable[[Any, jax.Array], Any] = _call

    def __post_init__(self) -> None:
        if not (np.isfinite(self.alpha) and self.alpha >= 0):
            raise InputError(f"ModelObjective: alpha {self.alpha} is not a number >= 0")
        if not self.loss.separable:
            raise InputError(f"ModelObjective: the loss {self.loss.name} is no sum over rows; use another")
        if len(np.asarray(self.X)) != len(np.asarray(self.y)):
            raise InputError(
                f"ModelObjective: {len(np.asarray(self.X))} rows of X do not fit {len(np.asarray(self.y))} of y"
            )

    def value(self, model: Any) -> float:
        """The objective at a model."""
        eta = np.asarray(_outputs(model, np.asarray(self.X), self.apply), dtype=np.float64)
        return self.loss.total(np.asarray(self.y), eta, self._share()) + self._penalised(model)

    def gradient(self, model: Any) -> Any:
        """Gradient in every array of floats, in the form of the model; a subgradient where the penalty has a kink."""
        pulled = self._pull(model)
        slope = self.alpha * self.penalty.at(self.alpha).gradient(_flat(model))
        return _changed(pulled, _flat(pulled) + slope)

    def prox(self, model: Any, rate: float) -> Any:
        """The model after the proximal step of ``rate * alpha * penalty``: with L1, weights that are exactly 0."""
        flat = self.penalty.at(self.alpha).prox(_flat(model), rate * self.alpha)
        return _changed(model, flat)

    def step(self, model: Any, rate: float) -> Any:
        """The model after one step of proximal gradient descent."""
        moved = jax.tree.map(lambda g: -rate * g, self._pull(model))
        return self.prox(eqx.apply_updates(model, moved), rate)

    def sweep(self, model: Any, alphas: Sequence[float], rate: float, steps: int) -> list[Any]:
        """Models after so many steps at each alpha in turn, each from where the one before ended."""
        found = []
        for alpha in alphas:
            part = replace(self, alpha=float(alpha))
            for _ in range(steps):
                model = part.step(model, rate)
            found.append(model)
        return found

    def _pull(self, model: Any) -> Any:
        X = np.asarray(self.X)
        eta = np.asarray(_outputs(model, X, self.apply), dtype=np.float64)
        return _pull_back(model, X, self.loss.slope(np.asarray(self.y), eta, self._share()), self.apply)

    def _penalised(self, model: Any) -> float:
        return self.alpha * self.penalty.at(self.alpha).value(_flat(model))

    def _share(self) -> FloatArray:
        n = len(np.asarray(self.y))
        weight = np.ones(n) if self.sample_weight is None else np.asarray(self.sample_weight, dtype=np.float64)
        return np.asarray(weight / weight.sum())


@eqx.filter_jit
def _outputs(model: Any, X: Any, apply: Any) -> jax.Array:
    outputs: jax.Array = jax.vmap(lambda row: apply(model, row))(X)
    return outputs


@eqx.filter_jit
def _pull_back(model: Any, X: Any, slope: Any, apply: Any) -> Any:
    def along(model: Any) -> jax.Array:
        return jax.numpy.sum(slope * jax.vmap(lambda row: apply(model, row))(X))

    return eqx.filter_grad(along)(model)


def _weights(model: Any) -> list[Any]:
    arrays = jax.tree.leaves(eqx.filter(model, eqx.is_inexact_array))
    return [array for array in arrays if array.ndim > 1]


def _flat(model: Any) -> FloatArray:
    """The weights that the penalty sees."""
    parts = [np.asarray(array, dtype=np.float64).ravel() for array in _weights(model)]
    if not parts:
        raise InputError("ModelObjective: the model has no array of two or more dimensions for a penalty to see")
    return np.concatenate(parts)


def _changed(model: Any, flat: FloatArray) -> Any:
    """The model with other weights, given end to end."""
    sizes = np.cumsum([array.size for array in _weights(model)])[:-1]
    parts = iter(np.split(flat, sizes))

    def put(leaf: Any) -> Any:
        if not (eqx.is_inexact_array(leaf) and leaf.ndim > 1):
            return leaf
        return jax.numpy.asarray(next(parts).reshape(leaf.shape), leaf.dtype)

    return jax.tree.map(put, model)
