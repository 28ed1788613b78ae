"""Two players: a generator and a discriminator with binary cross-entropy, by hand."""

import jax
import jax.numpy as jnp


def generator(g, z):
    return jnp.tanh(z @ g["V"] + g["a"]) @ g["W"] + g["b"]


def discriminator(d, x):
    """Logit of "this row is real", one a row: the sigmoid belongs to the loss."""
    return jnp.tanh(x @ d["V"] + d["a"]) @ d["w"]


def cross_entropy(logit, label):
    return jnp.mean(jax.nn.softplus(logit) - label * logit)


def discriminator_loss(d, g, x, z):
    """Real rows are to be called 1 and fake rows 0; the generator stands still."""
    return cross_entropy(discriminator(d, x), 1.0) + cross_entropy(discriminator(d, generator(g, z)), 0.0)


def generator_loss(g, d, z):
    """Fake rows are to be called 1 (non-saturating): its slope does not vanish when the fakes are bad."""
    return cross_entropy(discriminator(d, generator(g, z)), 1.0)


def step(g, d, x, z, rate):
    """Each player goes down its own loss, the discriminator first."""
    d = jax.tree.map(lambda w, slope: w - rate * slope, d, jax.grad(discriminator_loss)(d, g, x, z))
    g = jax.tree.map(lambda w, slope: w - rate * slope, g, jax.grad(generator_loss)(g, d, z))
    return g, d
