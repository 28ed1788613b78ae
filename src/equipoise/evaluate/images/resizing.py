"""Images in another size by a linear kernel, which is widened where it shrinks them, so that nothing is aliased.

Twice and half the size, the usual steps of a network, are sums of neighbours: those and their derivatives are quick,
where the matrix products of `jax.image.resize` need copies of the images in another order. Results are the same.

Where nothing may be lost, pixels become channels and channels pixels (`space_to_depth`, `depth_to_space`).
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

__all__ = ["depth_to_space", "resized", "space_to_depth"]


def resized(x: jax.Array, height: int, width: int) -> jax.Array:
    """Return images of shape (n, height, width, channels) in another size.

    Examples
    --------
    >>> resized(jnp.ones((1, 7, 7, 2)), 4, 4).shape
    (1, 4, 4, 2)
    """
    # the axis that shrinks comes first, and the one that grows last: less to compute
    for axis, size in sorted(((1, height), (2, width)), key=lambda pair: pair[1] / x.shape[pair[0]]):
        n = x.shape[axis]
        if size == 2 * n:
            x = _doubled(x, axis)
        elif n == 2 * size:
            x = _halved(x, axis)
        elif size != n:
            x = jax.image.resize(x, (*x.shape[:axis], size, *x.shape[axis + 1 :]), "linear")
    return x


def space_to_depth(x: jax.Array) -> jax.Array:
    """Return images of half the size, with the four pixels of each square as channels; odd sides get zeros at the end.

    Shi et al., *Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural
    network* (2016), section 3.2, backwards.

    Examples
    --------
    >>> space_to_depth(jnp.arange(4.0).reshape(1, 2, 2, 1)).ravel().tolist()
    [0.0, 1.0, 2.0, 3.0]
    """
    n, height, width, channels = x.shape
    x = jnp.pad(x, ((0, 0), (0, height % 2), (0, width % 2), (0, 0)))
    squares = x.reshape(n, -(-height // 2), 2, -(-width // 2), 2, channels)
    return squares.transpose(0, 1, 3, 2, 4, 5).reshape(*squares.shape[:2], squares.shape[3], 4 * channels)


def depth_to_space(x: jax.Array, height: int, width: int) -> jax.Array:
    """Return what `space_to_depth` made of images of a size.

    Examples
    --------
    >>> image = jnp.arange(15.0).reshape(1, 5, 3, 1)
    >>> bool(jnp.array_equal(depth_to_space(space_to_depth(image), 5, 3), image))
    True
    """
    n, rows, columns, channels = x.shape
    squares = x.reshape(n, rows, columns, 2, 2, channels // 4).transpose(0, 1, 3, 2, 4, 5)
    return squares.reshape(n, 2 * rows, 2 * columns, channels // 4)[:, :height, :width]


def _halved(x: jax.Array, axis: int) -> jax.Array:
    """Return sums of four neighbours, 1, 3, 3 and 1 parts of each; at the edges of three."""
    size = x.shape[axis] // 2
    pairs = x.reshape(*x.shape[:axis], size, 2, *x.shape[axis + 1 :])
    first, last = (jax.lax.index_in_dim(pairs, place, axis + 1, keepdims=False) for place in (0, 1))
    total = 3.0 * (first + last) + _before(last, axis) + _after(first, axis)
    parts = np.full(size, 8.0)
    parts[0] -= 1.0
    parts[-1] -= 1.0
    return total / _along(parts, axis)


def _doubled(x: jax.Array, axis: int) -> jax.Array:
    """Return sums of two neighbours, 1 and 3 parts of each; at the edges the pixel itself."""
    first, last = np.full(x.shape[axis], 4.0), np.full(x.shape[axis], 4.0)
    first[0], last[-1] = 3.0, 3.0
    before = (3.0 * x + _before(x, axis)) / _along(first, axis)
    after = (3.0 * x + _after(x, axis)) / _along(last, axis)
    both = jnp.stack([before, after], axis + 1)
    return both.reshape(*x.shape[:axis], 2 * x.shape[axis], *x.shape[axis + 1 :])


def _before(x: jax.Array, axis: int) -> jax.Array:
    """Return the neighbour with the lower number of each pixel, zero where there is none."""
    pads = [(1, 0) if place == axis else (0, 0) for place in range(4)]
    return jax.lax.slice_in_dim(jnp.pad(x, pads), 0, x.shape[axis], axis=axis)


def _after(x: jax.Array, axis: int) -> jax.Array:
    pads = [(0, 1) if place == axis else (0, 0) for place in range(4)]
    return jax.lax.slice_in_dim(jnp.pad(x, pads), 1, x.shape[axis] + 1, axis=axis)


def _along(numbers: np.ndarray, axis: int) -> jax.Array:
    return jnp.asarray(numbers, jnp.float32).reshape([-1 if place == axis else 1 for place in range(4)])
