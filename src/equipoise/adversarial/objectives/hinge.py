"""Hinge: the discriminator is a support vector machine with a margin of 1 on either side.

    discriminator   mean max(0, 1 - D(x)) + mean max(0, 1 + D(G(z)))
    generator       -mean D(G(z))

Rows beyond the margin no longer move the discriminator. Lim and Ye, *Geometric GAN* (2017), equations 12 and 13.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import jax
import jax.numpy as jnp

__all__ = ["Hinge"]


@final
@dataclass(frozen=True)
class Hinge:
    """Hinge loss for the discriminator, the bare output for the generator.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> float(Hinge().discriminator(jnp.full(3, 2.0), jnp.full(3, -2.0)))  # all beyond their margins
    0.0
    """

    def discriminator(self, real: jax.Array, fake: jax.Array) -> jax.Array:
        """Return the discriminator's mean loss."""
        return jnp.mean(jax.nn.relu(1.0 - real)) + jnp.mean(jax.nn.relu(1.0 + fake))

    def generator(self, real: jax.Array, fake: jax.Array) -> jax.Array:
        """Return the generator's mean loss."""
        del real
        return -jnp.mean(fake)
