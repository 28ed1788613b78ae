"""Minimax: the game as it was first written, with binary cross-entropy of sigmoid outputs.

    discriminator   mean softplus(-D(x)) + mean softplus(D(G(z)))     cross-entropy of the logits, real 1 and fake 0
    generator       -mean softplus(D(G(z)))                           the same number with its sign turned

The generator's slope vanishes where the discriminator is sure of itself; `NonSaturating` mends that. Use it to learn
with. Goodfellow et al., *Generative adversarial nets* (2014), equation 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import jax
import jax.numpy as jnp

__all__ = ["Minimax"]


@final
@dataclass(frozen=True)
class Minimax:
    """What one player wins the other loses.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> round(float(Minimax().discriminator(jnp.zeros(3), jnp.zeros(3))), 4)  # 2 log 2: the players are even
    1.3863
    """

    def discriminator(self, real: jax.Array, fake: jax.Array) -> jax.Array:
        """Return the discriminator's mean loss."""
        return jnp.mean(jax.nn.softplus(-real)) + jnp.mean(jax.nn.softplus(fake))

    def generator(self, real: jax.Array, fake: jax.Array) -> jax.Array:
        """Return the generator's mean loss."""
        del real
        return -jnp.mean(jax.nn.softplus(fake))
