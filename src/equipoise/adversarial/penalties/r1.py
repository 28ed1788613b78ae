"""R1: half the squared gradient of the discriminator at real rows, ``E |grad D(x)|^2 / 2``.

It stops the discriminator from leaning on data that the generator has already matched. For a linear discriminator
``D(x) = w.x`` it is ``|w|^2 / 2``: ridge. Mescheder, Geiger and Nowozin, *Which training methods for GANs do actually
converge?* (2018), equation 9.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from equipoise.adversarial.penalties.protocol import Critic, Scene, half_squared_slope

__all__ = ["r1"]


def r1(critic: Critic, scene: Scene) -> jax.Array:
    """Return R1.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> x = jnp.array([[1.0], [3.0]])
    >>> float(r1(lambda x: x[:, 0] ** 2, Scene(x, 0 * x, jax.random.key(0), jnp.zeros(2))))  # mean of (2x)^2 / 2
    10.0
    """
    return jnp.mean(half_squared_slope(critic, scene.real))
