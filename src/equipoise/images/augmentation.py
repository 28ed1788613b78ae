"""What the discriminator sees of an image: moved, partly covered, brighter or with another contrast, by chance.

    each of the three with probability p, for real images and fakes alike, and differentiable

The discriminator cannot learn few images by heart when it never sees them twice alike. Below p = 0.8 the generator
still learns the images as they are, for most of what it is compared with is unchanged. Zhao et al., *Differentiable
augmentation for data-efficient GAN training* (2020), section 3; Karras et al., *Training generative adversarial
networks with limited data* (2020), section 2.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import jax
import jax.numpy as jnp

__all__ = ["Augmentation", "probability"]


def probability(images: int) -> float:
    """Return how often to change, from the number of images: the rule of lightweight-gan, at most 0.3.

    Examples
    --------
    >>> [round(probability(images), 4) for images in (100, 60_000, 100_000)]
    [0.2997, 0.12, 0.0]
    """
    return float(min(0.3, max(0.0, (1e5 - images) * 3e-6)))


@final
@dataclass(frozen=True)
class Augmentation:
    """Changes of images of shape (n, height, width, channels) with values from -1 to 1.

    Parameters
    ----------
    p : float or array
        Probability of each change.

    Examples
    --------
    >>> images = jnp.ones((2, 8, 8, 1))
    >>> bool((Augmentation(0.0)(jax.random.key(0), images) == images).all())
    True
    """

    p: float | jax.Array

    def __call__(self, key: jax.Array, rows: jax.Array) -> jax.Array:
        """Return changed images."""
        # one draw for all: each call of the generator of numbers would be compiled by itself
        happens, how = jnp.split(jax.random.uniform(key, (3 + 3 * 2, len(rows))), [3])
        for number, change in enumerate((_moved, _covered, _lit)):
            changed = change(how[2 * number : 2 * number + 2], rows)
            rows = jnp.where((happens[number] < self.p)[:, None, None, None], changed, rows)
        return rows


def _moved(chance: jax.Array, rows: jax.Array) -> jax.Array:
    """Move by up to an eighth of the size; the edge is repeated, so that no border betrays the move."""
    for axis, share in ((1, chance[0]), (2, chance[1])):
        size = rows.shape[axis]
        most = max(1, round(size / 8))
        by = jnp.floor(share * (2 * most + 1)).astype(jnp.int32)[:, None] - most
        places = jnp.clip(jnp.arange(size) - by, 0, size - 1)
        pick = jax.nn.one_hot(places, size, dtype=rows.dtype)  # a product, whose derivatives are products
        rows = jnp.einsum("nyr,nrxc->nyxc" if axis == 1 else "nxr,nyrc->nyxc", pick, rows)
    return rows


def _covered(chance: jax.Array, rows: jax.Array) -> jax.Array:
    """Cover a rectangle of half the height and half the width with middle grey."""
    inside = []
    for size, share in zip(rows.shape[1:3], chance, strict=True):
        inside.append(jnp.abs(jnp.arange(size) + 0.5 - size * share[:, None]) < size / 4)
    hole = inside[0][:, :, None, None] & inside[1][:, None, :, None]
    return jnp.where(hole, 0.0, rows)


def _lit(chance: jax.Array, rows: jax.Array) -> jax.Array:
    """Add up to half a unit of brightness, and stretch differences from the mean by a half to three halves."""
    light, contrast = chance[:, :, None, None, None] - 0.5
    mean = jnp.mean(rows, axis=(1, 2, 3), keepdims=True)
    lit: jax.Array = (rows - mean) * (1.0 + contrast) + mean + light
    return lit
