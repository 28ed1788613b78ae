"""Rows of a `TrainingSet` as a step takes them: images, and the classes beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from equipoise.evaluate.images.pixels import Pixels

__all__ = ["Embed", "LabelsOf"]


@dataclass(frozen=True)
class Embed:
    """Rows of a `TrainingSet` as images of floats; equal to its equals, for it is part of a program."""

    pixels: Pixels

    def __call__(self, batch: jax.Array, context: Any) -> jax.Array:
        """Return images of shape (n, height, width, channels) from -1 to 1."""
        del context
        size = self.pixels.height * self.pixels.width * self.pixels.channels
        flat = batch[:, :size].astype(jnp.float32)
        if batch.dtype == jnp.uint8:
            flat = self.pixels.scaled(flat)
        return flat.reshape(len(batch), *self.pixels.shape)


@dataclass(frozen=True)
class LabelsOf:
    """The classes of rows of a `TrainingSet`."""

    def __call__(self, batch: jax.Array, context: Any) -> jax.Array:
        """Return whole numbers of shape (n,)."""
        del context
        if batch.dtype == jnp.uint8:
            return batch[:, -2].astype(jnp.int32) + 256 * batch[:, -1].astype(jnp.int32)
        return batch[:, -1].astype(jnp.int32)
