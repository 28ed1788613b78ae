"""Series of vectors: sine and cosine of a common phase and frequency.

Run: python examples/engine/series.py
"""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from players import as_they_are

from equipoise.adversarial import Balance, Game, GameSettings
from equipoise.training import run, start

LENGTH = 16


class SeriesGenerator(eqx.Module):
    """A recurrent cell that starts from noise and speaks at every step."""

    begin: eqx.nn.Linear
    cell: eqx.nn.GRUCell
    speak: eqx.nn.Linear

    def __init__(self, key, hidden=32):
        keys = jax.random.split(key, 3)
        self.begin = eqx.nn.Linear(8, hidden, key=keys[0])
        self.cell = eqx.nn.GRUCell(2, hidden, key=keys[1])
        self.speak = eqx.nn.Linear(hidden, 2, key=keys[2])

    def one(self, noise):
        def step(carry, _):
            hidden = self.cell(carry[1], carry[0])
            return (hidden, self.speak(hidden)), self.speak(hidden)

        hidden = jnp.tanh(self.begin(noise))
        return jax.lax.scan(step, (hidden, self.speak(hidden)), length=LENGTH)[1]

    def __call__(self, key, n, context):
        return jax.vmap(self.one)(jax.random.normal(key, (n, 8)))


class SeriesDiscriminator(eqx.Module):
    """A convolution along time, then a judgement of the whole."""

    listen: eqx.nn.Conv1d
    judge: eqx.nn.MLP

    def __init__(self, key):
        self.listen = eqx.nn.Conv1d(2, 16, 3, stride=2, key=key)
        self.judge = eqx.nn.MLP(16 * 7, "scalar", 64, 1, jax.nn.gelu, key=key)

    def __call__(self, rows, context):
        return jax.vmap(lambda row: self.judge(jax.nn.gelu(self.listen(row.T)).ravel()))(rows)


def waves(n, seed):
    random = np.random.default_rng(seed)
    phase, frequency = random.uniform(0, 2 * np.pi, (n, 1)), random.uniform(0.3, 0.6, (n, 1))
    angle = phase + frequency * np.arange(LENGTH)
    return np.stack([np.sin(angle), np.cos(angle)], axis=2).astype(np.float32)


def main(steps=3000):
    key_g, key_d = jax.random.split(jax.random.key(0))
    game = Game(embed=as_they_are, balance=Balance())
    state = start(game, SeriesGenerator(key_g), SeriesDiscriminator(key_d))
    arguments = (GameSettings(rate=(3e-3, 3e-5)), None)
    state = run(game, state, waves(2000, seed=0), steps=steps, batch=64, seed=0, arguments=arguments)
    series = np.asarray(state.average(jax.random.key(1), 500, None))
    radius = np.linalg.norm(series, axis=2)  # a true one stays on the circle of radius 1
    return float(np.abs(radius - 1).mean()), series


if __name__ == "__main__":
    print(f"off the circle by {main()[0]:.3f} in the mean")
