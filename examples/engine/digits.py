"""Handwritten digits of 8x8 pixels.

Run: python examples/engine/digits.py
"""

import jax
import numpy as np
from players import Discriminator, Generator, as_they_are
from sklearn.datasets import load_digits

from equipoise.adversarial import Balance, Game, GameSettings
from equipoise.training import run, start


def distance(images, real):
    """How far means and deviations of the pixels are from the real ones, the mean over pixels."""
    off = np.abs(images.mean(0) - real.mean(0)) + np.abs(images.std(0) - real.std(0))
    return float(off.mean())


def main(steps=4000):
    images = (load_digits().images / 8 - 1).astype(np.float32)
    key_g, key_d = jax.random.split(jax.random.key(0))
    game = Game(embed=as_they_are, balance=Balance())
    state = start(game, Generator(key_g, (8, 8)), Discriminator(key_d, (8, 8)))
    arguments = (GameSettings(rate=(2e-3, 2e-5)), None)
    state = run(game, state, images, steps=steps, batch=64, seed=0, arguments=arguments)
    samples = np.asarray(state.average(jax.random.key(1), 1000, None))
    return distance(samples, images), samples


if __name__ == "__main__":
    off, samples = main()
    print(f"off by {off:.3f} a pixel")
    for row in samples[0]:
        print("".join(" .:-=+*#%@"[int(np.clip((value + 1) * 5, 0, 9))] * 2 for value in row))
