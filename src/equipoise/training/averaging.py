"""Exponential moving average of weights, its half-life a share of the steps so far.

``decay = 2 ** (-1 / (share * step))``: early in training the average forgets fast, late it spans many steps, and the
result depends on the length of the run only through its scale.
"""

from __future__ import annotations

from typing import TypeVar

import jax
import jax.numpy as jnp

__all__ = ["moving_average"]

Weights = TypeVar("Weights")


def moving_average(average: Weights, weights: Weights, step: jax.Array, share: jax.typing.ArrayLike) -> Weights:
    """Return the average after one more step.

    Parameters
    ----------
    average, weights : pytree of arrays
        The average so far, and the weights now.
    step : array of int
        Number of steps behind us; at 0 the average becomes a copy of the weights.
    share : float
        Half-life as a share of `step`.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> float(moving_average(jnp.array(0.0), jnp.array(1.0), jnp.array(0), 0.1))  # the first step copies
    1.0
    >>> float(moving_average(jnp.array(0.0), jnp.array(1.0), jnp.array(10), 0.1))  # half-life of one step
    0.5
    """
    decay = jnp.exp2(-1.0 / jnp.maximum(share * step, 1e-6))
    mixed: Weights = jax.tree.map(lambda a, w: w + decay * (a - w), average, weights)
    return mixed
