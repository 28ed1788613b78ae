"""Convolutions of images, with weights that start from NumPy as those of `equipoise.training.dense` do.

A convolution is one matrix product of all windows: on CPU, XLA
has fast code for products, and none for the derivatives of convolutions that a penalty on slopes asks for.
"""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from equipoise.training.dense import Random

__all__ = ["Convolution", "resized"]


class Convolution(eqx.Module):
    """Convolution of images of shape (n, height, width, channels) that keeps height and width.

    The weight is the matrix that multiplies each window, shape (size * size * inputs, outputs).
    """

    weight: jax.Array
    bias: jax.Array
    size: int = eqx.field(static=True)

    def __init__(self, random: Random, inputs: int, outputs: int, size: int = 3, gain: float = 1.0) -> None:
        values = size * size * inputs
        self.weight = jnp.asarray(gain / values**0.5 * random.standard_normal((values, outputs)), jnp.float32)
        self.bias = jnp.asarray(np.zeros(outputs, np.float32))
        self.size = size

    def __call__(self, x: jax.Array) -> jax.Array:
        """Return images with other channels."""
        return windows(x, self.size) @ self.weight + self.bias


def windows(x: jax.Array, size: int) -> jax.Array:
    """Return the window around each pixel, of odd size and with zeros beyond the edge, as ``size * size * c`` channels.

    Examples
    --------
    >>> windows(jnp.ones((1, 2, 2, 1)), 3).sum(axis=3).tolist()  # four pixels in each window
    [[[4.0, 4.0], [4.0, 4.0]]]
    """
    if size == 1:
        return x
    edge = size // 2
    padded = jnp.pad(x, ((0, 0), (edge, edge), (edge, edge), (0, 0)))
    height, width = x.shape[1:3]
    shifted = [padded[:, i : i + height, j : j + width] for i in range(size) for j in range(size)]
    return jnp.concatenate(shifted, axis=3)


def resized(x: jax.Array, height: int, width: int) -> jax.Array:
    """Return images in another size by a linear kernel, which is widened where it shrinks them (no aliasing).

    Examples
    --------
    >>> resized(jnp.ones((1, 7, 7, 2)), 4, 4).shape
    (1, 4, 4, 2)
    """
    if x.shape[1:3] == (height, width):
        return x
    smooth: jax.Array = jax.image.resize(x, (x.shape[0], height, width, x.shape[3]), "linear")
    return smooth
