"""Latents that images come from, where no encoder tells: found by descent."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from equipoise.training.randomness import Stream, jax_key

__all__ = ["inverted"]


@partial(jax.jit, static_argnames=("starts", "steps"))
def inverted(
    network: Any, rows: jax.Array, labels: jax.Array, middles: jax.Array, starts: int = 4, steps: int = 200
) -> jax.Array:
    """Return the best of several descents (Adam) on the squared distance, with a light tie to the prior's middles."""
    import optax  # type: ignore[import-untyped]

    adam = optax.adam(optax.cosine_decay_schedule(0.1, steps))
    tie = 1e-3 * rows[0].size / network.latent

    def losses(z: jax.Array) -> jax.Array:
        off = jnp.sum(jnp.square(network.decode(z, labels) - rows), axis=(1, 2, 3))
        total: jax.Array = off + tie * jnp.sum(jnp.square(z - middles), axis=1)
        return total

    def descend(z: jax.Array) -> tuple[jax.Array, jax.Array]:
        def move(_: int, carry: tuple[jax.Array, Any]) -> tuple[jax.Array, Any]:
            z, moments = carry
            change, moments = adam.update(jax.grad(lambda at: jnp.sum(losses(at)))(z), moments)
            return optax.apply_updates(z, change), moments

        z, _ = jax.lax.fori_loop(0, steps, move, (z, adam.init(z)))
        return z, losses(z)

    begin = middles + 0.5 * jax.random.normal(jax_key(0, Stream.STEP), (starts, len(rows), network.latent))
    ends, off = jax.vmap(descend)(begin)
    return jnp.take_along_axis(ends, jnp.argmin(off, axis=0)[None, :, None], axis=0)[0]
