"""The linear VAE against probabilistic PCA, whose best likelihood is known; and the importance-weighted bound.

    decoder  x = W z + m + sigma e          encoder  q(z|x) = N(V x + b, diag(v)), v the same for all rows

The highest evidence lower bound of this model is the highest likelihood of probabilistic PCA (Lucas et al., *Don't
blame the ELBO!* (2019), section 4), which for eigenvalues l_1 >= ... >= l_d of the covariance (divisor n) and q
latents is

    -(1/2) (d log 2 pi + sum_{i<=q} log l_i + (d - q) log s + d),   s = mean of l_{q+1}, ..., l_d

(Tipping and Bishop, *Probabilistic principal component analysis* (1999), section 3.2). The bound of the trained
model is
evaluated without sampling. At the optimum q is the posterior, and every k gives the same importance-weighted bound;
before it, the bound rises with k to the model's own likelihood N(x; m, W W' + sigma^2).

Run: python benchmarks/engine/linear_vae.py
"""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from _common import clock, rows_as_they_are, say
from scipy.stats import multivariate_normal
from sklearn.datasets import load_wine
from sklearn.decomposition import PCA

from equipoise.training import run, start
from equipoise.variational import Climb, ClimbSettings, gaussian_kl, importance_bound, log_weight

LATENTS, STEPS, COPIES = 2, 6000, 8  # rows enter each step so many times, each with a noise of its own


class LinearVAE(eqx.Module):
    """Affine both ways, with the variance of the noise to be learned."""

    decode: jax.Array
    mean: jax.Array
    log_noise: jax.Array
    slope: jax.Array
    shift: jax.Array
    log_variance: jax.Array

    def __init__(self, random: np.random.Generator, columns: int, latents: int) -> None:
        def normal(*shape: int) -> jax.Array:
            return jnp.asarray(0.3 * random.standard_normal(shape), jnp.float32)

        self.decode, self.slope = normal(latents, columns), normal(columns, latents)
        self.mean, self.shift = normal(columns), normal(latents)
        self.log_noise, self.log_variance = jnp.zeros(()), jnp.zeros(latents)

    def encode(self, rows: jax.Array, context: Any) -> tuple[jax.Array, jax.Array]:
        return rows @ self.slope + self.shift, jnp.broadcast_to(self.log_variance, (len(rows), len(self.shift)))

    def log_likelihood(self, latents: jax.Array, rows: jax.Array, context: Any) -> jax.Array:
        squares = jnp.sum((rows - latents @ self.decode - self.mean) ** 2, axis=1)
        return -0.5 * (squares * jnp.exp(-self.log_noise) + rows.shape[1] * (jnp.log(2 * jnp.pi) + self.log_noise))


def exact_bound(model: LinearVAE, rows: np.ndarray) -> float:
    """Return the mean evidence lower bound in nats per row, the expectation over latents taken by formula."""
    latents, log_variance = model.encode(jnp.asarray(rows), None)
    blur = jnp.sum(jnp.exp(model.log_variance - model.log_noise) * jnp.sum(model.decode**2, axis=1))
    likelihood = model.log_likelihood(latents, jnp.asarray(rows), None) - 0.5 * blur
    return float(jnp.mean(likelihood - jnp.sum(gaussian_kl(latents, log_variance), axis=1)))


def own_likelihood(model: LinearVAE, rows: np.ndarray) -> float:
    """Return the mean log likelihood of the decoder alone, latents integrated out."""
    w = np.asarray(model.decode, float)
    covariance = w.T @ w + np.exp(float(model.log_noise)) * np.eye(w.shape[1])
    return float(np.mean(multivariate_normal(np.asarray(model.mean, float), covariance).logpdf(rows)))


def best_likelihood(rows: np.ndarray, latents: int) -> float:
    """Return the mean log likelihood of probabilistic PCA at its maximum."""
    values = np.linalg.eigvalsh(np.cov(rows, rowvar=False, bias=True))[::-1]
    d, noise = len(values), values[latents:].mean()
    logs = np.log(values[:latents]).sum() + (d - latents) * np.log(noise)
    return float(-0.5 * (d * np.log(2 * np.pi) + logs + d))


def importance_bounds(model: LinearVAE, rows: np.ndarray, draws: tuple[int, ...]) -> list[tuple[float, float]]:
    """Return mean and standard error of the bound for each k, from new draws each, 20 times."""

    @jax.jit
    def bound(noise: jax.Array) -> jax.Array:
        x = jnp.asarray(rows)
        mean, log_variance = model.encode(x, None)
        latents = mean + jnp.exp(0.5 * log_variance) * noise
        likelihoods = jax.vmap(model.log_likelihood, (0, None, None))(latents, x, None)
        return importance_bound(jax.vmap(log_weight, (0, 0, None, None))(likelihoods, latents, mean, log_variance))

    found = []
    for k in draws:
        keys = jax.random.split(jax.random.key(k), 20)
        values = [float(bound(jax.random.normal(key, (k, len(rows), LATENTS)))) for key in keys]
        found.append((float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values)))))
    return found


def train(rows: np.ndarray, steps: int, seed: int = 0) -> LinearVAE:
    """Return the average of the weights after so many steps."""
    climb = Climb(embed=rows_as_they_are)
    state = start(climb, LinearVAE(np.random.default_rng(seed), rows.shape[1], LATENTS))
    settings = ClimbSettings(rate=(1e-2, 1e-4), half_life=0.02)
    batch = COPIES * len(rows)
    return run(climb, state, rows, steps=steps, batch=batch, seed=seed, arguments=(settings, None)).average


def data_sets() -> dict[str, np.ndarray]:
    """Return wine, standardised, and 1,000 rows of a five-dimensional model of this kind."""
    wine = load_wine().data
    random = np.random.default_rng(0)
    latent = random.standard_normal((1000, 2)) @ random.standard_normal((2, 5))
    planted = latent + 0.5 * random.standard_normal((1000, 5)) + random.standard_normal(5)
    sets = {"planted, 1,000 x 5": planted, "wine, 178 x 13": (wine - wine.mean(0)) / wine.std(0)}
    return {name: rows.astype(np.float32) for name, rows in sets.items()}


def main() -> None:
    """Print the tables."""
    say("| data | seed | bound of the linear VAE | pPCA, closed form | difference | relative | PCA.score | seconds |")
    say("|---|---|---|---|---|---|---|---|")
    for name, rows in data_sets().items():
        best = best_likelihood(rows.astype(float), LATENTS)
        other = PCA(LATENTS).fit(rows).score(rows)  # its variances are divided by n - 1
        for seed in range(3):
            began = clock()
            value = exact_bound(train(rows, STEPS, seed), rows)
            off, seconds = best - value, clock() - began
            say(f"| {name} | {seed} | {value:.5f} | {best:.5f} | {off:.1e} | {off / abs(best):.1e} | {other:.5f} "
                f"| {seconds:.1f} |")  # fmt: skip
    draws = (1, 5, 50, 500)
    rows = data_sets()["wine, 178 x 13"]
    say("\n| wine, steps of training | " + " | ".join(f"k = {k}" for k in draws) + " | own likelihood |")
    say("|" + "---|" * (len(draws) + 2))
    for steps in (50, 200, STEPS):
        model = train(rows, steps)
        cells = " | ".join(f"{mean:.4f} +- {error:.1e}" for mean, error in importance_bounds(model, rows, draws))
        say(f"| {steps} | {cells} | {own_likelihood(model, rows):.4f} |")


if __name__ == "__main__":
    main()
