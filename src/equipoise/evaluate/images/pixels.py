"""Images as numbers from -1 to 1, and back to what the caller had: type, range, and channel axis or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.errors import InputError

__all__ = ["Pixels", "as_images"]

_LARGEST = {"uint8": 255.0, "uint16": 65535.0, "bool": 1.0}
_RANGES = ((0.0, 1.0), (-1.0, 1.0), (0.0, 255.0))  # of floats; otherwise those of the data
_USED: Final = 0.5  # share of a range that images must use to be learned from in it
_BLOCK: Final = 1024


def as_images(images: ArrayLike, name: str = "images") -> NDArray[Any]:
    """Return images as an array of shape (n, height, width) or (n, height, width, channels), checked.

    Raises
    ------
    InputError
        If the shape or the type is another, or a number is not finite.

    Examples
    --------
    >>> as_images(np.zeros((2, 8, 8), np.uint8)).shape
    (2, 8, 8)
    """
    array = np.asarray(images)
    if array.ndim not in (3, 4):
        wanted = "(n, height, width) or (n, height, width, channels)"
        raise InputError(f"{name} has shape {array.shape}, not {wanted}; one image alone is images[None]")
    if array.ndim == 4 and array.shape[3] > 16 and array.shape[1] <= 4:
        raise InputError(f"{name} has shape {array.shape}: move the channels to the end, np.moveaxis({name}, 1, -1)")
    if 0 in array.shape[1:]:
        raise InputError(f"{name} has shape {array.shape}, hence images without pixels; give others")
    if array.dtype.kind == "f":
        array = array.astype(np.float32) if array.dtype != np.float64 else array
        if not np.isfinite(array).all():
            row = int(np.argwhere(~np.isfinite(array))[0][0])
            raise InputError(f"image {row} of {name} holds NaN or infinity; remove it")
    elif array.dtype.name not in _LARGEST:
        raise InputError(f"{name} has type {array.dtype}; give uint8, uint16, bool or floats")
    return array


@dataclass(frozen=True)
class Pixels:
    """Shape, type and range of images; hashable, for it is part of compiled programs.

    Parameters
    ----------
    height, width, channels : int
    dtype : str
        Of the caller's array.
    low, high : float
        The numbers that become -1 and 1.
    flat : bool
        Whether the caller's images have no channel axis.

    Examples
    --------
    >>> images = np.array([[[0, 255]]], np.uint8)
    >>> pixels = Pixels.of(images)
    >>> pixels.encode(images).ravel().tolist(), pixels.decode(pixels.encode(images)).tolist()
    ([-1.0, 1.0], [[[0, 255]]])
    """

    height: int
    width: int
    channels: int
    dtype: str
    low: float
    high: float
    flat: bool

    @classmethod
    def of(cls, images: NDArray[Any], narrowed: bool = False) -> Pixels:
        """Return the description of images that `as_images` checked.

        Parameters
        ----------
        images : ndarray
        narrowed : bool
            Whether images that use less than half of a known range, such as 12 bits of 16 or floats from 0 to 0.1,
            have the range that they use: networks begin at a scale of 1, and contrast does not matter then.

        Examples
        --------
        >>> images = np.array([[[100, 4000]]], np.uint16)
        >>> Pixels.of(images).high, Pixels.of(images, narrowed=True).high
        (65535.0, 4000.0)
        """
        flat, floats = images.ndim == 3, images.dtype.kind == "f"
        low, high = 0.0, _LARGEST.get(images.dtype.name, 0.0)
        least, most = low, high
        if floats or narrowed:
            least, most = _extremes(images, np.inf if floats else _USED * high)
        if floats:
            known = [ends for ends in _RANGES if ends[0] <= least and most <= ends[1]]
            # within 0 to 255 lies much that has a scale of its own, such as shades from 0 to 16
            if known and (most <= 1.0 or most > 128.0):
                low, high = known[0]
            else:
                low, high = (least, most) if least < most else (least - 1.0, least + 1.0)
        if narrowed and np.finfo(np.float32).tiny < most - least < _USED * (high - low):
            low, high = least, most
        height, width, channels = (*images.shape[1:], 1) if flat else images.shape[1:]
        return cls(height, width, channels, images.dtype.name, low, high, flat)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels."""
        return self.height, self.width, self.channels

    def check(self, images: ArrayLike, name: str = "images") -> NDArray[Any]:
        """Return images of this shape and type, or say what is different."""
        array = as_images(images, name)
        whole = array[..., None] if array.ndim == 3 else array
        if whole.shape[1:] != self.shape or array.dtype.name != self.dtype:
            wanted = (
                f"{self.dtype} of shape (n, {self.height}, {self.width}{'' if self.flat else f', {self.channels}'})"
            )
            raise InputError(f"{name} are {array.dtype.name} of shape {array.shape}, not {wanted}")
        return whole

    def encode(self, images: ArrayLike) -> NDArray[np.float32]:
        """Return images as float32 of shape (n, height, width, channels) from -1 to 1."""
        scaled: NDArray[np.float32] = self.scaled(self.check(images).astype(np.float32)).astype(np.float32)
        return scaled

    def scaled(self, values: Any) -> Any:
        """Return numbers of NumPy or JAX that lie between `low` and `high` as numbers from -1 to 1."""
        return (values - self.low) * (2.0 / (self.high - self.low)) - 1.0

    def decode(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Return images of the caller's type and range; numbers beyond -1 and 1 are cut off."""
        scaled = (np.clip(rows, -1.0, 1.0) + 1.0) * (0.5 * (self.high - self.low)) + self.low
        dtype = np.dtype(self.dtype)
        images: NDArray[Any] = (scaled if dtype.kind == "f" else np.rint(scaled)).astype(dtype)
        return images[..., 0] if self.flat else images


def _extremes(images: NDArray[Any], enough: float) -> tuple[float, float]:
    """Return the least and the largest number, or those of the first blocks once they are `enough` apart.

    Images may lie in a file that is larger than the memory, and mostly the first block tells.
    """
    least, most = np.inf, -np.inf
    for begin in range(0, len(images), _BLOCK):
        block = images[begin : begin + _BLOCK]
        least, most = min(least, float(block.min())), max(most, float(block.max()))
        if most - least >= enough:
            break
    return least, most
