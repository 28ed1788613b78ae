"""R1 + R2 in one pass: real and fake rows go through the discriminator together.

Exact, because the output of a row depends on no other row (no batch norm); one call in place of two. Huang et al.,
*The GAN is dead; long live the GAN!* (2024), section 2.2, need both for convergence of the relativistic loss.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from equipoise.adversarial.penalties.protocol import Critic, Scene, half_squared_slope, together

__all__ = ["r1_r2"]


def r1_r2(critic: Critic, scene: Scene) -> jax.Array:
    """Return R1 + R2; `real` and `fake` have the same number of rows.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> x, y = jnp.array([[1.0], [3.0]]), jnp.array([[2.0], [0.0]])
    >>> float(r1_r2(lambda x: x[:, 0] ** 2, Scene(x, y, jax.random.key(0), jnp.zeros(2))))  # 10 + 4
    14.0
    """
    return 2.0 * jnp.mean(half_squared_slope(critic, together(scene.real, scene.fake)))
