"""Packing: the discriminator judges several rows at once, so that it sees a lack of variety.

Lin et al., *PacGAN: the power of two samples in generative adversarial networks* (2018), section 2.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from equipoise.errors import InputError

__all__ = ["pack"]


def pack(rows: jax.Array, size: int) -> jax.Array:
    """Return groups of `size` rows, laid side by side along the last axis.

    Parameters
    ----------
    rows : array of shape (n, ..., c)
    size : int
        A divisor of n.

    Returns
    -------
    array of shape (n / size, ..., size * c)

    Raises
    ------
    InputError
        If the rows do not make whole groups.

    Examples
    --------
    >>> pack(jnp.arange(4.0)[:, None], 2).tolist()
    [[0.0, 1.0], [2.0, 3.0]]
    """
    if size == 1:
        return rows
    if len(rows) % size:
        raise InputError(f"a batch of {len(rows)} rows makes no whole packs of {size}; make it a multiple of {size}")
    groups = rows.reshape(len(rows) // size, size, *rows.shape[1:])
    return jnp.moveaxis(groups, 1, -2).reshape(*groups.shape[:1], *rows.shape[1:-1], size * rows.shape[-1])
