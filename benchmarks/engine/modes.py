"""Ring of 8 and grid of 25 narrow Gaussians, judged by the protocol of PacGAN.

Ring of radius 1, deviation 0.01; grid of spacing 2, deviation 0.05; 100,000 points to train on, 2,500 samples judged. A
sample is of high quality within 3 deviations of its nearest mode, a mode counts with one such sample; reverse KL is
that of the counts of the high-quality samples against the uniform law. Ten seeds. Published (Lin et al. 2018, table 1),
after 400,000 steps of batches of 100: GAN 6.3 and 17.3 modes, two rows packed 7.9 and 23.8 modes, high quality 95.6 and
91.3 %, reverse KL .07 and .13; 98.9 % of the true law are of high quality.

Networks, objective and penalty are this library's, 8,000 steps of batches of 256. Modes that are 40 deviations apart
need noise that jumps: beside two normal numbers the generator draws one of 256 classes. Differences of a deviation need
a discriminator that sees them: beside the point it takes sines and cosines of it, in five octaves from six times the
spread of the data downwards.

Run: python benchmarks/engine/modes.py [ring|grid ...] [--seeds 10]
"""

from __future__ import annotations

import sys
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from _common import clock, draw, grid, mean_and_error, mixture, nearest, note, ring, rows_as_they_are, say

from equipoise.adversarial import Balance, Game, GameSettings
from equipoise.training import run, start

STEPS, CLASSES, WIDTH, OCTAVES = 8_000, 256, 128, 5
BALANCE = Balance(first=0.05, speed=0.0, fall=0.02)
DATA = {"ring": (ring(8, 1.0), 0.01), "grid": (grid(5, 2.0), 0.05)}


class Jumping(eqx.Module):
    """A generator of normal noise and of a class, drawn evenly."""

    table: jax.Array
    net: eqx.nn.MLP
    classes: int = eqx.field(static=True)
    latent: int = eqx.field(static=True)

    def __init__(self, key: jax.Array, classes: int, latent: int, width: int) -> None:
        first, second = jax.random.split(key)
        self.table = jax.random.normal(first, (classes, width))
        self.net = eqx.nn.MLP(width + latent, 2, width, 2, jax.nn.relu, key=second)
        self.classes, self.latent = classes, latent

    def __call__(self, key: jax.Array, n: int, context: Any) -> jax.Array:
        first, second = jax.random.split(key)
        rows = self.table[jax.random.randint(first, (n,), 0, self.classes)]
        noise = jax.random.normal(second, (n, self.latent))
        return jax.vmap(self.net)(jnp.concatenate([rows, noise], axis=1))


class Waves(eqx.Module):
    """A discriminator that sees the point and its sines and cosines."""

    net: eqx.nn.MLP
    period: float = eqx.field(static=True)
    octaves: int = eqx.field(static=True)

    def __init__(self, key: jax.Array, width: int, period: float, octaves: int) -> None:
        self.net = eqx.nn.MLP(2 + 4 * octaves, "scalar", width, 2, lambda x: jax.nn.leaky_relu(x, 0.2), key=key)
        self.period, self.octaves = period, octaves

    def __call__(self, rows: jax.Array, context: Any) -> jax.Array:
        turns = rows[:, :, None] / self.period * 2.0 ** jnp.arange(self.octaves)
        angles = 2.0 * jnp.pi * turns.reshape(len(rows), -1)
        seen = jnp.concatenate([rows / self.period, jnp.sin(angles), jnp.cos(angles)], axis=1)
        return jax.vmap(self.net)(seen)


def judge(points: np.ndarray, centres: np.ndarray, sigma: float) -> dict[str, float]:
    """Return modes, share of high quality and reverse KL."""
    mode, distance = nearest(points, centres)
    good = distance < 3.0 * sigma
    counts = np.bincount(mode[good], minlength=len(centres))
    shares = counts[counts > 0] / max(counts.sum(), 1)
    return {
        "modes": int((counts > 0).sum()),
        "quality": float(good.mean()),
        "kl": float(np.sum(shares * np.log(shares * len(centres)))),
    }


def play(name: str, seed: int) -> dict[str, float]:
    """Return how one run ended, with its seconds."""
    began, (centres, sigma) = clock(), DATA[name]
    rows = mixture(centres, sigma, 100_000, seed=seed)
    game = Game(embed=rows_as_they_are, lazy=1, balance=BALANCE)
    keys = jax.random.split(jax.random.key(seed))
    judge_of_rows = Waves(keys[1], WIDTH, 6.0 * float(rows.std()), OCTAVES)
    state = start(game, Jumping(keys[0], CLASSES, 2, WIDTH), judge_of_rows)
    state = run(game, state, rows, steps=STEPS, batch=256, seed=seed, arguments=(GameSettings(rate=(2e-3, 2e-5)), None))
    return judge(draw(state.average, 2_500), centres, sigma) | {"seconds": clock() - began}


def main(names: list[str], seeds: int) -> None:
    """Print a row for each data set, and one for fresh points of the true law."""
    say("| data | seeds | all modes | modes | high quality | least | reverse KL | most | seconds a run |")
    say("|---|---|---|---|---|---|---|---|---|")
    for name in names:
        centres, sigma = DATA[name]
        runs = []
        for seed in range(seeds):
            runs.append(play(name, seed))
            note(f"{name} {seed} {runs[-1]}")
        modes, quality, kl, seconds = ([one[key] for one in runs] for key in ("modes", "quality", "kl", "seconds"))
        whole = sum(count == len(centres) for count in modes)
        say(
            f"| {name} | {seeds} | {whole} | {np.mean(modes):.1f} | {mean_and_error(quality)} | {min(quality):.3f} | "
            f"{mean_and_error(kl)} | {max(kl):.2g} | {np.mean(seconds):.0f} |"
        )
        true = judge(mixture(centres, sigma, 2_500, seed=99), centres, sigma)
        say(f"| {name}, true law | | | {true['modes']} | {true['quality']:.3f} | | {true['kl']:.2g} | | |")


if __name__ == "__main__":
    words = sys.argv[1:]
    count = int(words[words.index("--seeds") + 1]) if "--seeds" in words else 10
    main([word for word in words if word in DATA] or list(DATA), count)
