"""Convolutions and sizes: against XLA's and JAX's own, with derivatives of the second order."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from equipoise.evaluate.images.layers import convolved
from equipoise.evaluate.images.resizing import resized

RANDOM = np.random.default_rng(0)


def normal(*shape):
    return jnp.asarray(RANDOM.standard_normal(shape), jnp.float32)


def by_xla(x, weight):
    """The convolution of which XLA makes the derivatives itself."""
    side = round((len(weight) // x.shape[3]) ** 0.5)
    kernel = weight.reshape(side, side, x.shape[3], -1)
    return jax.lax.conv_general_dilated(x, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))


def loss(convolve):
    """Of a small net and of its slopes, as a penalised discriminator has it."""

    def total(weights, x):
        def output(x):
            return jnp.sum(jnp.tanh(convolve(jnp.tanh(convolve(x, weights[0])), weights[1])))

        return output(x) + jnp.sum(jnp.square(jax.grad(output)(x)))

    return total


@pytest.mark.parametrize(("n", "shape", "wide", "side"), [(6, (5, 4), 3, 3), (7, (3, 3), 1, 5), (4, (2, 6), 4, 1)])
def test_derivatives_of_both_orders_are_those_of_xla(n, shape, wide, side):
    x, weights = normal(n, *shape, 2), (0.3 * normal(side * side * 2, wide), 0.3 * normal(side * side * wide, 1))
    ours, wanted = (jax.jit(jax.grad(loss(f), argnums=(0, 1)))(weights, x) for f in (convolved, by_xla))
    for one, other in zip(jax.tree.leaves(ours), jax.tree.leaves(wanted), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("before", [(7, 8), (1, 12)])
@pytest.mark.parametrize("after", [(7, 8), (14, 4), (2, 6)])
def test_sizes_and_their_slopes_are_those_of_jax(before, after):
    x, weigh = normal(2, *before, 3), normal(2, *after, 3)

    def theirs(x):
        return jax.image.resize(x, weigh.shape, "linear")

    np.testing.assert_allclose(resized(x, *after), theirs(x), atol=1e-5)
    ours, wanted = (
        jax.jit(jax.grad(lambda x, f=f: jnp.sum(f(x) * weigh)))(x) for f in (lambda x: resized(x, *after), theirs)
    )
    np.testing.assert_allclose(ours, wanted, atol=1e-5)
