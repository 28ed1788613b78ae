"""An affine map of rows whose weights start from NumPy: each eager random array of JAX would be compiled first."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

__all__ = ["Dense", "Random"]

Random = np.random.Generator


class Dense(eqx.Module):
    """Affine map with normal weights of deviation ``gain / sqrt(inputs)`` and zero bias."""

    weight: jax.Array
    bias: jax.Array

    def __init__(self, random: Random, inputs: int, outputs: int, gain: float = 1.0) -> None:
        weight = gain / inputs**0.5 * random.standard_normal((inputs, outputs))
        self.weight = jnp.asarray(weight, jnp.float32)
        self.bias = jnp.asarray(np.zeros(outputs, np.float32))

    def __call__(self, x: jax.Array, one: jax.typing.ArrayLike = 1.0) -> jax.Array:
        """Return the map of rows; the bias counts `one` times, a number or an array of shape (n, 1)."""
        return x @ self.weight + one * self.bias
