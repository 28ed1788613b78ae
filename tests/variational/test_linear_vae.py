"""The linear VAE reaches the highest likelihood of probabilistic PCA.

Tipping and Bishop, *Probabilistic principal component analysis* (1999), section 3.2; Lucas et al., *Don't blame the
ELBO!* (2019), section 4.
"""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from equipoise.training import run
from equipoise.variational import Climb, ClimbSettings, gaussian_kl


class LinearVAE(eqx.Module):
    """Affine both ways, with the variance of the noise to be learned."""

    decode: jax.Array
    log_noise: jax.Array
    slope: jax.Array
    log_variance: jax.Array

    def encode(self, rows, context):
        return rows @ self.slope, jnp.broadcast_to(self.log_variance, (len(rows), len(self.log_variance)))

    def log_likelihood(self, latents, rows, context):
        squares = jnp.sum((rows - latents @ self.decode) ** 2, axis=1)
        return -0.5 * (squares * jnp.exp(-self.log_noise) + rows.shape[1] * (jnp.log(2 * jnp.pi) + self.log_noise))


def exact_bound(model, rows):
    """Return the evidence lower bound, the expectation over latents taken by formula."""
    latents, log_variance = model.encode(rows, None)
    blur = jnp.sum(jnp.exp(model.log_variance - model.log_noise) * jnp.sum(model.decode**2, axis=1))
    likelihood = model.log_likelihood(latents, rows, None) - 0.5 * blur
    return float(jnp.mean(likelihood - jnp.sum(gaussian_kl(latents, log_variance), axis=1)))


def best_likelihood(rows, latents):
    values = np.linalg.eigvalsh(np.cov(rows, rowvar=False, bias=True))[::-1]
    d, noise = len(values), values[latents:].mean()
    logs = np.log(values[:latents]).sum() + (d - latents) * np.log(noise)
    return -0.5 * (d * np.log(2 * np.pi) + logs + d)


def identity(batch, context):
    return batch


def test_the_bound_of_the_linear_vae_is_the_likelihood_of_probabilistic_pca():
    random = np.random.default_rng(0)
    rows = random.standard_normal((200, 2)) @ random.standard_normal((2, 5)) + 0.5 * random.standard_normal((200, 5))
    rows = (rows - rows.mean(0)).astype(np.float32)
    decode, slope = (0.3 * random.standard_normal(shape).astype(np.float32) for shape in ((2, 5), (5, 2)))
    climb = Climb(embed=identity)
    state = climb.init(LinearVAE(jnp.asarray(decode), jnp.zeros(()), jnp.asarray(slope), jnp.zeros(2)))
    arguments = (ClimbSettings(rate=(1e-2, 1e-4)), None)
    model = run(climb, state, rows, steps=4000, batch=200, seed=0, arguments=arguments).average
    value, best = exact_bound(model, jnp.asarray(rows)), best_likelihood(rows.astype(float), 2)
    assert value < best + 1e-5  # float32
    assert value == pytest.approx(best, abs=1e-3)
