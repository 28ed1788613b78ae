"""How far drawn images are from real ones, measured while a generator trains."""

from __future__ import annotations

from typing import Final, final

import numpy as np
from numpy.typing import NDArray

from equipoise.evaluate.images.distances import frechet_distance
from equipoise.evaluate.images.features import RandomConvolutions
from equipoise.training.randomness import Stream, numpy_generator

__all__ = ["LOOKED", "Images", "Ruler", "first_of", "latents_of"]

LOOKED: Final = 512  # images of a look, of each part

Floats = NDArray[np.float64]
Images = tuple[NDArray[np.float32], NDArray[np.int32]]
"""From -1 to 1, and the class of each."""


def first_of(held: Images, train: Images, n: int) -> Images:
    """Return at most `n` images to measure from: those put aside, and then those that are learned from."""
    return np.concatenate([held[0], train[0]])[:n], np.concatenate([held[1], train[1]])[:n]


def latents_of(n: int, latent: int, seed: int) -> NDArray[np.float32]:
    """Return the latents of the samples that are looked at, of a training set of `n` images: at most `LOOKED`."""
    random = numpy_generator(seed, Stream.SAMPLE, 1)
    return random.standard_normal((min(LOOKED, n), latent)).astype(np.float32)


@final
class Ruler:
    """Distances from real images, on random convolutions in units of the deviations of the real images.

    Parameters
    ----------
    rows : ndarray of float32, shape (n, height, width, channels)
        Real images from -1 to 1.

    Examples
    --------
    >>> rows = np.random.default_rng(0).uniform(-1, 1, (100, 4, 4, 1)).astype(np.float32)
    >>> ruler = Ruler(rows)
    >>> ruler.distance(rows) < 1e-6 < ruler.distance(0.5 * rows)
    True
    """

    def __init__(self, rows: NDArray[np.float32]) -> None:
        self._features = RandomConvolutions(rows.shape[3], seed=0)
        raw = self._features(rows)
        self._scale = np.maximum(raw.std(axis=0), 1e-9)
        self.real: Floats = raw / self._scale

    def vectors(self, rows: NDArray[np.float32]) -> Floats:
        """Return the features of images, which are cut off at -1 and 1."""
        found: Floats = self._features(np.clip(rows, -1.0, 1.0)) / self._scale
        return found

    def distance(self, rows: NDArray[np.float32]) -> float:
        """Return the Frechet distance of images from the real ones."""
        return frechet_distance(self.real, self.vectors(rows))
