"""The bound and the step on a model whose optimum is known."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from equipoise.training import run
from equipoise.variational import Climb, ClimbSettings, elbo, free_bits, gaussian_kl, importance_bound, log_weight


def test_divergence_against_monte_carlo():
    mean, log_variance = np.array([0.5, -1.0]), np.array([0.3, -0.7])
    z = mean + np.exp(log_variance / 2) * np.random.default_rng(0).standard_normal((400_000, 2))
    density = -0.5 * (((z - mean) ** 2 / np.exp(log_variance)) + log_variance - z**2).sum(1)
    value = float(gaussian_kl(jnp.asarray(mean)[None], jnp.asarray(log_variance)[None]).sum())
    assert value == pytest.approx(density.mean(), abs=0.01)


def test_beta_weighs_the_divergence():
    likelihood, kl = jnp.array([-1.0, -3.0]), jnp.array([2.0, 4.0])
    assert float(elbo(likelihood, kl)) == -5.0
    assert float(elbo(likelihood, kl, beta=0.5)) == -3.5


class Linear(eqx.Module):
    """x = a z + noise of variance 1, encoder linear: the bound is tight at the maximum of the likelihood."""

    a: jax.Array
    slope: jax.Array
    log_variance: jax.Array

    def encode(self, rows, context):
        return rows * self.slope, jnp.broadcast_to(self.log_variance, rows.shape)

    def log_likelihood(self, latents, rows, context):
        return -0.5 * jnp.sum((rows - self.a * latents) ** 2 + jnp.log(2 * jnp.pi), axis=1)


def test_linear_model_reaches_the_likelihood_of_its_closed_form():
    data = np.random.default_rng(1).normal(0.0, 2.0, size=(1000, 1)).astype(np.float32)
    climb = Climb(embed=lambda batch, context: batch)
    state = climb.init(Linear(jnp.array(0.5), jnp.array(0.1), jnp.array(0.0)))
    arguments = (ClimbSettings(rate=(3e-2, 1e-4)), None)
    model = run(climb, state, data, steps=1500, batch=200, seed=0, arguments=arguments).average
    # marginal variance a^2 + 1 = s^2; posterior N(a x / s^2, 1 / s^2)
    s2 = float(np.mean(data**2))
    assert abs(float(model.a)) == pytest.approx(np.sqrt(s2 - 1), abs=0.05)
    assert float(model.slope) * float(jnp.sign(model.a)) == pytest.approx(np.sqrt(s2 - 1) / s2, abs=0.03)
    assert float(jnp.exp(model.log_variance)) == pytest.approx(1 / s2, abs=0.03)


def fitted(**options):
    data = np.random.default_rng(1).normal(0.0, 2.0, size=(1000, 1)).astype(np.float32)
    climb = Climb(embed=lambda batch, context: batch, **options)
    state = climb.init(Linear(jnp.array(0.5), jnp.array(0.1), jnp.array(0.0)))
    arguments = (ClimbSettings(rate=(3e-2, 1e-4)), None)
    return run(climb, state, data, steps=1500, batch=200, seed=0, arguments=arguments).average, data


def test_the_importance_bound_rises_with_k_to_the_likelihood():
    """With a wrong encoder the bound of one draw is loose, and more draws tighten it."""
    model = Linear(jnp.array(1.5), jnp.array(0.3), jnp.array(0.5))
    rows = jnp.asarray(np.random.default_rng(2).normal(0.0, 2.0, size=(4000, 1)), jnp.float32)
    mean, log_variance = model.encode(rows, None)
    bounds = []
    for k in (1, 5, 50, 1000):
        latents = mean + jnp.exp(0.5 * log_variance) * jax.random.normal(jax.random.key(k), (k, *mean.shape))
        likelihoods = jax.vmap(model.log_likelihood, (0, None, None))(latents, rows, None)
        weights = jax.vmap(log_weight, (0, 0, None, None))(likelihoods, latents, mean, log_variance)
        bounds.append(float(importance_bound(weights)))
    truth = float(jnp.mean(-0.5 * (rows**2 / 3.25 + jnp.log(2 * jnp.pi * 3.25))))
    assert bounds == sorted(bounds)
    assert bounds[0] < truth - 0.1
    assert bounds[-1] == pytest.approx(truth, abs=0.01)


def test_training_on_the_importance_bound_finds_the_likelihood_too():
    model, data = fitted(samples=5)
    assert abs(float(model.a)) == pytest.approx(np.sqrt(np.mean(data**2) - 1), abs=0.05)


def test_free_nats_keep_a_latent_in_use():
    """The floor binds: the mean divergence rises to it, though the bound alone would ask for less."""
    model, data = fitted(free=2.0)
    kl = gaussian_kl(*model.encode(jnp.asarray(data), None))
    plain = gaussian_kl(*fitted()[0].encode(jnp.asarray(data), None))
    assert float(plain.mean()) < 1.0
    assert float(kl.mean()) == pytest.approx(2.0, abs=0.2)
    assert float(free_bits(kl, 3.0)) == pytest.approx(3.0)
