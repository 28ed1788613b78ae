"""What the benchmarks of the engine share: mixtures of Gaussians, digits, small players, and how samples are judged."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

RESULTS = Path(__file__).parent.parent / "results"


def ring(modes: int = 8, radius: float = 1.0) -> np.ndarray:
    """Centres on a circle, shape (modes, 2)."""
    angles = 2.0 * np.pi * np.arange(modes) / modes
    return radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def grid(side: int = 5, spacing: float = 2.0) -> np.ndarray:
    """Centres on a square, shape (side**2, 2)."""
    line = spacing * (np.arange(side) - (side - 1) / 2)
    return np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)


def mixture(centres: np.ndarray, sigma: float, n: int, seed: int) -> np.ndarray:
    """Draw n points around the centres, all modes equally likely."""
    random = np.random.default_rng(seed)
    points = centres[random.integers(len(centres), size=n)] + sigma * random.standard_normal((n, 2))
    return points.astype(np.float32)


def digits() -> np.ndarray:
    """Return scikit-learn's 8x8 digits as rows of 64 numbers from -1 to 1."""
    from sklearn.datasets import load_digits

    return (load_digits().data / 8.0 - 1.0).astype(np.float32)


class Generator(eqx.Module):
    """Normal noise through a net."""

    net: eqx.nn.MLP
    latent: int = eqx.field(static=True)

    def __init__(self, key: jax.Array, latent: int, rows: int, width: int, depth: int) -> None:
        self.net = eqx.nn.MLP(latent, rows, width, depth, _leaky, key=key)
        self.latent = latent

    def __call__(self, key: jax.Array, n: int, context: Any) -> jax.Array:
        return jax.vmap(self.net)(jax.random.normal(key, (n, self.latent)))


class Discriminator(eqx.Module):
    """A net from a row to one number."""

    net: eqx.nn.MLP

    def __init__(self, key: jax.Array, rows: int, width: int, depth: int) -> None:
        self.net = eqx.nn.MLP(rows, "scalar", width, depth, _leaky, key=key)

    def __call__(self, rows: jax.Array, context: Any) -> jax.Array:
        return jax.vmap(self.net)(rows)


def _leaky(x: jax.Array) -> jax.Array:
    return jax.nn.leaky_relu(x, 0.2)


def rows_as_they_are(batch: jax.Array, context: Any) -> jax.Array:
    """Embed a batch of rows."""
    return batch


def draw(generator: Any, n: int, seed: int = 1) -> np.ndarray:
    """Sample n rows, in one compiled call."""
    return np.asarray(eqx.filter_jit(lambda g, key: g(key, n, None))(generator, jax.random.key(seed)))


def nearest(points: np.ndarray, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return number of the nearest centre and distance to it, of each point."""
    distances = np.linalg.norm(points[:, None] - centres[None], axis=2)
    return distances.argmin(1), distances.min(1)


def clock() -> float:
    """Seconds, for the differences of which alone the benchmarks use it."""
    return time.perf_counter()


def say(*words: object) -> None:
    """Print at once."""
    print(*words, flush=True)


def note(line: str) -> None:
    """Tell on stderr how far a long benchmark is."""
    print(line, file=sys.stderr, flush=True)


def frechet(a: np.ndarray, b: np.ndarray) -> float:
    """Frechet distance of two samples as normal laws: |m - m'|^2 + tr(C + C' - 2 (C C')^(1/2))."""
    from scipy.linalg import eigh

    first, second = (np.cov(x, rowvar=False) for x in (a, b))
    values, vectors = eigh(first)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    cross = np.sqrt(np.maximum(eigh(root @ second @ root, eigvals_only=True), 0.0)).sum()
    return float(np.sum((a.mean(0) - b.mean(0)) ** 2) + np.trace(first) + np.trace(second) - 2.0 * cross)


def mean_and_error(values: Any) -> str:
    """Write mean and standard error."""
    values = np.asarray(values, float)
    error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else float("nan")
    return f"{values.mean():.4g} +- {error:.2g}"


__all__ = [name for name in dir() if not name.startswith("_")] + ["jnp"]
