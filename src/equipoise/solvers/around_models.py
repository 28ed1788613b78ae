"""The formula around any model of JAX: value, gradient and proximal step of mean loss + alpha * penalty.

The loss and its derivative in the outputs are those of the linear half; JAX pulls that derivative back through the
model:

    gradient = J' slope + alpha * penalty'(w),      J the Jacobian of the outputs in the weights

The penalty sees the arrays of two and more dimensions, laid end to end; biases and scales are left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import equinox as eqx
import jax
import numpy as np

from equipoise.errors import InputError
from equipoise.losses.base import FloatArray
from equipoise.solvers.formula import Objective

__all__ = ["AroundModels"]


def _call(model: Any, row: jax.Array) -> Any:
    return model(row)


@final
@dataclass(frozen=True, eq=False)
class AroundModels:
    """What `equipoise.solvers.Objective` does with a model of JAX."""

    objective: Objective

    def __post_init__(self) -> None:
        if not self.objective.loss.separable:
            raise InputError(
                f"Objective: the loss {self.objective.loss.name} is no sum over rows; use another for a model"
            )

    def value(self, model: Any) -> float:
        """The objective at a model."""
        of = self.objective
        loss = of.loss.total(np.asarray(of.y), self._eta(model), of.shares)
        return loss + of.alpha * of.penalty.at(of.alpha).value(_flat(model))

    def gradient(self, model: Any) -> Any:
        """Gradient in every array of floats, in the form of the model; a subgradient where the penalty has a kink."""
        of, pulled = self.objective, self._pull(model)
        slope = of.alpha * of.penalty.at(of.alpha).gradient(_flat(model))
        return _changed(pulled, _flat(pulled) + slope)

    def prox(self, model: Any, rate: float) -> Any:
        """The model after the proximal step of ``rate * alpha * penalty``: with L1, weights that are exactly 0."""
        of = self.objective
        return _changed(model, of.penalty.at(of.alpha).prox(_flat(model), rate * of.alpha))

    def step(self, model: Any, rate: float) -> Any:
        """The model after one step of proximal gradient descent."""
        moved = jax.tree.map(lambda g: -rate * g, self._pull(model))
        return self.prox(eqx.apply_updates(model, moved), rate)

    def _eta(self, model: Any) -> FloatArray:
        return np.asarray(_outputs(model, np.asarray(self.objective.X), self._apply), dtype=np.float64)

    def _pull(self, model: Any) -> Any:
        of = self.objective
        slope = of.loss.slope(np.asarray(of.y), self._eta(model), of.shares)
        return _pull_back(model, np.asarray(of.X), slope, self._apply)

    @property
    def _apply(self) -> Callable[[Any, jax.Array], Any]:
        return self.objective.apply or _call


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
        raise InputError("Objective: the model has no array of two or more dimensions for a penalty to see")
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
