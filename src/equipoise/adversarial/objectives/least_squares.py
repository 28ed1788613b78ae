"""Least squares: outputs are regressed on 1 for real and 0 for fake.

    discriminator   mean (D(x) - 1)^2 / 2 + mean D(G(z))^2 / 2
    generator       mean (D(G(z)) - 1)^2 / 2

Fakes far on the right side of the boundary are still drawn to it. Mao et al., *Least squares generative adversarial
networks* (2017), equation 9 (a = 0, b = c = 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import jax
import jax.numpy as jnp

__all__ = ["LeastSquares"]


@final
@dataclass(frozen=True)
class LeastSquares:
    """Half the squared distance to the label.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> float(LeastSquares().discriminator(jnp.full(3, 0.5), jnp.full(3, 0.5)))  # the players are even
    0.25
    """

    def discriminator(self, real: jax.Array, fake: jax.Array) -> jax.Array:
        """Return the discriminator's mean loss."""
        return 0.5 * jnp.mean(jnp.square(real - 1.0)) + 0.5 * jnp.mean(jnp.square(fake))

    def generator(self, real: jax.Array, fake: jax.Array) -> jax.Array:
        """Return the generator's mean loss."""
        del real
        return 0.5 * jnp.mean(jnp.square(fake - 1.0))
