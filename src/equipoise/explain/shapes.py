"""Attributes of drawn shapes, computed from pixels alone.

Ink is how far a pixel is from the background, which is the median of the border, as a share of the range. With weights
of ink, centre (mx, my) and second moments sxx, syy, sxy (x to the right, y downwards):

    slant          -sxy / syy: how far the shape leans to the right a pixel of height
    height         sqrt(12 syy): of a bar with this second moment
    width          sqrt(12 (sxx - sxy^2 / syy)): the same after the slant is taken out
    stroke width   2 sum(ink) / sum |grad ink|: a long stroke of width w has area w L and edges of length 2 L
    brightness     sum(ink^2) / sum(ink): ink of the shape, and not how much of the image it covers

Deskewing by moments: LeCun et al., *Gradient-based learning applied to document recognition* (1998), section 3.1.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.evaluate.images.pixels import Pixels, as_images

__all__ = ["ATTRIBUTES", "attributes"]

Floats = NDArray[np.float64]

ATTRIBUTES: Final = ("slant", "stroke width", "height", "width", "brightness")
_TINY: Final = 1e-9


def attributes(images: ArrayLike, pixels: Pixels | None = None) -> dict[str, Floats]:
    """Return the attributes of images.

    Parameters
    ----------
    images : array of shape (n, height, width) or (n, height, width, channels)
        Shapes on an even background, brighter or darker than it.
    pixels : Pixels, optional
        Type and range of the images; by default their own.

    Returns
    -------
    dict of str to ndarray of shape (n,)
        By the names of `ATTRIBUTES`; lengths in pixels, ink as a share of the range. An image without ink has zeros.

    Raises
    ------
    InputError
        If these are no images.

    Examples
    --------
    >>> image = np.zeros((1, 12, 12))
    >>> image[0, 2:10, 5:7] = 1.0  # an upright stroke, 8 high and 2 wide
    >>> {name: round(float(value[0]), 1) for name, value in attributes(image).items()}
    {'slant': 0.0, 'stroke width': 1.9, 'height': 7.9, 'width': 1.7, 'brightness': 1.0}
    """
    array = as_images(images)
    ink = _ink((pixels or Pixels.of(array)).encode(array))
    y, x = np.mgrid[: ink.shape[1], : ink.shape[2]].astype(float)
    mass = ink.sum(axis=(1, 2))

    def mean(values: Any) -> Floats:
        found: Floats = (ink * values).sum(axis=(1, 2)) / np.maximum(mass, _TINY)
        return found

    dx, dy = x - mean(x)[:, None, None], y - mean(y)[:, None, None]
    sxx, syy, sxy = mean(dx * dx), np.maximum(mean(dy * dy), _TINY), mean(dx * dy)
    padded = np.pad(ink, ((0, 0), (1, 1), (1, 1)))
    edges = (
        np.abs(np.diff(padded, axis=1)).sum(axis=(1, 2)) ** 2 + np.abs(np.diff(padded, axis=2)).sum(axis=(1, 2)) ** 2
    )
    values = (
        0.0 - sxy / syy,
        2.0 * mass / np.maximum(np.sqrt(edges), _TINY),
        np.sqrt(12.0 * syy) * (mass > _TINY),
        np.sqrt(12.0 * np.maximum(sxx - sxy * sxy / syy, 0.0)),
        mean(ink),
    )
    return dict(zip(ATTRIBUTES, values, strict=True))


def _ink(rows: NDArray[np.float32]) -> Floats:
    grey = rows.astype(np.float64).mean(axis=3)
    border = np.concatenate([grey[:, 0], grey[:, -1], grey[:, :, 0], grey[:, :, -1]], axis=1)
    ink: Floats = 0.5 * np.abs(grey - np.median(border, axis=1)[:, None, None])
    return ink
