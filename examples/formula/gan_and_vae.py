"""A GAN and a VAE on eight normal laws on a ring, where everything that they try to learn is known."""

from dataclasses import dataclass

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import two_players

from equipoise.adversarial import Game, GameSettings, RelativisticPairing
from equipoise.training import Stream, jax_key, run
from equipoise.variational import Climb, ClimbSettings, elbo, gaussian_kl

MODES, RADIUS, SPREAD = 8, 2.0, 0.1
ROWS, STEPS, BATCH, HIDDEN, NOISE = 4096, 3000, 128, 128, 2
CENTRES = RADIUS * np.array([[np.cos(a), np.sin(a)] for a in 2 * np.pi * np.arange(MODES) / MODES])


def mixture(n, seed=0):
    random = np.random.default_rng(seed)
    return np.float32(CENTRES[random.integers(0, MODES, n)] + SPREAD * random.normal(size=(n, 2)))


def log_density(x):
    """Of the mixture itself, in nats a row: no model can do better on average."""
    squares = np.sum((x[:, None] - CENTRES) ** 2, axis=2) / (2 * SPREAD**2)
    return np.log(np.mean(np.exp(-squares), axis=1)) - np.log(2 * np.pi * SPREAD**2)


def embed(batch, _context):
    return batch


def layer(key, inputs, outputs):
    return jax.random.normal(key, (inputs, outputs)) / np.sqrt(inputs)


class Generator(eqx.Module):
    """The generator by hand, fed with normal noise."""

    weights: dict

    def __init__(self, key):
        a, b = jax.random.split(key)
        zeros = jnp.zeros
        self.weights = {"V": layer(a, NOISE, HIDDEN), "a": zeros(HIDDEN), "W": layer(b, HIDDEN, 2), "b": zeros(2)}

    def __call__(self, key, n, context):
        """Make n rows."""
        return two_players.generator(self.weights, jax.random.normal(key, (n, NOISE)))


class Discriminator(eqx.Module):
    """The discriminator by hand."""

    weights: dict

    def __init__(self, key):
        a, b = jax.random.split(key)
        self.weights = {"V": layer(a, 2, HIDDEN), "a": jnp.zeros(HIDDEN), "w": layer(b, HIDDEN, 1)[:, 0]}

    def __call__(self, rows, context):
        """Give a logit a row."""
        return two_players.discriminator(self.weights, rows)


class VAE(eqx.Module):
    """Encoder and decoder of the same size; the decoder's spread is learned."""

    encoder: dict
    decoder: Generator
    log_spread: jax.Array

    def __init__(self, key):
        a, b, c = jax.random.split(key, 3)
        self.encoder = {"V": layer(a, 2, HIDDEN), "a": jnp.zeros(HIDDEN), "W": layer(b, HIDDEN, 2 * NOISE)}
        self.encoder["b"] = jnp.zeros(2 * NOISE)
        self.decoder, self.log_spread = Generator(c), jnp.zeros(())

    def encode(self, rows, context):
        """Mean and log-variance of the latents of each row."""
        both = two_players.generator(self.encoder, rows)
        return both[:, :NOISE], both[:, NOISE:]

    def decode(self, latents):
        """Centre of the rows that belong to latents."""
        return two_players.generator(self.decoder.weights, latents)

    def log_likelihood(self, latents, rows, context):
        """Log-density of each row given its latents."""
        squares = jnp.sum((rows - self.decode(latents)) ** 2, axis=1) * jnp.exp(-2 * self.log_spread) / 2
        return -squares - 2 * self.log_spread - jnp.log(2 * jnp.pi)

    def sample(self, key, n):
        """Draw n rows, with the noise of the decoder."""
        a, b = jax.random.split(key)
        centre = self.decode(jax.random.normal(a, (n, NOISE)))
        return centre + jnp.exp(self.log_spread) * jax.random.normal(b, (n, 2))


@dataclass(frozen=True)
class CrossEntropy:
    """The two losses by hand, as an objective of the library's game."""

    def discriminator(self, real, fake):
        """Label 1 for real, 0 for fake."""
        return two_players.cross_entropy(real, 1.0) + two_players.cross_entropy(fake, 0.0)

    def generator(self, real, fake):
        """Label 1 for fake."""
        return two_players.cross_entropy(fake, 1.0)


def train_gan(objective, alpha, seed=0):
    """Play the game with alpha * (R1 + R2) and return the averaged generator."""
    game = Game(embed=embed, objective=objective)
    keys = jax.random.split(jax_key(seed, Stream.INIT))
    state = game.init(Generator(keys[0]), Discriminator(keys[1]))
    arguments = (GameSettings(alpha=(alpha, alpha), rate=(1e-2, 1e-4)), None)
    return run(game, state, mixture(ROWS), steps=STEPS, batch=BATCH, seed=seed, arguments=arguments).average


def train_vae(seed=0):
    climb = Climb(embed=embed)
    state = climb.init(VAE(jax_key(seed, Stream.INIT)))
    arguments = (ClimbSettings(rate=(1e-2, 1e-4)), None)
    return run(climb, state, mixture(ROWS), steps=STEPS, batch=BATCH, seed=seed, arguments=arguments).average


def bound(vae, rows, draws=64):
    """The evidence lower bound of rows, in nats a row."""
    mean, log_variance = vae.encode(rows, None)
    noise = jax.random.normal(jax.random.key(0), (draws, *mean.shape))
    latents = mean + jnp.exp(log_variance / 2) * noise
    likelihood = jnp.mean(jax.vmap(lambda z: vae.log_likelihood(z, rows, None))(latents), axis=0)
    return float(elbo(likelihood, gaussian_kl(mean, log_variance).sum(axis=1)))


def coverage(rows):
    """Share of rows within three spreads of a centre, and how many centres have at least a quarter of their due."""
    distance = np.linalg.norm(np.asarray(rows)[:, None] - CENTRES, axis=2)
    near = distance.min(axis=1) <= 3 * SPREAD
    counts = np.bincount(distance.argmin(axis=1)[near], minlength=MODES)
    return float(near.mean()), int(np.sum(counts >= len(rows) / MODES / 4))


MODELS = {
    "GAN, cross-entropy, no penalty": (CrossEntropy(), 0.0),
    "GAN, cross-entropy + R1 + R2": (CrossEntropy(), 1.0),
    "GAN, relativistic pairing + R1 + R2": (RelativisticPairing(), 1.0),
    "VAE": None,
}


def samples(name, seed=0):
    """Rows from one model trained with one seed, and its bound on the log-likelihood of new rows, if it has one."""
    key = jax.random.key(1)
    if MODELS[name] is not None:
        return np.asarray(train_gan(*MODELS[name], seed=seed)(key, ROWS, None)), None
    vae = train_vae(seed)
    return np.asarray(vae.sample(key, ROWS)), bound(vae, mixture(ROWS, seed=1))


def study(seeds=(0, 1, 2), names=tuple(MODELS)):
    """`{model: (modes found for each seed, mean share of rows on a mode, mean bound or None)}`, and samples."""
    real = mixture(ROWS, seed=1)
    rows = {"the mixture itself": ([coverage(real)[1]], coverage(real)[0], float(log_density(real).mean()))}
    shown = {"the mixture itself": real}
    for name in names:
        drawn = [samples(name, seed) for seed in seeds]
        shares, modes = zip(*(coverage(x) for x, _ in drawn), strict=True)
        bounds = [b for _, b in drawn]
        rows[name] = (list(modes), float(np.mean(shares)), None if None in bounds else float(np.mean(bounds)))
        shown[name] = drawn[0][0]
    return rows, shown


def plot_samples(shown, path):
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(shown), figsize=(2.4 * len(shown), 3.0), layout="constrained")
    for ax, (name, x) in zip(axes, shown.items(), strict=True):
        ax.plot(*x[:2000].T, ".", ms=1.5, mew=0, color="#1f4e79")
        ax.set(xlim=(-2.7, 2.7), ylim=(-2.7, 2.7), xticks=[], yticks=[], aspect="equal")
        ax.set_title(name.replace(", ", ",\n", 1), fontsize=9)
    figure.savefig(path, dpi=110)
    plt.close(figure)
