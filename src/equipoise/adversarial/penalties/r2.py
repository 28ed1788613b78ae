"""R2: half the squared gradient of the discriminator at fake rows, ``E |grad D(G(z))|^2 / 2``.

Mescheder, Geiger and Nowozin, *Which training methods for GANs do actually converge?* (2018), equation 10. The fakes
are points here: the penalty has no gradient for the generator.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from equipoise.adversarial.penalties.protocol import Critic, Scene, half_squared_slope

__all__ = ["r2"]


def r2(critic: Critic, scene: Scene) -> jax.Array:
    """Return R2.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> x = jnp.array([[1.0], [3.0]])
    >>> float(r2(lambda x: x[:, 0] ** 2, Scene(0 * x, x, jax.random.key(0), jnp.zeros(2))))  # mean of (2x)^2 / 2
    10.0
    """
    return jnp.mean(half_squared_slope(critic, scene.fake))
