"""Consistency: the discriminator's output shall not change when a row is changed in a way that does not matter.

    E (D(x) - D(T(x)))^2 + E (D(G(z)) - D(T(G(z))))^2

T is what leaves the meaning of a row alone: a flip or a shift of an image, a little noise on numbers. Zhao et al.,
*Improved consistency regularization for GANs* (2021), algorithm 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import jax
import jax.numpy as jnp

from equipoise.adversarial.penalties.protocol import Critic, Scene, together

__all__ = ["Consistency", "jitter"]


def jitter(key: jax.Array, rows: jax.Array) -> jax.Array:
    """Return rows with noise of a tenth of their deviation.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> jitter(jax.random.key(0), jnp.ones((2, 3))).tolist() == [[1.0] * 3] * 2  # a constant has no deviation
    True
    """
    return rows + 0.1 * jnp.std(rows) * jax.random.normal(key, rows.shape, rows.dtype)


@final
@dataclass(frozen=True)
class Consistency:
    """Squared change of the output under a change that does not matter.

    Parameters
    ----------
    change : callable
        ``change(key, rows)`` returns changed rows.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> x = jnp.arange(4.0)[:, None]
    >>> scene = Scene(x, x, jax.random.key(0), jnp.zeros(2))
    >>> float(Consistency(lambda key, rows: rows + 1.0)(lambda rows: rows[:, 0], scene))
    2.0
    """

    change: Callable[[jax.Array, jax.Array], jax.Array] = jitter

    def __call__(self, critic: Critic, scene: Scene) -> jax.Array:
        """Return the penalty."""
        rows = together(scene.real, scene.fake)
        before, after = jnp.split(critic(jnp.concatenate([rows, self.change(scene.key, rows)])), 2)
        return 2.0 * jnp.mean(jnp.square(before - after))
