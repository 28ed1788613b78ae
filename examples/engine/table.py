"""A small table: two numbers and a category, one-hot.

Run: python examples/engine/table.py
"""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from players import Discriminator, Generator, as_they_are
from sklearn.datasets import load_iris

from equipoise.adversarial import Balance, Game, GameSettings
from equipoise.training import run, start


class RowGenerator(eqx.Module):
    """Two numbers, then a category by hard Gumbel noise: a draw on the way forth, a softmax on the way back."""

    inner: Generator

    def __call__(self, key, n, context):
        key, noise = jax.random.split(key)
        numbers, logits = jnp.split(self.inner(key, n, context), [2], axis=1)
        soft = jax.nn.softmax(logits + jax.random.gumbel(noise, logits.shape))
        hard = jax.nn.one_hot(soft.argmax(1), 3)
        return jnp.concatenate([numbers, hard + soft - jax.lax.stop_gradient(soft)], axis=1)


def iris():
    data = load_iris()
    petals = (data.data[:, 2:] - data.data[:, 2:].mean(0)) / data.data[:, 2:].std(0)
    return np.concatenate([petals, np.eye(3)[data.target]], axis=1).astype(np.float32)


def class_means(rows):
    return np.stack([rows[rows[:, 2 + k] > 0.5, :2].mean(0) for k in range(3)])


def main(steps=3000):
    key_g, key_d = jax.random.split(jax.random.key(0))
    game = Game(embed=as_they_are, balance=Balance())
    state = start(game, RowGenerator(Generator(key_g, (5,))), Discriminator(key_d, (5,)))
    arguments = (GameSettings(rate=(3e-3, 3e-5)), None)
    state = run(game, state, iris(), steps=steps, batch=50, seed=0, arguments=arguments)
    rows = np.asarray(state.average(jax.random.key(1), 3000, None))
    shares = rows[:, 2:].mean(0)
    return float(np.abs(class_means(rows) - class_means(iris())).max()), shares


if __name__ == "__main__":
    off, shares = main()
    print(f"class means off by at most {off:.2f} deviations, shares {shares.round(2)}")
