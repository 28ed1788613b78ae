"""Relativistic pairing: each fake is judged against a real partner, not against zero.

    discriminator   mean softplus(-(D(x) - D(G(z))))
    generator       mean softplus(-(D(G(z)) - D(x)))

Only differences count, so that a generator that drops a mode still pays for the partners that lie there; with R1 and R2
added, training converges locally. The default of this library. Jolicoeur-Martineau, *The relativistic
discriminator* (2018), section 4; Huang et al., *The GAN is dead; long live the GAN!* (2024), equations 2 and 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import jax
import jax.numpy as jnp

__all__ = ["RelativisticPairing"]


@final
@dataclass(frozen=True)
class RelativisticPairing:
    """Logistic loss of the difference between a real and a fake output.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> payoff = RelativisticPairing()
    >>> float(payoff.discriminator(jnp.zeros(3), jnp.zeros(3)))  # log 2: the players are even
    0.6931...
    """

    def discriminator(self, real: jax.Array, fake: jax.Array) -> jax.Array:
        """Return the discriminator's mean loss."""
        return jnp.mean(jax.nn.softplus(fake - real))

    def generator(self, real: jax.Array, fake: jax.Array) -> jax.Array:
        """Return the generator's mean loss."""
        return jnp.mean(jax.nn.softplus(real - fake))
