"""The evidence lower bound of a latent-variable model with a Gaussian encoder and a standard normal prior.

    log p(x) >= E_q(z|x) log p(x|z) - KL(q(z|x) || p(z)),   q(z|x) = N(mean, exp(log_variance))
    KL = sum (exp(log_variance) + mean^2 - 1 - log_variance) / 2

Kingma and Welling, *Auto-encoding variational Bayes* (2014), equation 3 and appendix B.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

__all__ = ["elbo", "gaussian_kl"]


def gaussian_kl(mean: jax.Array, log_variance: jax.Array) -> jax.Array:
    """Return the divergence of each row's normal law from the standard one, in nats, shape (n,).

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> gaussian_kl(jnp.array([[0.0], [2.0]]), jnp.zeros((2, 1))).tolist()
    [0.0, 2.0]
    """
    return 0.5 * jnp.sum(jnp.exp(log_variance) + jnp.square(mean) - 1.0 - log_variance, axis=-1)


def elbo(log_likelihood: jax.Array, kl: jax.Array, beta: jax.typing.ArrayLike = 1.0) -> jax.Array:
    """Return the mean bound in nats per row; `beta` below 1 loosens the tie of the latents to the prior.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> float(elbo(jnp.array([-3.0, -5.0]), jnp.array([1.0, 1.0])))
    -5.0
    """
    return jnp.mean(log_likelihood - beta * kl)
