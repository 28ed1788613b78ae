"""One file a generator of images: safetensors for arrays, JSON in its header for the rest, never pickle.

A file names its class by an id of the closed registry below and nothing that could be imported; the loader computes
which arrays belong there and takes no other.
"""

from __future__ import annotations

import importlib
import json
from dataclasses import asdict
from os import PathLike
from pathlib import Path
from typing import Any, Final

import numpy as np

from equipoise.durable import write_bytes
from equipoise.errors import InputError
from equipoise.evaluate.images.pixels import Pixels
from equipoise.images.generator import Fitted, ImageGenerator
from equipoise.images.training_set import MOST_CLASSES, Classes
from equipoise.tensors import read_tensors
from equipoise.training.weights import shapes_of

__all__ = ["FORMAT", "load", "save"]

FORMAT: Final = "equipoise.images/1"
REGISTRY: Final = {
    "image-gan": ("equipoise.images.gan", "ImageGAN"),
    "image-vae": ("equipoise.images.vae", "ImageVAE"),
}
_FACTS: Final = {"steps_": int, "half_life_": float, "ended_": str}
_LARGEST: Final = 8192  # pixels a side: what a damaged header may at most make of memory


def save(generator: ImageGenerator, path: str | PathLike[str]) -> None:
    """Write a fitted generator to one file, all or nothing.

    Raises
    ------
    InputError
        If nothing was fitted, or the file cannot be written.
    """
    from safetensors.numpy import save as to_bytes

    fitted = generator._check_fitted()
    header = {
        "format": FORMAT,
        "id": generator.id,
        "settings": {name: getattr(generator, name) for name in generator.settings},
        "facts": {name: getattr(generator, name) for name in _FACTS if hasattr(generator, name)},
        "pixels": asdict(fitted.pixels),
        "classes": asdict(fitted.classes),
    }
    text = json.dumps(header, sort_keys=True, default=lambda value: value.item())
    arrays = {name: np.array(array, order="C") for name, array in fitted.arrays.items()}
    write_bytes(Path(path), to_bytes(arrays, metadata={"equipoise": text}))


def load(path: str | PathLike[str]) -> ImageGenerator:
    """Read a generator that `save` wrote.

    Raises
    ------
    InputError
        If the file is absent, damaged, of another format or not consistent in itself; nothing in it is ever run.

    Examples
    --------
    >>> import tempfile
    >>> from equipoise.images import ImageVAE
    >>> images = np.random.default_rng(0).random((40, 4, 4))
    >>> place = tempfile.TemporaryDirectory()
    >>> ImageVAE(steps=1, width=8, latent=2).fit(images).save(Path(place.name) / "vae.eq")
    >>> load(Path(place.name) / "vae.eq").sample(3).shape
    (3, 4, 4)
    >>> place.cleanup()
    """
    header, arrays = read_tensors(path, "generator")
    try:
        return _restored(header, arrays)
    except InputError as error:
        raise InputError(f"{path} is not a usable generator: {error}") from None
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        raise InputError(f"{path} is not a usable generator: its header is damaged ({error}); save it again") from None


def _restored(header: dict[str, Any], arrays: dict[str, Any]) -> ImageGenerator:
    if header["format"] != FORMAT or header["id"] not in REGISTRY:
        raise InputError(f"its format is {header['format']!r} and its kind {header['id']!r}")
    module, attribute = REGISTRY[header["id"]]
    kind: type[ImageGenerator] = getattr(importlib.import_module(module), attribute)
    if set(header["settings"]) != set(kind.settings):
        raise InputError(f"its settings are not those of {attribute}")
    generator = kind(**{name: _tupled(value) for name, value in header["settings"].items()})
    generator._check_settings()
    pixels = Pixels(**header["pixels"])
    if not (all(isinstance(side, int) and 0 < side <= _LARGEST for side in pixels.shape) and pixels.low < pixels.high):
        raise InputError(f"its images have the shape {pixels.shape} and the range {pixels.low} to {pixels.high}")
    if np.dtype(pixels.dtype).kind not in "ufb":
        raise InputError(f"its images have the type {pixels.dtype!r}")
    classes = _classes(**header["classes"])
    wanted = shapes_of(generator._builder(pixels, classes))
    if odd := set(wanted) ^ set(arrays):
        raise InputError(f"array {min(odd)!r} is absent or does not belong there")
    for name, shape in wanted.items():
        if arrays[name].shape != shape or arrays[name].dtype != np.float32:
            raise InputError(f"array {name!r} has shape {arrays[name].shape}, not {shape} of float32")
        if not np.isfinite(arrays[name]).all():
            raise InputError(f"array {name!r} holds NaN or infinity")
    for name, value in header["facts"].items():
        if name in _FACTS and isinstance(value, _FACTS[name]):
            setattr(generator, name, value)
    generator._fitted = Fitted(pixels, classes, arrays)
    return generator


def _classes(names: list[Any], counts: list[int], clusters: list[list[int]]) -> Classes:
    groups = tuple(tuple(group) for group in clusters)
    if len(names) != len(counts) or not _are_counts(counts):
        raise InputError("its classes and their counts do not fit")
    if groups and not (len(groups) == max(1, len(names)) and all(map(_are_counts, groups)) and all(groups)):
        raise InputError("its clusters do not fit its classes")
    if max(len(names), sum(map(len, groups))) > MOST_CLASSES:
        raise InputError(f"it has more than {MOST_CLASSES:,} classes or clusters")
    return Classes(tuple(names), tuple(counts), groups)


def _are_counts(values: Any) -> bool:
    return all(isinstance(value, int) and value > 0 for value in values)


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
