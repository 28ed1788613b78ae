"""Adam with a rate and a second decay that may change from step to step (Kingma and Ba, 2015, algorithm 1).

Optax builds the update inside the traced step from traced numbers, so that another rate or schedule needs no new
compilation.
"""

from __future__ import annotations

from typing import Any, TypeVar

import jax
import optax  # type: ignore[import-untyped]

__all__ = ["Moments", "adam_init", "adam_update"]

Moments = Any  # a pytree of Optax, whose types are not published

Weights = TypeVar("Weights")


def _adam(beta1: float, beta2: jax.typing.ArrayLike) -> Any:
    return optax.scale_by_adam(b1=beta1, b2=beta2, eps=1e-8)


def adam_init(weights: object) -> Moments:
    """Return the moments before the first step.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> int(adam_init(jnp.zeros(2)).count)
    0
    """
    return _adam(0.0, 0.9).init(weights)


def adam_update(
    weights: Weights,
    gradient: Weights,
    moments: Moments,
    rate: jax.typing.ArrayLike,
    beta1: float,
    beta2: jax.typing.ArrayLike,
) -> tuple[Weights, Moments]:
    """Return weights and moments after one step.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> w = jnp.array([1.0, -1.0])
    >>> w, _ = adam_update(w, jnp.sign(w), adam_init(w), 0.1, 0.9, 0.99)
    >>> [round(float(v), 4) for v in w]  # the first step has the length of the rate
    [0.9, -0.9]
    """
    direction, moments = _adam(beta1, beta2).update(gradient, moments)
    moved: Weights = jax.tree.map(lambda w, d: w - rate * d, weights, direction)
    return moved, moments
