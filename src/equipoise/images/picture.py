"""Many images as one picture: rows and columns with a thin gap."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equipoise.durable import write_bytes
from equipoise.evaluate.images.pixels import Pixels

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["save_picture", "tiled"]

_SIDE = 64  # shortest side of a tile in the picture: small images are shown larger, pixel by pixel


def tiled(images: NDArray[Any], pixels: Pixels, columns: int) -> Image:
    """Return a picture of images of the caller's type and range.

    Examples
    --------
    >>> images = np.zeros((3, 8, 8), np.uint8)
    >>> tiled(images, Pixels.of(images), columns=2).size
    (131, 131)
    """
    from PIL import Image

    rows = pixels.encode(images)
    times = max(1, _SIDE // max(pixels.height, pixels.width))
    bytes_ = np.rint(127.5 * (np.clip(rows, -1.0, 1.0) + 1.0)).astype(np.uint8)
    bytes_ = bytes_.repeat(times, axis=1).repeat(times, axis=2)
    n, height, width, channels = bytes_.shape
    shown = {1: 1, 3: 3, 4: 4}.get(channels, 1)
    down, gap = -(-n // columns), 3
    canvas = np.full((down * (height + gap) - gap, columns * (width + gap) - gap, shown), 255, np.uint8)
    for number, tile in enumerate(bytes_):
        y, x = number // columns * (height + gap), number % columns * (width + gap)
        canvas[y : y + height, x : x + width] = tile[..., :shown]
    return Image.fromarray(canvas[..., 0] if shown == 1 else canvas)


def save_picture(picture: Image, path: Path) -> None:
    """Write a picture as PNG, whole or not at all."""
    buffer = io.BytesIO()
    picture.save(buffer, "png")
    write_bytes(path, buffer.getvalue())
