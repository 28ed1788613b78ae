"""Features of images, each with a name that goes into every report.

`RandomConvolutions` is not trained: two layers of random filters, pooled; it sees texture and shape, and needs nothing.
`ClassifierFeatures` is a small net that learned to tell the classes of the real training images; it sees what makes a
class. Distances on different features, or on those of differently trained nets, must not be compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from equipoise.evaluate.images.layers import Convolution
from equipoise.evaluate.images.resizing import resized
from equipoise.training.dense import Dense
from equipoise.training.loop import Clock, run
from equipoise.training.optimizers import ADAM
from equipoise.training.randomness import Stream, numpy_generator
from equipoise.training.schedule import cosine

__all__ = ["ClassifierFeatures", "Features", "RandomConvolutions"]

_BLOCK = 256


class Features(Protocol):
    """A map from images of floats from -1 to 1, shape (n, height, width, channels), to vectors, and its name."""

    name: str

    def __call__(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return vectors of shape (n, d)."""


class Trunk(eqx.Module):
    """Two convolutions with pooling, then the pooled and the flat responses."""

    first: Convolution
    second: Convolution

    def __init__(self, random: np.random.Generator, channels: int, width: int) -> None:
        self.first = Convolution(random, channels, width, 3, 2.0**0.5)
        self.second = Convolution(random, width, 2 * width, 3, 2.0**0.5)

    def __call__(self, rows: jax.Array) -> jax.Array:
        x = jax.nn.relu(self.first(rows))
        x = jax.nn.relu(self.second(resized(x, -(-x.shape[1] // 2), -(-x.shape[2] // 2))))
        return resized(x, min(4, x.shape[1]), min(4, x.shape[2])).reshape(len(x), -1)


class Classifier(eqx.Module):
    """Trunk, one hidden layer, and a logit a class."""

    trunk: Trunk
    hidden: Dense
    out: Dense

    def __call__(self, rows: jax.Array) -> jax.Array:
        return self.out(self.features(rows))

    def features(self, rows: jax.Array) -> jax.Array:
        """Return the hidden layer, shape (n, 64)."""
        return jax.nn.relu(self.hidden(self.trunk(rows)))


class RandomConvolutions:
    """Random filters, projected at random to 64 numbers; the same for the same seed and number of channels.

    Parameters
    ----------
    channels : int
    seed : int

    Examples
    --------
    >>> RandomConvolutions(1)(np.zeros((2, 8, 8, 1), np.float32)).shape
    (2, 64)
    """

    name = "random convolutions"

    def __init__(self, channels: int, seed: int = 0) -> None:
        random = numpy_generator(seed, Stream.INIT, 1)
        self._trunk = Trunk(random, channels, 16)
        self._random = random
        self._projection: NDArray[np.float64] | None = None

    def __call__(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return vectors of shape (n, 64)."""
        found = _applied(_trunk, self._trunk, rows)
        if self._projection is None:
            self._projection = self._random.standard_normal((found.shape[1], 64)) / found.shape[1] ** 0.5
        projected: NDArray[np.float64] = found @ self._projection
        return projected


class ClassifierFeatures:
    """The hidden layer of a classifier that learned from real training images.

    Parameters
    ----------
    rows : ndarray of float32, shape (n, height, width, channels)
    codes : ndarray of int, shape (n,)
        Their classes, from 0 on.
    seed, steps : int

    Examples
    --------
    >>> rows = np.repeat(np.float32([-1.0, 1.0]), 20)[:, None, None, None] * np.ones((1, 4, 4, 1), np.float32)
    >>> features = ClassifierFeatures(rows, np.repeat([0, 1], 20), steps=32)
    >>> features.classes(rows).tolist() == [0] * 20 + [1] * 20
    True
    """

    name = "classifier trained on the real training images"

    def __init__(
        self, rows: NDArray[np.float32], codes: NDArray[np.integer[Any]], seed: int = 0, steps: int = 640
    ) -> None:
        random, classes = numpy_generator(seed, Stream.INIT, 2), int(codes.max()) + 1
        trunk = Trunk(random, rows.shape[3], 8)
        flat = 16 * min(4, -(-rows.shape[1] // 2)) * min(4, -(-rows.shape[2] // 2))
        net = Classifier(trunk, Dense(random, flat, 64, 2.0**0.5), Dense(random, 64, classes))
        data = np.concatenate([rows.reshape(len(rows), -1), codes[:, None]], axis=1).astype(np.float32)
        state = (net, ADAM.init(net))
        step = _Descent((rows.shape[1], rows.shape[2], rows.shape[3]))
        self._net = run(step, state, data, steps=steps, batch=64, seed=seed)[0]

    def __call__(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return vectors of shape (n, 64)."""
        return _applied(_hidden, self._net, rows)

    def classes(self, rows: NDArray[np.float32]) -> NDArray[np.intp]:
        """Return the class that each image is taken for."""
        taken: NDArray[np.intp] = _applied(_logits, self._net, rows).argmax(axis=1)
        return taken


@dataclass(frozen=True)
class _Descent:
    """One step on the mean cross-entropy."""

    shape: tuple[int, int, int]

    def __call__(
        self, state: Any, batch: jax.Array, key: jax.Array, clock: Clock, arguments: Any
    ) -> tuple[Any, dict[str, jax.Array]]:
        del key, arguments
        net, moments = state
        rows, codes = batch[:, :-1].reshape(len(batch), *self.shape), batch[:, -1].astype(jnp.int32)

        def loss(net: Classifier) -> jax.Array:
            logits = jax.nn.log_softmax(net(rows))
            return -jnp.mean(jnp.take_along_axis(logits, codes[:, None], axis=1))

        value, gradient = eqx.filter_value_and_grad(loss)(net)
        net, moments = ADAM.update(net, gradient, moments, clock.brake * cosine(3e-3, 3e-5, clock.done), decay=1e-2)
        return (net, moments), {"loss": value}


@jax.jit
def _trunk(net: Trunk, rows: jax.Array) -> jax.Array:
    return net(rows)


@jax.jit
def _hidden(net: Classifier, rows: jax.Array) -> jax.Array:
    return net.features(rows)


@jax.jit
def _logits(net: Classifier, rows: jax.Array) -> jax.Array:
    return net(rows)


def _applied(program: Any, net: Any, rows: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return what a compiled program makes of images, in blocks of one size, hence with one compilation."""
    parts = []
    for begin in range(0, len(rows), _BLOCK):
        block = rows[begin : begin + _BLOCK]
        padded = np.concatenate([block, np.zeros((_BLOCK - len(block), *rows.shape[1:]), np.float32)])
        parts.append(np.asarray(program(net, padded), np.float64)[: len(block)])
    return np.concatenate(parts)
