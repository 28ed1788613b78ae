"""The training images that drawn ones come nearest to: what a copy looks like, and what is none.

A distance alone says little. Beside it stands the distance from that training image to its own nearest other one: a
drawn image that lies nearer is closer to its neighbour than training images are to each other (Alaa et al., *How
faithful is your synthetic data?* (2022), section 4.3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.errors import InputError
from equipoise.evaluate.images.neighbours import distances
from equipoise.evaluate.images.pixels import Pixels, as_images
from equipoise.images.picture import tiled

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["Neighbours", "nearest"]

_BLOCK = 256  # rows of the matrix of distances that are held at a time

Floats = NDArray[np.float64]
Features = Callable[[NDArray[Any]], ArrayLike]


@dataclass(frozen=True)
class Neighbours:
    """Nearest training images of drawn ones.

    Attributes
    ----------
    index : ndarray of shape (n, k)
        Places of the nearest training images, nearest first.
    distance : ndarray of shape (n, k)
        Euclidean, between features.
    own : ndarray of shape (n,)
        Distance of the nearest training image to its own nearest other one.
    """

    index: NDArray[np.int64]
    distance: Floats
    own: Floats
    images: NDArray[Any]
    training: NDArray[Any]

    @property
    def closer(self) -> NDArray[np.bool_]:
        """Which drawn images are nearer to a training image than that one is to any other, shape (n,)."""
        return self.distance[:, 0] < self.own

    def grid(self) -> Image:
        """Return a picture: a drawn image in each row, then its nearest training images."""
        rows = np.concatenate([self.images[:, None], self.training[self.index]], axis=1)
        every = rows.reshape(-1, *rows.shape[2:])
        return tiled(every, Pixels.of(every), 1 + self.index.shape[1])


def nearest(images: ArrayLike, training: ArrayLike, k: int = 3, features: Features | None = None) -> Neighbours:
    """Find the training images that drawn ones come nearest to.

    Parameters
    ----------
    images, training : array of shape (n, height, width) or (n, height, width, channels)
        Of one shape and type.
    k : int
        How many for each.
    features : callable, optional
        Function from images to an array of shape (n, ...), in which distances are taken; by default the pixels.

    Returns
    -------
    Neighbours

    Raises
    ------
    InputError
        If shapes or types differ, there are fewer than two training images, or fewer than `k`.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> digits = load_digits().images
    >>> found = nearest(digits[[5, 900]], digits[:800])
    >>> int(found.index[0, 0]), float(found.distance[0, 0]), bool(found.closer[0]), found.grid().size
    (5, 0.0, True, (265, 131))
    """
    known = as_images(training, "training")
    drawn = Pixels.of(known).check(images).reshape(-1, *known.shape[1:])
    if not (isinstance(k, int | np.integer) and 1 <= k <= len(known) and len(known) > 1):
        raise InputError(f"k={k!r} with {len(known)} training images; give at least two of them, and k from 1 to that")
    points, rows = (_vectors(part, features) for part in (known, drawn))
    index, distance = _nearest(rows, points, int(k))
    # the first of a training image's two nearest is itself, or a copy at the same place
    own = _nearest(points[index[:, 0]], points, 2)[1][:, 1]
    return Neighbours(index, distance, own, drawn, known)


def _vectors(images: NDArray[Any], features: Features | None) -> Floats:
    found = np.asarray(images if features is None else features(images), np.float64)
    if len(found) != len(images):
        raise InputError(f"features gave {len(found)} rows for {len(images)} images; give one row an image")
    return found.reshape(len(found), -1)


def _nearest(rows: Floats, points: Floats, k: int) -> tuple[NDArray[np.int64], Floats]:
    index, distance = np.zeros((len(rows), k), np.int64), np.zeros((len(rows), k))
    for first in range(0, len(rows), _BLOCK):
        block = slice(first, first + _BLOCK)
        found = distances(rows[block], points)
        index[block] = np.argsort(found, axis=1, kind="stable")[:, :k]
        distance[block] = np.take_along_axis(found, index[block], axis=1)
    return index, distance
