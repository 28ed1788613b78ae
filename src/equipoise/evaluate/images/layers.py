"""Convolutions of images, with weights that start from NumPy as those of `equipoise.training.dense` do.

    convolved(x, w)      y = sum of the windows of x times w
    correlated(x, g)     the derivative of <y, g> by w; the one by x is convolved(g, w turned by 180 degrees)

Each is linear in both of its arguments, and the derivatives of each are made of both: these two programs serve
derivatives of any order, such as those of a penalty on slopes. On CPU they are quicker than what XLA derives by itself:
its convolution is fast, and `correlated` is one too, of x with its channels in place of images.
"""

from __future__ import annotations

from functools import partial
from math import isqrt

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from equipoise.training.dense import Random

__all__ = ["Convolution", "convolved"]


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

    def __call__(self, x: jax.Array, one: jax.typing.ArrayLike = 1.0) -> jax.Array:
        """Return images with other channels; the bias counts `one` times, a number or an array (n, 1, 1, 1)."""
        return convolved(x, self.weight) + one * self.bias


@jax.custom_vjp
def convolved(x: jax.Array, weight: jax.Array) -> jax.Array:
    """Return the product of the window around each pixel, zeros beyond the edge, with a matrix.

    Parameters
    ----------
    x : array of shape (n, height, width, channels)
    weight : array of shape (size * size * channels, outputs)
        The size of the windows is odd, and follows from the shapes.

    Returns
    -------
    array of shape (n, height, width, outputs)

    Examples
    --------
    >>> convolved(jnp.ones((1, 2, 2, 1)), jnp.ones((9, 1)))[0, :, :, 0].tolist()  # four pixels in each window
    [[4.0, 4.0], [4.0, 4.0]]
    """
    side = isqrt(len(weight) // x.shape[3])
    if side == 1:
        return x @ weight
    kernel = weight.reshape(side, side, x.shape[3], -1)
    made: jax.Array = jax.lax.conv_general_dilated(
        x, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
    )
    return made


@partial(jax.custom_vjp, nondiff_argnums=(2,))
def correlated(x: jax.Array, slope: jax.Array, side: int) -> jax.Array:
    """Return the derivative of ``sum(convolved(x, weight) * slope)`` by the weight."""
    if side == 1:
        return x.reshape(-1, x.shape[3]).T @ slope.reshape(-1, slope.shape[3])
    edge = side // 2
    # axes are exchanged here and not by numbers of dimensions, for which XLA has a quick program outside of loops alone
    made = jax.lax.conv_general_dilated(
        x.transpose(3, 1, 2, 0),
        slope.transpose(1, 2, 0, 3),
        (1, 1),
        [(edge, edge)] * 2,
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
    )
    return made.transpose(1, 2, 0, 3).reshape(-1, slope.shape[3])


def _turned(weight: jax.Array, channels: int) -> jax.Array:
    """Return the matrix that carries slopes back from outputs to inputs."""
    side = isqrt(len(weight) // channels)
    kernel = weight.reshape(side, side, channels, -1)[::-1, ::-1]
    return jnp.swapaxes(kernel, 2, 3).reshape(-1, channels)


def _convolved_forward(x: jax.Array, weight: jax.Array) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    return convolved(x, weight), (x, weight)


def _convolved_back(kept: tuple[jax.Array, jax.Array], slope: jax.Array) -> tuple[jax.Array, jax.Array]:
    x, weight = kept
    side = isqrt(len(weight) // x.shape[3])
    return convolved(slope, _turned(weight, x.shape[3])), correlated(x, slope, side)


def _correlated_forward(x: jax.Array, slope: jax.Array, side: int) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    return correlated(x, slope, side), (x, slope)


def _correlated_back(_: int, kept: tuple[jax.Array, jax.Array], weight: jax.Array) -> tuple[jax.Array, jax.Array]:
    x, slope = kept
    return convolved(slope, _turned(weight, x.shape[3])), convolved(x, weight)


convolved.defvjp(_convolved_forward, _convolved_back)
correlated.defvjp(_correlated_forward, _correlated_back)
