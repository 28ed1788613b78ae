"""Networks on many rows: in blocks of one size, and latents to begin with."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

__all__ = ["BLOCK", "decoded", "great_circle", "in_blocks", "normal_latents"]

BLOCK = 128  # images drawn at a time: one compiled program serves any number
# single precision knows no normal number beyond it but the infinite, which one draw of some ten million would be
_FARTHEST: Final = 6.0


def in_blocks(program: Callable[..., Any], network: Any, *arrays: NDArray[Any], shape: tuple[int, ...]) -> Any:
    """Return what a compiled program makes of rows, in blocks of one size, hence with one compilation."""
    n, parts = len(arrays[0]), [np.zeros((0, *shape), np.float32)]
    for begin in range(0, n, BLOCK):
        block = [array[begin : begin + BLOCK] for array in arrays]
        short = BLOCK - len(block[0])
        padded = [np.concatenate([part, np.zeros((short, *part.shape[1:]), part.dtype)]) for part in block]
        parts.append(np.asarray(program(network, *padded))[: len(block[0])])
    return np.concatenate(parts)


@jax.jit
def decoded(network: Any, latents: jax.Array, labels: jax.Array) -> jax.Array:
    """Return images of latents and classes."""
    images: jax.Array = network.decode(latents, labels)
    return images


@partial(jax.jit, static_argnames=("latent",))
def normal_latents(key: jax.Array, latent: int, bound: jax.Array) -> jax.Array:
    """Return a block of normal latents, none beyond the bound."""
    bound = jnp.minimum(bound, _FARTHEST)
    return jax.random.truncated_normal(key, -bound, bound, (BLOCK, latent), jnp.float32)


def great_circle(first: NDArray[np.float32], last: NDArray[np.float32], n: int) -> NDArray[np.float32]:
    """Return `n` latents along the great circle between two."""
    lengths = np.linalg.norm(first), np.linalg.norm(last)
    cosine = np.clip(first @ last / max(float(lengths[0] * lengths[1]), 1e-12), -1.0, 1.0)
    angle, t = np.arccos(cosine), np.linspace(0.0, 1.0, n)[:, None]
    if np.sin(angle) < 1e-6:  # one direction: the circle is a line
        line: NDArray[np.float32] = ((1.0 - t) * first + t * last).astype(np.float32)
        return line
    way: NDArray[np.float32] = (np.sin((1.0 - t) * angle) * first + np.sin(t * angle) * last).astype(np.float32)
    return way / np.float32(np.sin(angle))
