"""The textbook's players: fully connected nets, and a generator whose outputs are sigmoids.

    generator       z -> ReLU -> ReLU -> sigmoid, moved from [0, 1] to [-1, 1]
    discriminator   x -> leaky ReLU -> leaky ReLU -> a logit, whose sigmoid is the probability of being real

With ``objective="minimax"`` or ``"non_saturating"`` the payoff is the binary cross-entropy of that probability, and
with ``alpha=0`` there is no penalty: the game as it was first written. Goodfellow et al., *Generative adversarial nets*
(2014), section 4.
"""

from __future__ import annotations

from math import prod

import equinox as eqx
import jax
import jax.numpy as jnp

from equipoise.adversarial.homogeneous import Bend, around
from equipoise.images.networks import Shape, beside, leaky, projected
from equipoise.training.dense import Dense, Random

__all__ = ["PlainDecoder", "PlainEncoder"]


class PlainDecoder(eqx.Module):
    """Latents and labels to images."""

    layers: tuple[Dense, Dense, Dense]
    shape: Shape = eqx.field(static=True)
    latent: int = eqx.field(static=True)
    classes: int = eqx.field(static=True)

    def __init__(self, random: Random, shape: Shape, latent: int, width: int, classes: int) -> None:
        self.shape, self.latent, self.classes = shape, latent, classes
        gain = 2.0**0.5
        self.layers = (
            Dense(random, latent + classes, width, gain),
            Dense(random, width, width, gain),
            Dense(random, width, prod(shape)),
        )

    def decode(self, latents: jax.Array, labels: jax.Array) -> jax.Array:
        """Return images from latents of shape (n, latent) and labels of shape (n,)."""
        x = beside(latents, labels, self.classes)
        for layer in self.layers[:-1]:
            x = jax.nn.relu(layer(x))
        return 2.0 * jax.nn.sigmoid(self.layers[-1](x)).reshape(len(x), *self.shape) - 1.0

    def entry(self) -> jax.Array:
        """Return the matrix by which latents enter, shape (latent, width)."""
        return self.layers[0].weight[: self.latent]


class PlainEncoder(eqx.Module):
    """Images to `outputs` features a row; called with labels as context, it is a discriminator."""

    layers: tuple[Dense, Dense, Dense]
    vectors: jax.Array

    def __init__(self, random: Random, shape: Shape, outputs: int, width: int, classes: int) -> None:
        gain = 2.0**0.5
        self.layers = (
            Dense(random, prod(shape), width, gain),
            Dense(random, width, width, gain),
            Dense(random, width, outputs),
        )
        self.vectors = jnp.asarray(random.standard_normal((max(1, classes), outputs)), jnp.float32)

    def __call__(self, rows: jax.Array, context: jax.Array) -> jax.Array:
        """Return one output a row."""
        return self.bent(rows, context, leaky)

    def bent(self, rows: jax.Array, context: jax.Array, bend: Bend, one: jax.Array | None = None) -> jax.Array:
        """Return one output a row, with bends and constants that are given (`equipoise.adversarial.homogeneous`)."""
        return projected(self.features(rows, bend, one), self.vectors, context)

    def features(self, rows: jax.Array, bend: Bend = leaky, one: jax.Array | None = None) -> jax.Array:
        """Return what the last layer makes of images, shape (n, outputs)."""
        x = rows.reshape(len(rows), -1)
        for layer in self.layers[:-1]:
            x = bend(around(layer, x, one))
        return around(self.layers[-1], x, one)
