"""Spectral normalisation: every weight matrix of a network is divided by its largest singular value.

The value is followed by one step of power iteration a call, with vectors that are kept from call to call; they are
constants for the gradient. Then no layer stretches a difference by more than 1. Miyato et al., *Spectral normalization
for generative adversarial networks* (2018), algorithm 1.
"""

from __future__ import annotations

from typing import Any, TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp

__all__ = ["directions_of", "normalised"]

Model = TypeVar("Model")


def _is_matrix(leaf: Any) -> bool:
    return eqx.is_inexact_array(leaf) and leaf.ndim > 1


def directions_of(model: Any) -> Any:
    """Return the vectors to begin with: for each array of two dimensions and more, one of the length of the first.

    Examples
    --------
    >>> [u.shape for u in jax.tree.leaves(directions_of({"w": jnp.ones((3, 2)), "b": jnp.ones(2)}))]
    [(3,)]
    """
    # cosines rather than equal numbers: no singular vector of a usual start is orthogonal to them
    return jax.tree.map(lambda w: _unit(jnp.cos(jnp.arange(1.0, w.shape[0] + 1.0))), eqx.filter(model, _is_matrix))


def normalised(model: Model, directions: Any) -> tuple[Model, Any]:
    """Return the network with its matrices divided by their norms, and the vectors after one more step.

    Arrays of more than two dimensions count as matrices of their first against all others.

    Examples
    --------
    >>> model = {"w": jnp.diag(jnp.array([3.0, 1.0]))}
    >>> directions = directions_of(model)
    >>> for _ in range(20):
    ...     bounded, directions = normalised(model, directions)
    >>> [round(float(value), 4) for value in jnp.diag(bounded["w"])]
    [1.0, 0.3333]
    """
    matrices, others = eqx.partition(model, _is_matrix)
    leaves, form = jax.tree.flatten(matrices)
    pairs = [_divide(weight, u) for weight, u in zip(leaves, jax.tree.leaves(directions), strict=True)]
    bounded: Model = eqx.combine(jax.tree.unflatten(form, [weight for weight, _ in pairs]), others)
    return bounded, jax.tree.unflatten(form, [u for _, u in pairs])


def _divide(weight: jax.Array, u: jax.Array) -> tuple[jax.Array, jax.Array]:
    matrix = weight.reshape(weight.shape[0], -1)
    still = jax.lax.stop_gradient(matrix)
    v = _unit(u @ still)
    u = _unit(still @ v)
    norm = u @ matrix @ v
    return weight / jnp.where(norm > 1e-12, norm, 1.0), u


def _unit(vector: jax.Array) -> jax.Array:
    return vector / jnp.maximum(jnp.linalg.norm(vector), 1e-12)
