"""A small game that can be run, stopped and resumed, as a module and as a program.

As a program: ``python -m tests.training.runs FOLDER [replace|fsync NUMBER]`` trains in a folder and, where asked, kills
itself at the so many-th call of that function.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sys

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from equipoise.adversarial import Balance, Game, GameSettings, lecam
from equipoise.training import RunFolder, run, start

STEPS, BATCH = 200, 8
DATA = np.random.default_rng(0).normal(3.0, 0.5, size=(50, 2)).astype(np.float32)
ARGUMENTS = (GameSettings(rate=(1e-2, 1e-3), decay=(0.01, 0.02)), None)


class Cloud(eqx.Module):
    """Noise through one layer."""

    weight: jax.Array
    bias: jax.Array

    def __call__(self, key, n, context):
        return jax.random.normal(key, (n, 2)) @ self.weight + self.bias


class Judge(eqx.Module):
    """Two layers to one number."""

    inner: jax.Array
    outer: jax.Array

    def __call__(self, rows, context):
        return jnp.tanh(rows @ self.inner) @ self.outer


def identity(batch, context):
    return batch


# everything that has a state of its own: levels, directions, balance, two averages, a lazy penalty
GAME = Game(
    embed=identity, penalty=lecam, lazy=2, spectral=True, balance=Balance(), generator_every=2, half_lives=(0.1, 0.3)
)


def first_state(game=GAME):
    random = np.random.default_rng(1)
    weights = [jnp.asarray(random.normal(size=shape), jnp.float32) for shape in ((2, 2), (2,), (2, 4), (4,))]
    return start(game, Cloud(*weights[:2]), Judge(*weights[2:]))


def play(folder=None, every=32, game=GAME, **options):
    options = {"steps": STEPS, "batch": BATCH, "seed": 3, "arguments": ARGUMENTS} | options
    kept = None if folder is None else RunFolder(folder, every=every)
    return run(game, first_state(game), options.pop("data", DATA), folder=kept, **options)


def digest(state):
    """SHA-256 of all arrays."""
    total = hashlib.sha256()
    for leaf in jax.tree.leaves(eqx.filter(state, eqx.is_array)):
        total.update(np.asarray(leaf).tobytes())
    return total.hexdigest()


def kill_at(name, number):
    """Kill this process, as nothing can catch it, at a call of a function of `os`."""
    real, calls = getattr(os, name), iter(range(1, 10**9))

    def deadly(*args):
        if next(calls) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args)

    setattr(os, name, deadly)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        kill_at(sys.argv[2], int(sys.argv[3]))
    print(digest(play(sys.argv[1])))
