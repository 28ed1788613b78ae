"""R1 + R2 by noise: how much the discriminator's output changes when rows are shaken a little.

    E (D(x + sigma n) - D(x))^2 / (2 sigma^2),  n standard normal,  over real and fake rows, added

As sigma goes to 0 this is R1 + R2, without a second derivative: training with noise is Tikhonov regularisation (Bishop,
*Training with noise is equivalent to Tikhonov regularization* (1995), equation 9; Lin et al., *Diffusion adversarial
post-training* (2025), section 3.3, for the use against R1). One draw a row makes it noisy where rows have many numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import jax
import jax.numpy as jnp

from equipoise.adversarial.penalties.protocol import Critic, Scene, together

__all__ = ["NoiseR1R2"]


@final
@dataclass(frozen=True)
class NoiseR1R2:
    """Squared change of the output under noise.

    Parameters
    ----------
    sigma : float
        Deviation of the noise, as a share of the deviation of the real rows.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> x = jax.random.normal(jax.random.key(1), (10_000, 1))
    >>> scene = Scene(x, x, jax.random.key(0), jnp.zeros(2))
    >>> bool(abs(NoiseR1R2()(lambda x: 3.0 * x[:, 0], scene) - 9.0) < 0.3)  # R1 and R2 are 4.5 each
    True
    """

    sigma: float = 0.01

    def __call__(self, critic: Critic, scene: Scene) -> jax.Array:
        """Return the penalty."""
        rows = together(scene.real, scene.fake)
        sigma = self.sigma * jnp.maximum(jnp.std(scene.real), 1e-6)
        shaken = rows + sigma * jax.random.normal(scene.key, rows.shape, rows.dtype)
        still, moved = jnp.split(critic(jnp.concatenate([rows, shaken])), 2)
        return jnp.mean(jnp.square((moved - still) / sigma))
