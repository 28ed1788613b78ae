"""Two players that serve most of these examples: a net from noise to a row, a net from a row to a number."""

import math

import equinox as eqx
import jax


class Generator(eqx.Module):
    """Normal noise to rows of a shape."""

    net: eqx.nn.MLP
    shape: tuple = eqx.field(static=True)

    def __init__(self, key, shape, latent=16, width=64):
        self.net = eqx.nn.MLP(latent, math.prod(shape), width, 2, jax.nn.gelu, key=key)
        self.shape = shape

    def __call__(self, key, n, context):
        noise = jax.random.normal(key, (n, self.net.in_size))
        return jax.vmap(self.net)(noise).reshape(n, *self.shape)


class Discriminator(eqx.Module):
    """Rows of a shape to one number each."""

    net: eqx.nn.MLP

    def __init__(self, key, shape, width=64):
        self.net = eqx.nn.MLP(math.prod(shape), "scalar", width, 2, jax.nn.gelu, key=key)

    def __call__(self, rows, context):
        return jax.vmap(self.net)(rows.reshape(len(rows), -1))


def as_they_are(batch, context):
    return batch
