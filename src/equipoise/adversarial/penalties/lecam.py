"""LeCam: outputs on real rows stay near the running mean of those on fakes, and the other way round.

    E (D(x) - level of fakes)^2 + E (D(G(z)) - level of reals)^2

A ridge on outputs, for small data sets: it keeps the discriminator from parting the few rows that it has seen ever
further. Tseng et al., *Regularizing generative adversarial networks under limited data* (2021), equation 5.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from equipoise.adversarial.penalties.protocol import Critic, Scene, together

__all__ = ["lecam"]


def lecam(critic: Critic, scene: Scene) -> jax.Array:
    """Return the penalty.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> x = jnp.ones((4, 1))
    >>> float(lecam(lambda x: x[:, 0], Scene(x, -x, jax.random.key(0), jnp.array([0.5, -0.5]))))
    4.5
    """
    real, fake = jnp.split(critic(together(scene.real, scene.fake)), 2)
    level_of_reals, level_of_fakes = scene.levels
    return jnp.mean(jnp.square(real - level_of_fakes)) + jnp.mean(jnp.square(fake - level_of_reals))
