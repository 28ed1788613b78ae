"""What a generator of images learns from: checked images, and labels as numbers of classes."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from math import prod
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.errors import FindingWarning, InputError
from equipoise.evaluate.images.pixels import Pixels, as_images
from equipoise.images.folder import Size, read_folder
from equipoise.training.randomness import Stream, numpy_generator

__all__ = ["MOST_CLASSES", "Classes", "ImageRows", "TrainingSet", "read_images"]

MOST_CLASSES = 65_536  # that two bytes of a row can name
_FEWEST = 64  # images of which some are put aside
_LEAST, _MOST = 16, 1000  # images put aside
_BLOCK = 1024


@dataclass(frozen=True)
class Classes:
    """Labels in order, and how many images have each; empty where images have no labels.

    Attributes
    ----------
    names, counts : tuple
    clusters : tuple of tuple of int
        How many images are in each cluster of each label, or of all images where there are no labels; empty where
        none were looked for.
    """

    names: tuple[Any, ...] = ()
    counts: tuple[int, ...] = ()
    clusters: tuple[tuple[int, ...], ...] = ()

    @property
    def owners(self) -> tuple[int, ...]:
        """The class that each cluster belongs to; without clusters, each class is one."""
        if not self.clusters:
            return tuple(range(max(1, len(self.names))))
        return tuple(owner for owner, group in enumerate(self.clusters) for _ in group)

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

    def draw_clusters(self, random: np.random.Generator, codes: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return clusters by chance, of images of these classes and as often as they were among these."""
        if not self.clusters:
            return codes
        ends = np.cumsum(np.concatenate(self.clusters))
        sizes = np.array([sum(group) for group in self.clusters])
        places = (np.cumsum(sizes) - sizes)[codes] + random.random(len(codes)) * sizes[codes]
        clusters: NDArray[np.int32] = np.searchsorted(ends, places, side="right").astype(np.int32)
        return clusters


@dataclass(frozen=True)
class TrainingSet:
    """Images of shape (n, height, width, channels) as the caller gave them, and what is known of them.

    Attributes
    ----------
    images : ndarray
    codes : ndarray of shape (n,)
        The class of each image, or its cluster where these were looked for.
    pixels : Pixels
    classes : Classes
    order : ndarray
        Numbers of the images that are used.
    centres : ndarray of shape (clusters, numbers of a shrunk image), or None
    """

    images: NDArray[Any]
    codes: NDArray[np.int32]
    pixels: Pixels
    classes: Classes
    order: NDArray[np.intp]
    centres: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        """Return how many images are used."""
        return len(self.order)

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
        if _all_alike(array):
            raise InputError(f"all {len(array)} images are the same: there is no variety to learn; give others")
        pixels = Pixels.of(array, narrowed=True)
        codes, classes = _classes(labels, len(array))
        return cls(pixels.check(array), codes, pixels, classes, np.arange(len(array)))

    def parted(self, share: float, seed: int) -> tuple[TrainingSet, TrainingSet]:
        """Return what is learned from, and the share that is put aside: none of few images, nor too many."""
        n = len(self)
        aside = 0 if share == 0.0 or n < _FEWEST else min(_MOST, max(_LEAST, int(share * n)))
        order = numpy_generator(seed, Stream.ORDER, 2**32).permutation(n)  # a position that no epoch reaches
        first, last = np.sort(order[aside:]), np.sort(order[:aside])
        return replace(self, order=self.order[first]), replace(self, order=self.order[last])

    def some(self, most: int, seed: int, use: int = 0) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """Return at most so many images by chance, from -1 to 1 and with an axis of channels, and their classes."""
        rows = self.order[numpy_generator(seed, Stream.SAMPLE, use).permutation(len(self))[:most]]
        return self.scaled(rows), self.codes[rows]

    def scaled(self, rows: slice | NDArray[np.intp]) -> NDArray[np.float32]:
        """Return images by their numbers, from -1 to 1 and with an axis of channels."""
        return _scaled(self.images[rows], self.pixels)

    def rows(self) -> ImageRows:
        """Return one row an image, as training takes it: pixels, then the class; bytes where the images are bytes."""
        return ImageRows(self)


class ImageRows:
    """Rows of a training set, made as they are asked for: the images may lie in a file that is larger than the memory.

    Examples
    --------
    >>> data = TrainingSet.read(np.arange(16, dtype=np.uint8).reshape(4, 2, 2), [0, 0, 1, 1])
    >>> data.rows()[np.array([[3, 0]])].tolist()  # four pixels, and two bytes of the class
    [[[12, 13, 14, 15, 1, 0], [0, 1, 2, 3, 0, 0]]]
    """

    def __init__(self, data: TrainingSet) -> None:
        self._data = data
        self.dtype = np.dtype(np.uint8 if data.images.dtype == np.uint8 else np.float32)
        self.shape = (len(data), prod(data.pixels.shape) + (2 if self.dtype == np.uint8 else 1))

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.shape[0]

    def __getitem__(self, rows: slice | NDArray[np.integer[Any]]) -> NDArray[Any]:
        """Return the rows of some numbers, shape (*rows.shape, values)."""
        picked = self._data.order[rows]
        images, codes = self._data.images[picked], self._data.codes[picked][..., None]
        if self.dtype == np.uint8:
            classes: NDArray[Any] = np.concatenate([codes & 255, codes >> 8], axis=-1).astype(np.uint8)
        else:
            classes = codes.astype(np.float32)
            images = _scaled(images.reshape(-1, *self._data.pixels.shape), self._data.pixels)
        return np.concatenate([images.reshape(*picked.shape, self.shape[1] - classes.shape[-1]), classes], axis=-1)


def _scaled(images: NDArray[Any], pixels: Pixels) -> NDArray[np.float32]:
    return pixels.encode(images[..., 0] if pixels.flat else images)


def _all_alike(images: NDArray[Any]) -> bool:
    """Say whether all images are the same; block by block, and mostly the first one tells."""
    blocks = range(0, len(images), _BLOCK)
    return all((images[begin : begin + _BLOCK] == images[0]).all() for begin in blocks)


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
    if len(names) > MOST_CLASSES:
        raise InputError(
            f"labels holds {len(names):,} classes, more than {MOST_CLASSES:,}; they look like numbers of rows"
        )
    return codes.astype(np.int32), Classes(tuple(names.tolist()), tuple(counts.tolist()))
