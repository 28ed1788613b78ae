"""WGAN-GP: the slope of the discriminator shall be 1 between real and fake rows.

    E (|grad D(y)| - 1)^2,   y = x + u (G(z) - x),  u uniform on [0, 1], one a pair

Alpha is 10 in the paper. The penalty does not vanish with the payoff, so that training circles near its goal instead of
reaching it (Mescheder et al. (2018), section 3.2). Gulrajani et al., *Improved training of Wasserstein GANs* (2017),
equation 3.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from equipoise.adversarial.penalties.protocol import Critic, Scene, slope_length

__all__ = ["wgan_gp"]


def wgan_gp(critic: Critic, scene: Scene) -> jax.Array:
    """Return the penalty.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> x = jnp.ones((4, 1))
    >>> float(wgan_gp(lambda x: 3.0 * x[:, 0], Scene(x, 0 * x, jax.random.key(0), jnp.zeros(2))))
    4.0
    """
    share = jax.random.uniform(scene.key, (len(scene.real), *[1] * (scene.real.ndim - 1)), scene.real.dtype)
    between = scene.real + share * (scene.fake - scene.real)
    return jnp.mean(jnp.square(slope_length(critic, between) - 1.0))
