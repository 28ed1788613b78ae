"""What a discriminator looks at: which parts of an image speak for its being real.

    map(y, x)   mean over the patches that cover a pixel of D(image) - D(image with the patch covered)

A patch is covered with the mean of the given images at its place. Positive where what is shown makes the image look
real, negative where it looks false. Zeiler and Fergus, *Visualizing and understanding convolutional networks* (2014),
section 4.2: the output itself is asked, at images near to those it knows, where a gradient would tell of one point.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.errors import InputError
from equipoise.evaluate.images.pixels import Pixels, as_images
from equipoise.images.picture import tiled

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["Attention", "Discriminator", "attention"]

Floats = NDArray[np.float64]


class Discriminator(Protocol):
    """What tells real images from drawn ones, such as a fitted `ImageGAN`."""

    def discriminate(self, images: ArrayLike, y: ArrayLike | None = None) -> NDArray[Any]:
        """Return one number an image, higher for what looks real."""


@dataclass(frozen=True)
class Attention:
    """What a discriminator looks at.

    Attributes
    ----------
    images : ndarray of shape (n, height, width[, channels])
    outputs : ndarray of shape (n,)
    maps : ndarray of shape (n, height, width)
        How much the output falls when what is there is covered.
    """

    images: NDArray[Any]
    outputs: Floats
    maps: Floats

    def picture(self, pairs: int = 4) -> Image:
        """Return a picture: each image beside its map, so many pairs a row; red speaks for real, blue against."""
        pixels = Pixels.of(self.images)
        grey = np.clip(pixels.encode(self.images), -1.0, 1.0).mean(axis=3, keepdims=True) * 0.5 + 0.5
        plain = np.repeat(grey, 3, axis=3)
        largest = max(float(np.abs(self.maps).max()), 1e-12)
        strength = np.abs(self.maps)[..., None] / largest
        colour = np.where(self.maps[..., None] > 0, [0.84, 0.1, 0.11], [0.13, 0.4, 0.67])
        shown = 0.35 * plain + 0.65 * ((1.0 - strength) + strength * colour)
        both = np.stack([plain, shown], axis=1).reshape(-1, *plain.shape[1:])
        bytes_ = np.rint(255.0 * both).astype(np.uint8)
        return tiled(bytes_, Pixels.of(bytes_), 2 * min(pairs, len(self.images)))


def attention(
    discriminator: Discriminator, images: ArrayLike, y: ArrayLike | None = None, patch: int | None = None
) -> Attention:
    """Cover each image patch by patch, and see how the discriminator's output changes.

    Parameters
    ----------
    discriminator : ImageGAN, or any object with ``discriminate(images, y)``
    images : array of shape (n, height, width) or (n, height, width, channels)
        At least two, for their mean covers.
    y : label, or array-like of shape (n,)
        What the images show; needed after a fit with labels.
    patch : int, optional
        Side of the square that is covered; by default a quarter of the shorter side.

    Returns
    -------
    Attention

    Raises
    ------
    InputError
        If there are fewer than two images, or the patch is no part of them.

    Examples
    --------
    >>> class Corner:  # looks at the upper left pixel
    ...     def discriminate(self, images, y=None):
    ...         return images[:, 0, 0].astype(float)
    >>> images = np.random.default_rng(0).random((3, 8, 8))
    >>> found = attention(Corner(), images)
    >>> np.argwhere(found.maps[0] != 0).max(axis=0).tolist(), found.picture().size  # the patches that reach the corner
    ([1, 1], (399, 64))
    """
    shown = as_images(images)
    if len(shown) < 2:
        raise InputError("one image has no mean to cover it with; give at least two")
    height, width = shown.shape[1:3]
    side = max(1, min(height, width) // 4) if patch is None else patch
    if not (isinstance(side, int) and 0 < side <= min(height, width)):
        raise InputError(f"patch={patch!r} is not a side of 1 to {min(height, width)} pixels")
    mean = shown.astype(np.float64).mean(axis=0)
    cover = (mean if shown.dtype.kind == "f" else np.rint(mean)).astype(shown.dtype)
    outputs = np.asarray(discriminator.discriminate(shown, y), np.float64)
    total, counts = np.zeros(shown.shape[:3]), np.zeros((height, width))
    for top in _places(height, side):
        for left in _places(width, side):
            at = (slice(top, top + side), slice(left, left + side))
            covered = shown.copy()
            covered[:, at[0], at[1]] = cover[at]
            fall = outputs - np.asarray(discriminator.discriminate(covered, y), np.float64)
            total[:, at[0], at[1]] += fall[:, None, None]
            counts[at] += 1
    return Attention(shown, outputs, total / counts)


def _places(length: int, side: int) -> list[int]:
    """Return where patches begin: every half of a side, and at the end."""
    return sorted({*range(0, length - side + 1, max(1, side // 2)), length - side})
