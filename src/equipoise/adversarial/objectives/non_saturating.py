"""Non-saturating: the cross-entropy game with a generator that asks to be called real.

    discriminator   mean softplus(-D(x)) + mean softplus(D(G(z)))
    generator       mean softplus(-D(G(z)))

The textbook form. Its slope for the generator is largest where the fakes are bad. Goodfellow et al., *Generative
adversarial nets* (2014), end of section 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import jax
import jax.numpy as jnp

__all__ = ["NonSaturating"]


@final
@dataclass(frozen=True)
class NonSaturating:
    """Cross-entropy for both, each with the labels that it wishes for.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> round(float(NonSaturating().generator(jnp.zeros(3), jnp.zeros(3))), 4)  # log 2
    0.6931
    """

    def discriminator(self, real: jax.Array, fake: jax.Array) -> jax.Array:
        """Return the discriminator's mean loss."""
        return jnp.mean(jax.nn.softplus(-real)) + jnp.mean(jax.nn.softplus(fake))

    def generator(self, real: jax.Array, fake: jax.Array) -> jax.Array:
        """Return the generator's mean loss."""
        del real
        return jnp.mean(jax.nn.softplus(-fake))
