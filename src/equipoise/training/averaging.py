"""Exponential moving averages of weights, each with a half-life that is a share of the steps so far.

``decay = 2 ** (-1 / (share * step))``: early in training the average forgets fast, late it spans many steps, and the
result depends on the length of the run only through its scale. Several shares are kept side by side, since the best
one is known only afterwards (Karras et al., *Analyzing and improving the training dynamics of diffusion models* (2024),
section 3).
"""

from __future__ import annotations

from typing import TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp

__all__ = ["copy_of", "moving_average"]

Model = TypeVar("Model")


def copy_of(model: Model) -> Model:
    """Return the model with copies of its arrays: a buffer that is given away may be given only once.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> a = jnp.ones(2)
    >>> copy_of(a) is a
    False
    """
    copy: Model = jax.tree.map(lambda leaf: jnp.copy(leaf) if eqx.is_array(leaf) else leaf, model)
    return copy


def moving_average(average: Model, model: Model, step: jax.Array, share: jax.typing.ArrayLike) -> Model:
    """Return the average after one more step.

    Parameters
    ----------
    average, model : pytree
        The average so far, and the model now; arrays of floats are averaged, all else comes from the model.
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

    def mix(a: object, w: object) -> object:
        return w + decay * (a - w) if eqx.is_inexact_array(w) else w  # type: ignore[operator]

    mixed: Model = jax.tree.map(mix, average, model)
    return mixed
