"""Distances between two sets of feature vectors.

    Frechet    |m - m'|^2 + tr(C + C' - 2 (C C')^(1/2))
    kernel     unbiased squared maximum mean discrepancy with k(x, y) = (x.y / d + 1)^3

Heusel et al., *GANs trained by a two time-scale update rule converge to a local Nash equilibrium* (2017), equation 6;
Binkowski et al., *Demystifying MMD GANs* (2018), section 4. The names FID and KID belong to Inception's features and
are not used here. The Frechet distance of finite sets is biased upwards: compare only sets of the same sizes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from equipoise.evaluate.intervals import Z95, Estimate

__all__ = ["bootstrap", "frechet_distance", "kernel_distance"]

Floats = NDArray[np.float64]


def frechet_distance(real: Floats, synthetic: Floats) -> float:
    """Return the Frechet distance between normal laws fitted to features of shape (n, d).

    Examples
    --------
    >>> x = np.array([[0.0], [2.0]])
    >>> float(frechet_distance(x, x + 3.0))  # means 3 apart, equal variances
    9.0
    """
    mean_a, mean_b = real.mean(axis=0), synthetic.mean(axis=0)
    cov_a, cov_b = np.atleast_2d(np.cov(real, rowvar=False)), np.atleast_2d(np.cov(synthetic, rowvar=False))
    # tr (C C')^(1/2) by the root of one: the other product is symmetric, hence has real eigenvalues
    values, vectors = np.linalg.eigh(cov_a)
    root = (vectors * np.sqrt(np.clip(values, 0.0, None))) @ vectors.T
    cross = np.sqrt(np.clip(np.linalg.eigvalsh(root @ cov_b @ root), 0.0, None)).sum()
    distance = np.sum((mean_a - mean_b) ** 2) + np.trace(cov_a) + np.trace(cov_b) - 2.0 * cross
    return float(max(distance, 0.0))


def kernel_distance(real: Floats, synthetic: Floats) -> float:
    """Return the unbiased squared maximum mean discrepancy; about 0, also below it, where both follow one law.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(200, 4))
    >>> abs(kernel_distance(x[:100], x[100:])) < 0.2 < kernel_distance(x[:100], x[100:] + 1.0)
    True
    """
    a, b = np.asarray(real, float), np.asarray(synthetic, float)

    def kernel(x: Floats, y: Floats) -> Floats:
        base: Floats = x @ y.T / x.shape[1] + 1.0
        return base * base * base  # a power costs ten times as much

    within = [(k.sum() - np.trace(k)) / (len(k) * (len(k) - 1)) for k in (kernel(a, a), kernel(b, b))]
    return float(within[0] + within[1] - 2.0 * kernel(a, b).mean())


def bootstrap(
    distance: Callable[[Floats, Floats], float], real: Floats, synthetic: Floats, seed: int, rounds: int = 30
) -> Estimate:
    """Return a distance with a normal interval, whose deviation comes from resampling both sets.

    The ends of the resampled distances themselves would lie too high: a set that repeats its rows has lost variety.
    """
    random, value = np.random.default_rng(seed), distance(real, synthetic)
    sets = [[part[random.integers(len(part), size=len(part))] for part in (real, synthetic)] for _ in range(rounds)]
    half = Z95 * float(np.std([distance(*pair) for pair in sets], ddof=1))
    return value, value - half, value + half
