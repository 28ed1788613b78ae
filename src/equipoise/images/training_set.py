"""What a generator of images learns from: checked images, and labels as numbers of classes."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.errors import FindingWarning, InputError
from equipoise.evaluate.images.pixels import Pixels, as_images
from equipoise.images.folder import Size, read_folder
from equipoise.training.randomness import Stream, numpy_generator

__all__ = ["Classes", "TrainingSet", "read_images"]

_FEWEST = 64  # images of which some are put aside
_LEAST, _MOST = 16, 1000  # images put aside


@dataclass(frozen=True)
class Classes:
    """Labels in order, and how many images have each; empty where images have no labels."""

    names: tuple[Any, ...] = ()
    counts: tuple[int, ...] = ()

    def codes(self, labels: ArrayLike, n: int) -> NDArray[np.int32]:
        """Return the number of each label's class.

        Raises
        ------
        InputError
            If there are no classes, the length is not `n`, or a label is unknown.
        """
        if not self.names:
            raise InputError("y is given, but this was fitted without labels; leave y out, or fit with labels")
        array = np.asarray(labels)
        array = np.broadcast_to(array, (n,)) if array.ndim == 0 else array
        if array.shape != (n,):
            raise InputError(f"y has shape {array.shape}, not ({n},); give one label an image, or one for all")
        places = {name: place for place, name in enumerate(self.names)}
        codes = [places.get(label, -1) for label in array.tolist()]
        if -1 in codes:
            label = array.tolist()[codes.index(-1)]
            raise InputError(f"y holds {label!r}; known are {', '.join(map(repr, self.names[:20]))}")
        return np.array(codes, np.int32)

    def draw(self, random: np.random.Generator, n: int) -> NDArray[np.int32]:
        """Return classes by chance, as often as they were among the images; zeros where there are none."""
        if not self.names:
            return np.zeros(n, np.int32)
        shares = np.array(self.counts) / sum(self.counts)
        return random.choice(len(self.names), n, p=shares).astype(np.int32)


@dataclass(frozen=True)
class TrainingSet:
    """Images of shape (n, height, width, channels) as the caller gave them, and the class of each."""

    images: NDArray[Any]
    codes: NDArray[np.int32]
    pixels: Pixels
    classes: Classes

    @classmethod
    def read(cls, images: Any, labels: ArrayLike | None, size: int | Size | None = None) -> TrainingSet:
        """Read an array or a folder, and say what cannot be learned from.

        Raises
        ------
        InputError
            If there are fewer than two images, all are the same, or labels do not fit.
        """
        array, labels = read_images(images, labels, size)
        if len(array) < 2:
            raise InputError(f"{len(array)} images: there is no variety to learn; give at least 2 that differ")
        if (array == array[0]).all():
            raise InputError(f"all {len(array)} images are the same: there is no variety to learn; give others")
        pixels = Pixels.of(array)
        codes, classes = _classes(labels, len(array))
        return cls(pixels.check(array), codes, pixels, classes)

    def parted(self, share: float, seed: int) -> tuple[TrainingSet, TrainingSet]:
        """Return what is learned from, and the share that is put aside: none of few images, nor too many."""
        n = len(self.images)
        aside = 0 if share == 0.0 or n < _FEWEST else min(_MOST, max(_LEAST, int(share * n)))
        order = numpy_generator(seed, Stream.ORDER, 2**32).permutation(n)  # a position that no epoch reaches
        first, last = np.sort(order[aside:]), np.sort(order[:aside])
        return (
            replace(self, images=self.images[first], codes=self.codes[first]) if aside else self,
            replace(self, images=self.images[last], codes=self.codes[last]),
        )

    def some(self, most: int, seed: int, use: int = 0) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """Return at most so many images by chance, from -1 to 1 and with an axis of channels, and their classes."""
        rows = numpy_generator(seed, Stream.SAMPLE, use).permutation(len(self.images))[:most]
        return self._scaled(self.images[rows]), self.codes[rows]

    def rows(self) -> NDArray[Any]:
        """Return one row an image, as training takes it: pixels, then the class; bytes where the images are bytes."""
        flat = self.images.reshape(len(self.images), -1)
        if flat.dtype == np.uint8:
            classes = np.stack([self.codes & 255, self.codes >> 8], axis=1).astype(np.uint8)
            return np.concatenate([flat, classes], axis=1)
        scaled = self._scaled(self.images).reshape(len(flat), -1)
        return np.concatenate([scaled, self.codes[:, None].astype(np.float32)], axis=1)

    def _scaled(self, images: NDArray[Any]) -> NDArray[np.float32]:
        return self.pixels.encode(images[..., 0] if self.pixels.flat else images)


def read_images(
    images: Any, labels: ArrayLike | None, size: int | Size | None = None
) -> tuple[NDArray[Any], ArrayLike | None]:
    """Return an array of images and the labels that are given, or those of the sub-folders of a folder.

    Raises
    ------
    InputError
        If a folder cannot be used, both have labels, or an array is to be scaled.
    """
    if isinstance(images, str | PathLike):
        folder = read_folder(images, size)
        if labels is not None and folder.labels is not None:
            raise InputError(f"labels are given, and the sub-folders of {images} are labels too; leave labels out")
        images, labels = folder.images, folder.labels if labels is None else labels
    elif size is not None:
        raise InputError("size is for folders; scale the array before")
    return as_images(images), labels


def _classes(labels: ArrayLike | None, n: int) -> tuple[NDArray[np.int32], Classes]:
    if labels is None:
        return np.zeros(n, np.int32), Classes()
    array = np.asarray(labels)
    if array.shape != (n,):
        raise InputError(f"labels has shape {array.shape}, not ({n},); give one label an image")
    if array.dtype.kind == "f":
        raise InputError("labels are floats; give whole numbers or names")
    names, codes, counts = np.unique(array, return_inverse=True, return_counts=True)
    if len(names) == 1:
        warnings.warn(
            f"all labels are {names[0].item()!r}: a single class is learned like images without labels",
            FindingWarning,
            stacklevel=4,
        )
        return np.zeros(n, np.int32), Classes()
    if len(names) > 65536:
        raise InputError(f"labels holds {len(names):,} classes, more than 65,536; they look like numbers of rows")
    return codes.astype(np.int32), Classes(tuple(names.tolist()), tuple(counts.tolist()))
