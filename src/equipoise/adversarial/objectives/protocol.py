"""What an adversarial objective is: two losses of the same two vectors of discriminator outputs."""

from __future__ import annotations

from typing import Protocol

import jax

__all__ = ["AdversarialObjective"]


class AdversarialObjective(Protocol):
    """Losses that the players minimise; frozen and hashable, for it is part of the compiled program."""

    def discriminator(self, real: jax.Array, fake: jax.Array) -> jax.Array:
        """Return the discriminator's mean loss, from its outputs of shape (n,) on real and fake rows."""

    def generator(self, real: jax.Array, fake: jax.Array) -> jax.Array:
        """Return the generator's mean loss."""

    def __hash__(self) -> int: ...
