"""Networks for one-hot rows: small residual nets without normalisation, started as the independent marginals.

The last layers start at zero and what is known is added to the logits: in the autoencoder the log frequencies of the
slots, so that an untrained network already draws every column rightly; in the generator a mixture of products.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from equipoise.tables.layout import Layout
from equipoise.tables.onehot import Rows, draw, log_likelihood, rows_of, score_columns, times
from equipoise.training.dense import Dense, Random

__all__ = ["Context", "Discriminator", "Embed", "Generator", "RowVAE"]


class Context(NamedTuple):
    """What the codec knows of the slots: log frequencies and normal scores, each of shape (layout.size,)."""

    log_prior: jax.Array
    scores: jax.Array


@dataclass(frozen=True)
class Embed:
    """Turn batches of slot numbers into one-hot rows; equal to its equals, for it is part of a program."""

    layout: Layout

    def __call__(self, batch: jax.Array, context: Context) -> Rows:
        """Return one-hot rows."""
        del context
        return rows_of(self.layout, batch)


class RowStem(eqx.Module):
    """Affine map of one-hot rows and some numbers beside them; the weights of each lie in an array of their own."""

    rows: jax.Array
    others: jax.Array
    bias: jax.Array

    def __init__(self, random: Random, layout: Layout, others: int, outputs: int) -> None:
        whole = Dense(random, layout.size + others, outputs)
        self.rows, self.others, self.bias = whole.weight[: layout.size], whole.weight[layout.size :], whole.bias

    def __call__(self, rows: Rows, others: jax.Array) -> jax.Array:
        return times(rows, self.rows) + others @ self.others + self.bias

    def with_scores(self, layout: Layout, rows: Rows, scores: jax.Array) -> jax.Array:
        """Return the map of rows and the scores of their ordered columns."""
        table = self.rows
        if layout.scores:  # slots of other columns have the score 0
            table = table + scores[:, None] * self.others[score_columns(layout)]
        return times(rows, table) + self.bias


class Block(eqx.Module):
    """One residual block whose last layer starts at zero, between two leaky rectifiers."""

    inner: Dense
    outer: Dense

    def __init__(self, random: Random, hidden: int) -> None:
        self.inner = Dense(random, hidden, hidden, gain=2.0**0.5)
        self.outer = Dense(random, hidden, hidden, gain=0.0)

    def __call__(self, h: jax.Array) -> jax.Array:
        return _leaky(h + self.outer(_leaky(self.inner(_leaky(h)))))


class Generator(eqx.Module):
    """Noise to one-hot rows in two passes: a first draw, then logits corrected in view of the whole row.

    The noise says a class, too, whose logits the others are added to: those of a mixture of products are a start that
    knows most of the dependence. The second draw uses the noise of the first, so that a zero correction leaves the row
    as it was.
    """

    share: jax.Array
    law: jax.Array
    place: jax.Array
    stem: Dense
    first: Block
    head: Dense
    review: RowStem
    second: Block
    correction: Dense
    layout: Layout = eqx.field(static=True)
    latent: int = eqx.field(static=True)

    def __init__(self, random: Random, layout: Layout, hidden: int, latent: int, classes: int) -> None:
        self.layout, self.latent = layout, latent
        self.share = jnp.asarray(np.zeros(classes, np.float32))
        self.law = jnp.asarray(np.zeros((classes, layout.size), np.float32))
        self.place = jnp.asarray(random.standard_normal((classes, hidden)), jnp.float32)
        self.stem, self.first = Dense(random, latent, hidden), Block(random, hidden)
        self.head = Dense(random, hidden, layout.size, gain=0.1)
        self.review, self.second = RowStem(random, layout, hidden, hidden), Block(random, hidden)
        self.correction = Dense(random, hidden, layout.size, gain=0.0)

    def __call__(self, key: jax.Array, n: int, context: Context) -> Rows:
        """Return `n` one-hot rows."""
        del context
        latent_key, noise_key, class_key = jax.random.split(key, 3)
        noise = jax.random.gumbel(noise_key, (n, self.layout.size))
        bounds = jnp.cumsum(jax.nn.softmax(self.share))
        of = jnp.searchsorted(bounds[:-1], jax.random.uniform(class_key, (n,)), side="right")
        h = self.first(self.stem(jax.random.normal(latent_key, (n, self.latent))) + self.place[of])
        logits = self.head(h) + self.law[of] + noise
        h = self.second(self.review(draw(self.layout, logits), h))
        return draw(self.layout, logits + self.correction(h))


class Discriminator(eqx.Module):
    """One-hot rows, and the normal score of each number, to one output a row."""

    stem: RowStem
    block: Block
    head: Dense
    layout: Layout = eqx.field(static=True)

    def __init__(self, random: Random, layout: Layout, hidden: int) -> None:
        self.layout = layout
        self.stem, self.block = RowStem(random, layout, layout.scores, hidden), Block(random, hidden)
        self.head = Dense(random, hidden, 1, gain=0.0)

    def __call__(self, rows: Rows, context: Context) -> jax.Array:
        """Return outputs of shape (n,)."""
        return self.head(self.block(self.stem.with_scores(self.layout, rows, context.scores)))[:, 0]


class RowVAE(eqx.Module):
    """Encoder from one-hot rows to a normal law, decoder from latents to one categorical law a column."""

    encoder: RowStem
    block: Block
    moments: Dense
    stem: Dense
    decoder: Block
    head: Dense
    layout: Layout = eqx.field(static=True)
    latent: int = eqx.field(static=True)

    def __init__(self, random: Random, layout: Layout, hidden: int, latent: int) -> None:
        self.layout, self.latent = layout, latent
        self.encoder, self.block = RowStem(random, layout, layout.scores, hidden), Block(random, hidden)
        self.moments = Dense(random, hidden, 2 * latent, gain=0.1)
        self.stem, self.decoder = Dense(random, latent, hidden), Block(random, hidden)
        self.head = Dense(random, hidden, layout.size, gain=0.1)

    def encode(self, rows: Rows, context: Context) -> tuple[jax.Array, jax.Array]:
        """Return mean and log variance of the latents, each of shape (n, latent)."""
        h = self.block(self.encoder.with_scores(self.layout, rows, context.scores))
        mean, log_variance = jnp.split(self.moments(h), 2, axis=1)
        return mean, log_variance

    def log_likelihood(self, latents: jax.Array, rows: Rows, context: Context) -> jax.Array:
        """Return the log probability of rows given latents, shape (n,)."""
        return log_likelihood(self.layout, self._logits(latents, context), rows)

    def __call__(self, key: jax.Array, n: int, context: Context) -> Rows:
        """Return `n` one-hot rows."""
        latent_key, noise_key = jax.random.split(key)
        logits = self._logits(jax.random.normal(latent_key, (n, self.latent)), context)
        return draw(self.layout, logits + jax.random.gumbel(noise_key, logits.shape))

    def _logits(self, latents: jax.Array, context: Context) -> jax.Array:
        return self.head(self.decoder(self.stem(latents))) + context.log_prior


def _leaky(x: jax.Array) -> jax.Array:
    return jax.nn.leaky_relu(x, 0.2)
