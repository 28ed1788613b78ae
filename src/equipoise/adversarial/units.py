"""Players in the units of the data: what they see and make inside has mean 0 and variance 1.

    discriminator   D((x - m) / s)
    generator       m + s G(z)

with m and s the mean and the deviation of all numbers of the real rows. Then data in other units train alike,
step by step, if alpha is multiplied by the square of the factor, which is what `Balance` does; without this, the first
layer and the last one would have to learn the units.
"""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import numpy as np
from numpy.typing import NDArray

__all__ = ["UnitDiscriminator", "UnitGenerator", "in_units_of"]


class UnitGenerator(eqx.Module):
    """A generator whose rows are moved and stretched; the two numbers are constants, not weights."""

    inner: Any
    mean: float = eqx.field(static=True)
    deviation: float = eqx.field(static=True)

    def __call__(self, key: jax.Array, n: int, context: Any) -> jax.Array:
        """Return `n` fake rows."""
        rows: jax.Array = self.mean + self.deviation * self.inner(key, n, context)
        return rows


class UnitDiscriminator(eqx.Module):
    """A discriminator of rows that are moved and stretched back."""

    inner: Any
    mean: float = eqx.field(static=True)
    deviation: float = eqx.field(static=True)

    def __call__(self, rows: jax.Array, context: Any) -> jax.Array:
        """Return outputs of shape (n,)."""
        outputs: jax.Array = self.inner((rows - self.mean) / self.deviation, context)
        return outputs


def in_units_of(rows: NDArray[Any], generator: Any, discriminator: Any) -> tuple[UnitGenerator, UnitDiscriminator]:
    """Return both players in the units of some real rows.

    Parameters
    ----------
    rows : ndarray of shape (n, ...)
    generator, discriminator : callable pytree
        As `Game` takes them.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> noise = lambda key, n, context: jax.random.normal(key, (n, 1))
    >>> generator, _ = in_units_of(np.array([[90.0], [110.0]]), noise, None)
    >>> generator.mean, generator.deviation
    (100.0, 10.0)
    """
    mean, deviation = float(np.mean(rows)), float(np.std(rows)) or 1.0
    return UnitGenerator(generator, mean, deviation), UnitDiscriminator(discriminator, mean, deviation)
