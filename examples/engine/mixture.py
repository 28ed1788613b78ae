"""Eight clouds on a ring.

Run: python examples/engine/mixture.py
"""

import jax
import numpy as np
from players import Discriminator, Generator, as_they_are

from equipoise.adversarial import Balance, Game, GameSettings
from equipoise.training import run, start


def ring(n, seed):
    random = np.random.default_rng(seed)
    angles = 2 * np.pi * random.integers(8, size=n) / 8
    points = 2 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return (points + 0.1 * random.standard_normal((n, 2))).astype(np.float32)


def missed(points):
    """Share of points that lie beyond three deviations of every cloud, and clouds that have less than a fiftieth."""
    centres = 2 * np.stack([np.cos(np.arange(8) * np.pi / 4), np.sin(np.arange(8) * np.pi / 4)], axis=1)
    distance = np.linalg.norm(points[:, None] - centres, axis=2)
    near = distance.min(1) < 0.3
    counts = np.bincount(distance.argmin(1)[near], minlength=8)
    return float(1 - near.mean()), int((counts < len(points) / 50).sum())


def main(steps=5000):
    key_g, key_d = jax.random.split(jax.random.key(0))
    game = Game(embed=as_they_are, balance=Balance())  # alpha chooses itself
    state = start(game, Generator(key_g, (2,)), Discriminator(key_d, (2,)))
    arguments = (GameSettings(rate=(3e-3, 3e-5)), None)
    state = run(game, state, ring(5000, seed=0), steps=steps, batch=128, seed=0, arguments=arguments)
    return missed(np.asarray(state.average(jax.random.key(1), 2000, None)))


if __name__ == "__main__":
    print("outside {:.3f}, clouds without points {}".format(*main()))
