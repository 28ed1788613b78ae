"""The network of a variational autoencoder for images: normal pixels around the decoder's mean, of learned deviation.

    log p(x|z) = -sum (x - mean(z))^2 / (2 s^2) - d log(s sqrt(2 pi)),   x in [-1, 1]^d

With s fixed, the weight of reconstruction against the prior would hang on the scale of the pixels; learned, it settles
where it fits the data. Rybkin, Daniilidis and Levine, *Simple and effective VAE training with calibrated decoders*
(2021), section 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi
from typing import Any, Final, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from equipoise.images.embedding import Embed, LabelsOf
from equipoise.images.mlp import PlainDecoder, PlainEncoder
from equipoise.images.networks import ResidualDecoder, ResidualEncoder, one_hot
from equipoise.images.plan import Plan
from equipoise.training.dense import Dense

__all__ = ["LEAST", "BuildVAE", "EmbedBoth", "Labelled", "PixelVAE"]

LEAST: Final = -5.0  # of log s, about a 255th of the range: pixels that never change would send it to -infinity


class Labelled(NamedTuple):
    """Images and their classes, as the model takes them."""

    images: jax.Array
    labels: jax.Array


@dataclass(frozen=True)
class EmbedBoth:
    """Rows of a `TrainingSet` as the model takes them."""

    images: Embed
    labels: LabelsOf

    def __call__(self, batch: jax.Array, context: Any) -> Labelled:
        """Return images and labels."""
        return Labelled(self.images(batch, context), self.labels(batch, context))


class PixelVAE(eqx.Module):
    """Encoder to a normal law of the latents, decoder to the means of the pixels."""

    encoder: PlainEncoder | ResidualEncoder
    moments: Dense
    offsets: jax.Array
    decoder: PlainDecoder | ResidualDecoder
    log_deviation: jax.Array
    latent: int = eqx.field(static=True)

    def encode(self, rows: Labelled, context: Any) -> tuple[jax.Array, jax.Array]:
        """Return mean and log variance of the latents, each of shape (n, latent)."""
        del context
        features = jax.nn.leaky_relu(self.encoder.features(rows.images), 0.2)
        moments = self.moments(features) + one_hot(rows.labels, len(self.offsets)) @ self.offsets
        mean, log_variance = jnp.split(moments, 2, axis=1)
        return mean, jnp.clip(log_variance, -20.0, 10.0)

    def log_likelihood(self, latents: jax.Array, rows: Labelled, context: Any) -> jax.Array:
        """Return the log density of images given latents, shape (n,)."""
        del context
        log_s = jnp.maximum(self.log_deviation, LEAST)
        off = jnp.sum(jnp.square(self.decode(latents, rows.labels) - rows.images), axis=(1, 2, 3))
        return -0.5 * off * jnp.exp(-2.0 * log_s) - rows.images[0].size * (log_s + 0.5 * log(2.0 * pi))

    def decode(self, latents: jax.Array, labels: jax.Array) -> jax.Array:
        """Return the means of the pixels."""
        return self.decoder.decode(latents, labels)

    def entry(self) -> jax.Array:
        """Return the matrix by which latents enter the decoder, shape (latent, width)."""
        return self.decoder.entry()


@dataclass(frozen=True)
class BuildVAE:
    """Builds the network of a plan."""

    plan: Plan

    def __call__(self, random: np.random.Generator) -> PixelVAE:
        """Return a network with weights by chance."""
        plan = self.plan
        features = 2 * plan.width
        encoder, decoder = plan.encoder(random, features, 0), plan.decoder(random)
        offsets = jnp.asarray(np.zeros((max(1, plan.classes), 2 * plan.latent), np.float32))
        moments = Dense(random, features, 2 * plan.latent, gain=0.1)
        return PixelVAE(encoder, moments, offsets, decoder, jnp.asarray(np.float32(-1.0)), plan.latent)
