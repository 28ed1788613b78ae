"""R1 + R2 in one pass: real and fake rows go through the discriminator together.

Exact, because the output of a row depends on no other row (no batch norm); one call in place of two. Huang et al.,
*The GAN is dead; long live the GAN!* (2024), section 2.2, need both for convergence of the relativistic loss.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import jax
import jax.numpy as jnp

from equipoise.adversarial.penalties.protocol import Critic, Scene, outputs_and_slopes, together

__all__ = ["R1R2", "r1_r2"]


@final
@dataclass(frozen=True)
class R1R2:
    """R1 + R2; `real` and `fake` have the same number of rows.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> x, y = jnp.array([[1.0], [3.0]]), jnp.array([[2.0], [0.0]])
    >>> float(r1_r2(lambda x: x[:, 0] ** 2, Scene(x, y, jax.random.key(0), jnp.zeros(2))))  # 10 + 4
    14.0
    """

    def __call__(self, critic: Critic, scene: Scene) -> jax.Array:
        """Return the penalty."""
        return self.with_outputs(critic, scene)[0]

    def with_outputs(self, critic: Critic, scene: Scene) -> tuple[jax.Array, jax.Array]:
        """Return the penalty, and the outputs on real rows followed by those on fakes."""
        outputs, slopes = outputs_and_slopes(critic, together(scene.real, scene.fake))
        return 2.0 * jnp.mean(slopes), outputs


r1_r2 = R1R2()
