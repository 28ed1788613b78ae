"""DRAGAN: the slope of the discriminator shall be 1 around real rows.

    E (|grad D(x + d)| - 1)^2,   d normal with half the deviation of the real rows

Kodali et al., *On convergence and stability of GANs* (2017), section 2.4; alpha is 10 there.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from equipoise.adversarial.penalties.protocol import Critic, Scene, slope_length

__all__ = ["dragan"]


def dragan(critic: Critic, scene: Scene) -> jax.Array:
    """Return the penalty.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> x = jnp.ones((4, 1))
    >>> float(dragan(lambda x: 3.0 * x[:, 0], Scene(x, 0 * x, jax.random.key(0), jnp.zeros(2))))
    4.0
    """
    noise = jax.random.normal(scene.key, scene.real.shape, scene.real.dtype)
    around = scene.real + 0.5 * jnp.std(scene.real) * noise
    return jnp.mean(jnp.square(slope_length(critic, around) - 1.0))
