"""Both players of a fitted GAN: the generator draws, the discriminator can still be asked what it looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import equinox as eqx
import jax

from equipoise.images.mlp import PlainDecoder, PlainEncoder
from equipoise.images.networks import ResidualDecoder, ResidualEncoder
from equipoise.images.plan import Plan
from equipoise.training.dense import Random

__all__ = ["BuildPlayers", "Players", "outputs_of"]

_FEATURES: Final = 64  # by which the discriminator judges


class Players(eqx.Module):
    """Generator and discriminator."""

    generator: PlainDecoder | ResidualDecoder
    discriminator: PlainEncoder | ResidualEncoder

    @property
    def latent(self) -> int:
        """Number of latents."""
        return self.generator.latent

    def decode(self, latents: jax.Array, labels: jax.Array) -> jax.Array:
        """Return images of latents and labels."""
        return self.generator.decode(latents, labels)

    def entry(self) -> jax.Array:
        """Return the matrix by which latents enter, shape (latent, width)."""
        return self.generator.entry()


@dataclass(frozen=True)
class BuildPlayers:
    """Builds the players of a plan; the discriminator judges `packing` images at once."""

    plan: Plan
    packing: int

    def __call__(self, random: Random) -> Players:
        """Return players with weights by chance."""
        plan = self.plan
        return Players(plan.decoder(random), plan.encoder(random, _FEATURES, plan.classes, self.packing))


@jax.jit
def outputs_of(critic: Any, rows: jax.Array, labels: jax.Array) -> jax.Array:
    """Return the outputs of a discriminator, shape (n,)."""
    outputs: jax.Array = critic(rows, labels)
    return outputs
