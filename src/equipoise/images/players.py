"""Both players of a fitted GAN: the generator draws, the discriminator can still be asked what it looks at.

Where images are in clusters, the latents of each are normal around a mean of its own, which is learned.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, Final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from equipoise.images.clusters import shrunk_shape
from equipoise.images.mlp import PlainDecoder, PlainEncoder
from equipoise.images.networks import ResidualDecoder, ResidualEncoder
from equipoise.images.plan import Plan
from equipoise.training.dense import Random

__all__ = ["BuildPlayers", "Generator", "Players", "drawn", "first_means", "outputs_of"]

_FEATURES: Final = 64  # by which the discriminator judges
_APART: Final = 2.0  # deviation of the means of clusters at first, in that of the latents around them


class Generator(eqx.Module):
    """Normal noise to images, by way of the latents of a cluster and the label that it belongs to.

    Attributes
    ----------
    means : array of shape (clusters, latent), or None
        Of the latents of each cluster; none where there is one for each label.
    decoder : PlainDecoder or ResidualDecoder
    owners : tuple of int
        The label of each cluster.
    """

    means: jax.Array | None
    decoder: PlainDecoder | ResidualDecoder
    owners: tuple[int, ...] = eqx.field(static=True)

    def __call__(self, key: jax.Array, n: int, context: jax.Array) -> jax.Array:
        """Return `n` images of the clusters of the context."""
        return self.draw(jax.random.normal(key, (n, self.decoder.latent)), context)

    def draw(self, noise: jax.Array, clusters: jax.Array) -> jax.Array:
        """Return images of noise of shape (n, latent) and clusters of shape (n,), or of one for all."""
        return self.decoder.decode(self.placed(noise, clusters), jnp.asarray(self.owners)[clusters])

    def placed(self, noise: jax.Array, clusters: jax.Array) -> jax.Array:
        """Return the latents of noise and clusters."""
        return noise if self.means is None else noise + self.means[clusters]


class Players(eqx.Module):
    """Generator and discriminator, and the centres of the clusters by which a new image finds its own."""

    generator: Generator
    discriminator: PlainEncoder | ResidualEncoder
    centres: jax.Array | None = None

    @property
    def latent(self) -> int:
        """Number of latents."""
        return self.generator.decoder.latent

    def decode(self, latents: jax.Array, labels: jax.Array) -> jax.Array:
        """Return images of latents and labels."""
        return self.generator.decoder.decode(latents, labels)

    def entry(self) -> jax.Array:
        """Return the matrix by which latents enter, shape (latent, width)."""
        return self.generator.decoder.entry()


@dataclass(frozen=True)
class BuildPlayers:
    """Builds the players of a plan; the discriminator judges `packing` images at once, of clusters with these labels.

    Attributes
    ----------
    plan : Plan
    packing : int
    owners : tuple of int
        The label of each cluster.
    """

    plan: Plan
    packing: int
    owners: tuple[int, ...]

    def __call__(self, random: Random) -> Players:
        """Return players with weights by chance."""
        plan, clusters = self.plan, len(self.owners)
        decoder = plan.decoder(random)
        discriminator = plan.encoder(random, _FEATURES, clusters, self.packing)
        if clusters == max(1, plan.classes):
            return Players(Generator(None, decoder, self.owners), discriminator)
        means = jnp.asarray(np.zeros((clusters, plan.latent), np.float32))
        centres = jnp.asarray(np.zeros((clusters, prod(shrunk_shape(*plan.shape))), np.float32))
        return Players(Generator(means, decoder, self.owners), discriminator, centres)


def first_means(centres: NDArray[np.float32], sizes: NDArray[Any], latent: int, random: Random) -> NDArray[np.float32]:
    """Return means of latents to begin with: clusters that are alike lie near each other.

    Their principal components, each with the same deviation; by chance what is left where there are too few.
    """
    shares = (sizes / sizes.sum())[:, None]
    apart = centres - np.sum(shares * centres, axis=0)
    left, values, _ = np.linalg.svd(np.sqrt(shares) * apart, full_matrices=False)
    known = min(latent, int(np.sum(values > 1e-6 * values[0])))
    means = random.standard_normal((len(centres), latent))
    means[:, :known] = left[:, :known] / np.sqrt(shares)
    return (_APART * means).astype(np.float32)


@jax.jit
def drawn(generator: Generator, noise: jax.Array, clusters: jax.Array) -> jax.Array:
    """Return images of noise and clusters."""
    return generator.draw(noise, clusters)


@jax.jit
def outputs_of(critic: Any, rows: jax.Array, labels: jax.Array) -> jax.Array:
    """Return the outputs of a discriminator, shape (n,)."""
    outputs: jax.Array = critic(rows, labels)
    return outputs
