"""The step of a variational autoencoder: Adam on the negative evidence lower bound, and the average of weights.

The noise of the encoder enters by reparametrisation, ``z = mean + exp(log_variance / 2) * noise``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, final

import equinox as eqx
import jax
import jax.numpy as jnp

from equipoise.training.averaging import copy_of, moving_average
from equipoise.training.loop import Clock
from equipoise.training.optimizers import ADAM, Moments, Optimizer
from equipoise.training.schedule import cosine
from equipoise.variational.bound import elbo, free_bits, gaussian_kl, importance_bound, log_weight

__all__ = ["Climb", "ClimbSettings", "ClimbState"]

Pair = tuple[float, float]


class ClimbSettings(NamedTuple):
    """Numbers of the climb, each pair going from its first to its last value along half a cosine.

    Parameters
    ----------
    beta : pair of float
        Weight of the divergence from the prior.
    rate : pair of float
        Learning rate.
    decay : float
        L2 on the weights, decoupled unless the optimiser says otherwise.
    half_life : float
        Half-life of the average, as a share of the steps so far.
    """

    beta: Pair = (1.0, 1.0)
    rate: Pair = (3e-3, 3e-5)
    decay: float = 0.0
    half_life: float = 0.05


class ClimbState(eqx.Module):
    """The model, its average, its moments, and the number of steps done."""

    model: Any
    average: Any
    moments: Moments
    step: jax.Array


@final
@dataclass(frozen=True)
class Climb:
    """One step of training; pure, and hashable so that equal climbs share one compiled program.

    A model is a pytree of arrays with ``encode(rows, context) -> (mean, log_variance)`` and
    ``log_likelihood(latents, rows, context)`` of shape (n,). The step takes ``arguments=(ClimbSettings, context)``.

    Parameters
    ----------
    embed : callable
        ``embed(batch, context)`` gives rows in the form in which the model takes them.
    samples : int
        Draws of the latents a row; more than one raises the importance-weighted bound, which knows no `beta` or `free`.
    free : float
        Nats that each latent may hold free of charge.
    optimizer : Optimizer

    Examples
    --------
    >>> import jax, jax.numpy as jnp, equinox as eqx
    >>> class Level(eqx.Module):  # rows are a constant plus unit noise; the latent does nothing
    ...     at: jax.Array
    ...     def encode(self, rows, context):
    ...         return jnp.zeros_like(rows), jnp.zeros_like(rows)
    ...     def log_likelihood(self, latents, rows, context):
    ...         return -0.5 * jnp.sum((rows - self.at) ** 2, axis=1)
    >>> climb = Climb(embed=lambda batch, context: batch)
    >>> state = climb.init(Level(jnp.array(0.0)))
    >>> settings = ClimbSettings(rate=(0.1, 0.1))
    >>> state, logs = climb(state, jnp.ones((4, 1)), jax.random.key(0), Clock(0.0), (settings, None))
    >>> float(logs["elbo"]), round(float(state.model.at), 3)
    (-0.5, 0.1)
    """

    embed: Callable[[jax.Array, Any], Any]
    samples: int = 1
    free: float = 0.0
    optimizer: Optimizer = ADAM

    def init(self, model: Any) -> ClimbState:
        """Return the state before the first step."""
        return ClimbState(model, copy_of(model), self.optimizer.init(model), jnp.zeros((), jnp.int32))

    def __call__(
        self,
        state: ClimbState,
        batch: jax.Array,
        key: jax.Array,
        clock: Clock,
        arguments: tuple[ClimbSettings, Any],
    ) -> tuple[ClimbState, dict[str, jax.Array]]:
        """Return the state after one step, with the bound and the divergence before it."""
        settings, context = arguments
        rows = self.embed(batch, context)
        beta, rate = cosine(*settings.beta, clock.done), clock.brake * cosine(*settings.rate, clock.done)

        def loss(model: Any) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
            mean, log_variance = model.encode(rows, context)
            latents = self._draw(key, mean, log_variance)
            likelihoods = jax.vmap(model.log_likelihood, (0, None, None))(latents, rows, context)
            kl = gaussian_kl(mean, log_variance)
            total = jnp.sum(kl, axis=1)
            if self.samples > 1:
                bound = importance_bound(
                    jax.vmap(log_weight, (0, 0, None, None))(likelihoods, latents, mean, log_variance)
                )
                return -bound, (bound, jnp.mean(total))
            paid = free_bits(kl, self.free) if self.free > 0.0 else total
            return -elbo(likelihoods[0], paid, beta), (elbo(likelihoods[0], total), jnp.mean(total))

        gradient, (bound, kl) = eqx.filter_grad(loss, has_aux=True)(state.model)  # type: ignore[no-untyped-call]
        model, moments = self.optimizer.update(state.model, gradient, state.moments, rate, decay=settings.decay)
        average = moving_average(state.average, model, state.step, settings.half_life)
        return ClimbState(model, average, moments, state.step + 1), {"elbo": bound, "kl": kl}

    def _draw(self, key: jax.Array, mean: jax.Array, log_variance: jax.Array) -> jax.Array:
        """Return latents of shape (samples, n, latents)."""
        noise = jax.random.normal(key, (self.samples, *mean.shape), mean.dtype)
        return mean + jnp.exp(0.5 * log_variance) * noise
