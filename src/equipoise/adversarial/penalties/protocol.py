"""What a penalty on a function is, and the gradient that most of them measure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import jax
import jax.numpy as jnp

__all__ = ["Critic", "FunctionPenalty", "half_squared_slope"]

Critic = Callable[[jax.Array], jax.Array]
"""A discriminator with its weights in place: rows of shape (n, ...) to outputs of shape (n,), row by row."""


class FunctionPenalty(Protocol):
    """Number to be added, times alpha, to the discriminator's loss."""

    def __call__(self, critic: Critic, real: jax.Array, fake: jax.Array, key: jax.Array) -> jax.Array:
        """Return the penalty at the given rows; `key` is for penalties that draw points."""

    def __hash__(self) -> int: ...


def half_squared_slope(critic: Critic, rows: jax.Array) -> jax.Array:
    """Return ``|grad critic|^2 / 2`` at each row, shape (n,).

    One backward pass serves all rows, since the output of a row depends on no other row.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> half_squared_slope(lambda x: x @ jnp.array([3.0, 4.0]), jnp.zeros((2, 2))).tolist()
    [12.5, 12.5]
    """
    slopes = jax.grad(lambda points: jnp.sum(critic(points)))(rows)
    return 0.5 * jnp.sum(jnp.square(slopes), axis=tuple(range(1, slopes.ndim)))
