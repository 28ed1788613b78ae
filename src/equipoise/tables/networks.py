"""Networks for one-hot rows: small residual nets without normalisation, started as the independent marginals.

The last layers start at zero and the log frequencies of the slots are added to the logits, so that an untrained
network already draws every column rightly and training has only the dependence to find.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from equipoise.tables.layout import Layout
from equipoise.tables.onehot import log_likelihood, ordered_scores, straight_through, unfold
from equipoise.training.dense import Dense, Random

__all__ = ["Context", "Discriminator", "Embed", "Generator", "RowVAE"]


class Context(NamedTuple):
    """What the codec knows of the slots: log frequencies and normal scores, each of shape (layout.size,)."""

    log_prior: jax.Array
    scores: jax.Array


@dataclass(frozen=True)
class Embed:
    """Unfold batches of slot numbers to one-hot rows; equal to its equals, for it is part of a program."""

    layout: Layout

    def __call__(self, batch: jax.Array, context: Context) -> jax.Array:
        """Return one-hot rows."""
        del context
        return unfold(self.layout, batch)


class Trunk(eqx.Module):
    """Affine map to the hidden size, then one residual block whose last layer starts at zero."""

    stem: Dense
    inner: Dense
    outer: Dense

    def __init__(self, random: Random, inputs: int, hidden: int) -> None:
        self.stem = Dense(random, inputs, hidden)
        self.inner = Dense(random, hidden, hidden, gain=2.0**0.5)
        self.outer = Dense(random, hidden, hidden, gain=0.0)

    def __call__(self, x: jax.Array) -> jax.Array:
        h = self.stem(x)
        return _leaky(h + self.outer(_leaky(self.inner(_leaky(h)))))


class Generator(eqx.Module):
    """Noise to one-hot rows in two passes: a first draw, then logits corrected in view of the whole row.

    The second draw uses the noise of the first, so that a zero correction leaves the row as it was.
    """

    first: Trunk
    head: Dense
    second: Trunk
    correction: Dense
    layout: Layout = eqx.field(static=True)
    latent: int = eqx.field(static=True)

    def __init__(self, random: Random, layout: Layout, hidden: int, latent: int) -> None:
        self.layout, self.latent = layout, latent
        self.first = Trunk(random, latent, hidden)
        self.head = Dense(random, hidden, layout.size, gain=0.1)
        self.second = Trunk(random, layout.size + hidden, hidden)
        self.correction = Dense(random, hidden, layout.size, gain=0.0)

    def __call__(self, key: jax.Array, n: int, context: Context) -> jax.Array:
        """Return `n` one-hot rows."""
        latent_key, noise_key = jax.random.split(key)
        noise = jax.random.gumbel(noise_key, (n, self.layout.size))
        h = self.first(jax.random.normal(latent_key, (n, self.latent)))
        logits = self.head(h) + context.log_prior + noise
        draft = straight_through(self.layout, logits)
        h = self.second(jnp.concatenate([draft, h], axis=1))
        return straight_through(self.layout, logits + self.correction(h))


class Discriminator(eqx.Module):
    """One-hot rows, and the normal score of each number, to one output a row."""

    trunk: Trunk
    head: Dense
    layout: Layout = eqx.field(static=True)

    def __init__(self, random: Random, layout: Layout, hidden: int) -> None:
        self.layout = layout
        self.trunk = Trunk(random, layout.size + layout.scores, hidden)
        self.head = Dense(random, hidden, 1, gain=0.0)

    def __call__(self, rows: jax.Array, context: Context) -> jax.Array:
        """Return outputs of shape (n,)."""
        seen = jnp.concatenate([rows, ordered_scores(self.layout, rows, context.scores)], axis=1)
        return self.head(self.trunk(seen))[:, 0]


class RowVAE(eqx.Module):
    """Encoder from one-hot rows to a normal law, decoder from latents to one categorical law a column."""

    encoder: Trunk
    moments: Dense
    decoder: Trunk
    head: Dense
    layout: Layout = eqx.field(static=True)
    latent: int = eqx.field(static=True)

    def __init__(self, random: Random, layout: Layout, hidden: int, latent: int) -> None:
        self.layout, self.latent = layout, latent
        self.encoder = Trunk(random, layout.size + layout.scores, hidden)
        self.moments = Dense(random, hidden, 2 * latent, gain=0.1)
        self.decoder = Trunk(random, latent, hidden)
        self.head = Dense(random, hidden, layout.size, gain=0.1)

    def encode(self, rows: jax.Array, context: Context) -> tuple[jax.Array, jax.Array]:
        """Return mean and log variance of the latents, each of shape (n, latent)."""
        seen = jnp.concatenate([rows, ordered_scores(self.layout, rows, context.scores)], axis=1)
        mean, log_variance = jnp.split(self.moments(self.encoder(seen)), 2, axis=1)
        return mean, log_variance

    def log_likelihood(self, latents: jax.Array, rows: jax.Array, context: Context) -> jax.Array:
        """Return the log probability of rows given latents, shape (n,)."""
        return log_likelihood(self.layout, self._logits(latents, context), rows)

    def __call__(self, key: jax.Array, n: int, context: Context) -> jax.Array:
        """Return `n` rows whose largest value in each column marks the slot drawn."""
        latent_key, noise_key = jax.random.split(key)
        logits = self._logits(jax.random.normal(latent_key, (n, self.latent)), context)
        return logits + jax.random.gumbel(noise_key, logits.shape)

    def _logits(self, latents: jax.Array, context: Context) -> jax.Array:
        return self.head(self.decoder(latents)) + context.log_prior


def _leaky(x: jax.Array) -> jax.Array:
    return jax.nn.leaky_relu(x, 0.2)
