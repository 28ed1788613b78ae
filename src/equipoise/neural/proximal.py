"""Proximal steps of L1 and group L1 after a step of any first-order method: weights that are exactly 0.

    prox(z) = argmin_w  sum_i d_i (w_i - z_i)^2 / 2 + t * penalty(w)

d is the metric of the step: 1 for gradient descent, ``sqrt(second moment) + epsilon`` for the Adam family. With the
metric of the step the fixed points are the stationary points of the objective (Yun, Lozano and Yang 2021, "Adaptive
proximal gradient methods for structured neural networks", equation 4); a common threshold has others.

    L1        w_i = sign(z_i) max(|z_i| - t / d_i, 0)
    group     w = 0 if |d z| <= t,  else  w_i = d_i z_i / (d_i + t / r)  with r = |w|

For the group, r solves ``sum_i (d_i z_i / (d_i r + t))^2 = 1``, a convex falling function of r.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

__all__ = ["group_soft_threshold", "soft_threshold"]

_NEWTON = 12


def soft_threshold(z: jax.Array, threshold: jax.typing.ArrayLike, metric: jax.typing.ArrayLike = 1.0) -> jax.Array:
    """Proximal step of L1, elementwise.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> soft_threshold(jnp.array([3.0, -0.5]), 1.0)
    Array([2., 0.], dtype=float32)
    """
    return jnp.sign(z) * jnp.maximum(jnp.abs(z) - threshold / metric, 0.0) + 0.0  # no zero has a sign


def group_soft_threshold(
    z: jax.Array, threshold: jax.typing.ArrayLike, metric: jax.typing.ArrayLike = 1.0, groups: jax.Array | None = None
) -> jax.Array:
    """Proximal step of the Euclidean norm of each row of z, or of several rows together.

    Parameters
    ----------
    z : array of shape (rows, size)
    threshold : float, or array of shape (rows, 1) that is the same within a group
    metric : array like z, or float
    groups : array of int of shape (rows,), optional
        Rows of the same number, below the number of rows, are one group.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> [[round(float(w), 4) for w in row] for row in group_soft_threshold(jnp.array([[3.0, 4.0], [0.3, 0.4]]), 1.0)]
    [[2.4, 3.2], [0.0, 0.0]]
    """
    metric = jnp.broadcast_to(metric, z.shape)

    def total(values: jax.Array) -> jax.Array:
        sums = jnp.sum(values, axis=1, keepdims=True)
        return sums if groups is None else jax.ops.segment_sum(sums, groups, len(z))[groups]

    pull = metric * z
    force = jnp.sqrt(total(pull * pull))
    kept = force > threshold

    def newton(_: int, r: jax.Array) -> jax.Array:
        # on 1 / |w(r) / r|, which is concave and almost straight
        part = pull / (metric * r + threshold)
        length = jnp.sqrt(total(part * part))
        slope = total(part * part * metric / (metric * r + threshold))
        return r + jnp.where(kept, (length - 1.0) * length**2 / jnp.where(kept, slope, 1.0), 0.0)

    largest = jnp.max(metric, axis=1, keepdims=True)
    if groups is not None:
        largest = jax.ops.segment_max(largest, groups, len(z))[groups]
    least = (force - threshold) / largest  # the root, were all d the largest
    r = jax.lax.fori_loop(0, _NEWTON, newton, least)
    return jnp.where(kept, pull * r / (metric * r + threshold), 0.0)
