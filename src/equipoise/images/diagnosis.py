"""What a variational autoencoder makes of images: bounds on their likelihood, and which latents are in use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import log
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from equipoise.images.blocks import in_blocks
from equipoise.images.pixel_vae import LEAST, Labelled, PixelVAE
from equipoise.training.randomness import Stream, jax_key
from equipoise.variational import gaussian_kl, log_weight

__all__ = ["Diagnosis", "bound", "diagnosed", "encodings"]

_ACTIVE: Final = 0.01  # variance of a latent's mean over images from which on it counts as used


@dataclass(frozen=True)
class Diagnosis:
    """What a variational autoencoder makes of images; in nats an image, of pixels from -1 to 1.

    Attributes
    ----------
    elbo : float
        Mean evidence lower bound.
    log_likelihood : float
        Mean importance-weighted bound from `draws` latents: nearer to the truth, and never above it on average.
    draws : int
    kl : ndarray of shape (latent,)
        Mean divergence of each latent from the prior.
    active : int
        Latents whose mean varies from image to image by a variance above 0.01 (Burda et al. (2016), section 5.2).
    deviation : float
        Of the pixels around the decoder's mean.
    """

    elbo: float
    log_likelihood: float
    draws: int
    kl: NDArray[np.float64]
    active: int
    deviation: float


def encodings(network: PixelVAE, rows: NDArray[np.float32], codes: NDArray[np.int32]) -> NDArray[np.float32]:
    """Return means and log variances of the latents, shape (n, 2 * latent)."""
    return np.asarray(in_blocks(_moments, network, rows, codes, shape=(2 * network.latent,)), np.float32)


def diagnosed(
    network: PixelVAE, rows: NDArray[np.float32], codes: NDArray[np.int32], draws: int, seed: int
) -> Diagnosis:
    """Return what a network makes of images from -1 to 1."""
    moments, weights = _weighed(network, rows, codes, draws, seed)
    kl = _divergence(moments)
    return Diagnosis(
        elbo=float(np.mean(weights[:, 0] - kl.sum(axis=1))),
        log_likelihood=float(np.mean(np.logaddexp.reduce(weights[:, 1:], axis=1)) - log(draws)),
        draws=draws,
        kl=kl.mean(axis=0),
        active=int(np.sum(np.split(moments, 2, axis=1)[0].var(axis=0) > _ACTIVE)),
        deviation=float(np.exp(max(float(network.log_deviation), LEAST))),
    )


def bound(network: PixelVAE, rows: NDArray[np.float32], codes: NDArray[np.int32], beta: float) -> float:
    """Return the evidence lower bound with one draw an image, the divergence weighed by `beta`."""
    moments, weights = _weighed(network, rows, codes, 1, 0)
    return float(np.mean(weights[:, 0] - beta * _divergence(moments).sum(axis=1)))


def _weighed(
    network: PixelVAE, rows: NDArray[np.float32], codes: NDArray[np.int32], draws: int, seed: int
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return the encodings, and the likelihood at one draw beside the log weights of all."""
    moments = encodings(network, rows, codes)
    chance = np.random.default_rng(seed).integers(2**31, size=len(rows)).astype(np.int32)
    weigh = partial(_log_weights, draws=draws)
    weights = in_blocks(weigh, network, rows, codes, moments, chance, shape=(draws + 1,))
    return moments, np.asarray(weights, np.float64)


def _divergence(moments: NDArray[np.float32]) -> NDArray[np.float64]:
    mean, log_variance = np.split(moments, 2, axis=1)
    return np.asarray(gaussian_kl(jnp.asarray(mean), jnp.asarray(log_variance)), np.float64)


@jax.jit
def _moments(network: PixelVAE, rows: jax.Array, labels: jax.Array) -> jax.Array:
    return jnp.concatenate(network.encode(Labelled(rows, labels), None), axis=1)


@partial(jax.jit, static_argnames=("draws",))
def _log_weights(
    network: PixelVAE, rows: jax.Array, labels: jax.Array, moments: jax.Array, chance: jax.Array, draws: int
) -> jax.Array:
    """Return the log likelihood at one draw, then the logarithms of `draws` importance weights; (n, 1 + draws)."""
    mean, log_variance = jnp.split(moments, 2, axis=1)
    keys = jax.vmap(partial(jax.random.fold_in, jax_key(0, Stream.SAMPLE)))(chance)

    def draw(number: jax.Array) -> tuple[jax.Array, jax.Array]:
        noise = jax.vmap(lambda key: jax.random.normal(jax.random.fold_in(key, number), mean.shape[1:]))(keys)
        z = mean + jnp.exp(0.5 * log_variance) * noise
        likelihood = network.log_likelihood(z, Labelled(rows, labels), None)
        return likelihood, log_weight(likelihood, z, mean, log_variance)

    likelihoods, weights = jax.lax.map(draw, jnp.arange(draws))
    return jnp.concatenate([likelihoods[:1], weights]).T
