"""Wasserstein: the difference of mean outputs, the earth mover's distance where the slope of D is at most 1.

    discriminator   mean D(G(z)) - mean D(x)
    generator       -mean D(G(z))

The loss has no bottom of its own: it needs a bound on the slope, such as the penalty `wgan_gp`, or spectral
normalisation. Arjovsky, Chintala and Bottou, *Wasserstein GAN* (2017), equation 2 and algorithm 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import jax
import jax.numpy as jnp

__all__ = ["Wasserstein"]


@final
@dataclass(frozen=True)
class Wasserstein:
    """Difference of means.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> float(Wasserstein().discriminator(jnp.full(3, 2.0), jnp.full(3, -1.0)))
    -3.0
    """

    def discriminator(self, real: jax.Array, fake: jax.Array) -> jax.Array:
        """Return the discriminator's mean loss."""
        return jnp.mean(fake) - jnp.mean(real)

    def generator(self, real: jax.Array, fake: jax.Array) -> jax.Array:
        """Return the generator's mean loss."""
        del real
        return -jnp.mean(fake)
