"""One schedule for every setting that changes while training: half a cosine from a first to a last value.

``value(done) = last + (first - last) (1 + cos(pi done)) / 2`` with ``done`` in [0, 1], the share of steps behind us.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

__all__ = ["cosine"]


def cosine(first: float | jax.Array, last: float | jax.Array, done: jax.typing.ArrayLike) -> jax.Array:
    """Return the value of the schedule.

    Parameters
    ----------
    first, last : float
        Value at ``done=0`` and at ``done=1`` (and after).
    done : float
        Share of the steps that lie behind.

    Examples
    --------
    >>> [round(float(cosine(1.0, 0.0, done)), 3) for done in (0.0, 0.5, 1.0, 2.0)]
    [1.0, 0.5, 0.0, 0.0]
    """
    half = 0.5 * (1.0 + jnp.cos(jnp.pi * jnp.clip(jnp.asarray(done, jnp.float32), 0.0, 1.0)))
    return last + (first - last) * half
