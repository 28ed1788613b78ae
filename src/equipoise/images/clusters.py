"""Clusters of alike images, found within their labels by k-means on the images shrunk to a few pixels.

A discriminator that knows the cluster compares fakes with their like alone, and a generator whose latents are drawn
around the cluster's mean has no mode to miss. Liu et al., *Diverse image generation via self-conditioned GANs* (2020),
section 3; the mixture of latents is that of Gurumurthy et al., *DeLiGAN* (2017), section 4.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Final

import jax
import numpy as np
from numpy.typing import NDArray

from equipoise.errors import InputError
from equipoise.evaluate.images.resizing import resized
from equipoise.images.blocks import in_blocks
from equipoise.images.training_set import MOST_CLASSES, TrainingSet
from equipoise.training.randomness import Stream, numpy_generator

__all__ = ["clustered", "default_clusters", "nearest", "shrunk", "shrunk_shape"]

_SIDE: Final = 8  # pixels by which images are compared
_ROUNDS: Final = 50  # of k-means
_TELLING: Final = 100  # images a cluster that its centre is found from
_EACH, _MOST = 50, 1000  # images a cluster, and clusters
_BLOCK: Final = 1024

Floats = NDArray[np.float32]


def default_clusters(images: int) -> int:
    """Return how many clusters images are put into.

    Examples
    --------
    >>> default_clusters(40), default_clusters(5_000), default_clusters(100_000)
    (1, 100, 1000)
    """
    return min(_MOST, max(1, images // _EACH))


def clustered(data: TrainingSet, clusters: int, seed: int) -> TrainingSet:
    """Return a training set whose images are in about so many clusters, which its labels share by their images.

    Raises
    ------
    InputError
        If there are more clusters than images, or than rows can name.

    Examples
    --------
    >>> images = np.repeat(np.arange(4, dtype=np.uint8), 5)[:, None, None] * np.ones((2, 2), np.uint8)
    >>> clustered(TrainingSet.read(images, np.repeat(["a", "b"], 10)), clusters=4, seed=0).classes.clusters
    ((5, 5), (5, 5))
    """
    n, labels = len(data.images), max(1, len(data.classes.names))
    if clusters > (most := min(n, MOST_CLASSES)):
        raise InputError(f"clusters={clusters} of {n} images; give at most {most}")
    wanted = [max(1, clusters * count // n) for count in data.classes.counts or (n,)]
    if clusters <= labels or sum(wanted) == labels:
        return data
    blocks = [slice(begin, begin + _BLOCK) for begin in range(0, n, _BLOCK)]
    small = np.concatenate([shrunk(data.scaled(block)) for block in blocks])
    order = numpy_generator(seed, Stream.ORDER, 2**32 + 1).permutation(n)  # a position that no epoch reaches
    parts = [
        _centres(small[order[data.codes[order] == label][: _TELLING * k]], k, seed) for label, k in enumerate(wanted)
    ]
    owners = np.repeat(np.arange(labels, dtype=np.int32), [len(part) for part in parts])
    centres = np.concatenate(parts)
    found = np.concatenate([nearest(small[block], centres, data.codes[block], owners) for block in blocks])
    met, codes, counts = np.unique(found, return_inverse=True, return_counts=True)
    groups = tuple(tuple(counts[owners[met] == label].tolist()) for label in range(labels))
    classes = replace(data.classes, clusters=groups)
    return replace(data, codes=codes.astype(np.int32), classes=classes, centres=centres[met])


def shrunk_shape(height: int, width: int, channels: int) -> tuple[int, int, int]:
    """Return the shape in which images are compared.

    Examples
    --------
    >>> shrunk_shape(28, 6, 1)
    (8, 6, 1)
    """
    return min(_SIDE, height), min(_SIDE, width), channels


def shrunk(rows: Floats) -> Floats:
    """Return images of shape (n, height, width, channels) as rows of few numbers."""
    small: Floats = in_blocks(_shrunk, None, rows, shape=shrunk_shape(*rows.shape[1:]))
    return small.reshape(len(rows), -1)


def nearest(small: Floats, centres: Floats, codes: NDArray[np.int32], owners: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the number of the nearest centre of each row, among those that belong to its label.

    Examples
    --------
    >>> rows, centres = np.zeros((2, 1), np.float32), np.array([[0.1], [0.2], [0.3]], np.float32)
    >>> nearest(rows, centres, codes=np.array([0, 1], np.int32), owners=np.array([0, 1, 1], np.int32)).tolist()
    [0, 1]
    """
    # |x - c|^2 less |x|^2, which is the same for all centres
    off = np.sum(centres**2, axis=1) - 2.0 * (small @ centres.T)
    found: NDArray[np.int32] = np.where(codes[:, None] == owners, off, np.inf).argmin(axis=1).astype(np.int32)
    return found


@jax.jit
def _shrunk(_: None, rows: jax.Array) -> jax.Array:
    small: jax.Array = resized(rows, *shrunk_shape(*rows.shape[1:])[:2])
    return small


def _centres(small: Floats, k: int, seed: int) -> Floats:
    """Return the centres of at most `k` clusters of rows; fewer where fewer rows differ."""
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    # one thread: sums of several threads come in any order, and a run must come to the same clusters when it is resumed
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        means = KMeans(min(k, len(small)), n_init=1, max_iter=_ROUNDS, random_state=seed).fit(small)
    return np.asarray(means.cluster_centers_, np.float32)
