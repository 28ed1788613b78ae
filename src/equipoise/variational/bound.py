"""Bounds on the evidence of a latent-variable model with a Gaussian encoder and a standard normal prior.

    log p(x) >= E_q(z|x) log p(x|z) - KL(q(z|x) || p(z)),   q(z|x) = N(mean, exp(log_variance))
    KL = sum_j (exp(log_variance_j) + mean_j^2 - 1 - log_variance_j) / 2

Kingma and Welling, *Auto-encoding variational Bayes* (2014), equation 3 and appendix B. With k draws from q instead of
one, their mean weight inside the logarithm is a tighter bound, which rises with k to log p(x):

    log p(x) >= E log (1/k) sum_i w_i,   w_i = p(x|z_i) p(z_i) / q(z_i|x)

Burda, Grosse and Salakhutdinov, *Importance weighted autoencoders* (2016), equation 8.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

__all__ = ["elbo", "free_bits", "gaussian_kl", "importance_bound", "log_weight"]


def gaussian_kl(mean: jax.Array, log_variance: jax.Array) -> jax.Array:
    """Return the divergence of each latent's normal law from the standard one, in nats, of the shape of `mean`.

    Examples
    --------
    >>> gaussian_kl(jnp.array([[0.0], [2.0]]), jnp.zeros((2, 1))).tolist()
    [[0.0], [2.0]]
    """
    return 0.5 * (jnp.exp(log_variance) + jnp.square(mean) - 1.0 - log_variance)


def free_bits(kl: jax.Array, floor: float) -> jax.Array:
    """Return the divergence to be paid, a number: a latent whose mean divergence is below the floor pays the floor.

    Then there is no gain in giving a latent up, and the decoder learns to use it. Kingma et al., *Improving variational
    inference with inverse autoregressive flow* (2016), equation 15.

    Parameters
    ----------
    kl : array of shape (n, latents)
    floor : float
        Nats a latent.

    Examples
    --------
    >>> float(free_bits(jnp.array([[0.0, 3.0], [0.2, 1.0]]), 0.5))  # 0.5 + 2
    2.5
    """
    return jnp.sum(jnp.maximum(jnp.mean(kl, axis=0), floor))


def elbo(log_likelihood: jax.Array, kl: jax.Array, beta: jax.typing.ArrayLike = 1.0) -> jax.Array:
    """Return the mean bound in nats per row; `beta` below 1 loosens the tie of the latents to the prior.

    Parameters
    ----------
    log_likelihood : array of shape (n,)
    kl : array of shape (n,) or number
    beta : float

    Examples
    --------
    >>> float(elbo(jnp.array([-3.0, -5.0]), jnp.array([1.0, 1.0])))
    -5.0
    """
    return jnp.mean(log_likelihood - beta * kl)


def log_weight(log_likelihood: jax.Array, latents: jax.Array, mean: jax.Array, log_variance: jax.Array) -> jax.Array:
    """Return log p(x|z) + log p(z) - log q(z|x) of one draw a row, shape (n,).

    Examples
    --------
    >>> zero = jnp.zeros((1, 2))
    >>> float(log_weight(jnp.array([-3.0]), zero, zero, zero)[0])  # where q is the prior, the likelihood is left
    -3.0
    """
    against_q = jnp.square(latents - mean) * jnp.exp(-log_variance) + log_variance
    return log_likelihood + 0.5 * jnp.sum(against_q - jnp.square(latents), axis=-1)


def importance_bound(log_weights: jax.Array) -> jax.Array:
    """Return the mean bound in nats per row from k draws.

    Parameters
    ----------
    log_weights : array of shape (k, n)

    Examples
    --------
    >>> float(importance_bound(jnp.array([[-3.0], [-3.0]])))
    -3.0
    """
    k = len(log_weights)
    return jnp.mean(jax.nn.logsumexp(log_weights, axis=0) - jnp.log(k))
