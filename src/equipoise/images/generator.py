"""What every generator of images is: settings in the constructor, images in `fit`, new ones from `sample`."""

from __future__ import annotations

import operator
import time
import warnings
from abc import ABC, abstractmethod
from copy import copy
from dataclasses import dataclass
from functools import partial
from numbers import Real
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import jax
import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.errors import InputError, TrainingWarning
from equipoise.evaluate.images.pixels import Pixels
from equipoise.images.blocks import BLOCK, decoded, great_circle, in_blocks, normal_latents
from equipoise.images.picture import save_picture, tiled
from equipoise.images.training_set import Classes, TrainingSet
from equipoise.training.looks import Looks
from equipoise.training.loop import Step, run, steps_within
from equipoise.training.progress import progress_bar
from equipoise.training.randomness import Stream, check_seed, jax_key, numpy_generator
from equipoise.training.run_folder import RunFolder
from equipoise.training.weights import Build, arrays_of, rebuilt

if TYPE_CHECKING:
    from PIL.Image import Image

    from equipoise.images.folder import Size

__all__ = ["Fitted", "ImageGenerator"]

Arrays = dict[str, NDArray[Any]]

_SHOWN = 64


@dataclass(frozen=True)
class Fitted:
    """What fitting leaves behind: the form of the images, their classes, and the arrays of the network."""

    pixels: Pixels
    classes: Classes
    arrays: Arrays


class ImageGenerator(ABC):
    """Base of the generators of images; a subclass builds networks and step."""

    id: ClassVar[str]
    settings: ClassVar[tuple[str, ...]]
    positive: ClassVar[tuple[str, ...]] = ("batch", "width", "latent", "rate")  # settings that must be above 0
    epochs: ClassVar[int]
    numbers: ClassVar[tuple[str, ...]]  # of a look
    # learning rate times the root of the steps, and its bounds: short runs must move fast, long ones may end nearer
    rates: ClassVar[tuple[float, float, float]]

    steps: int | None
    minutes: float | None
    seed: int
    size: int | Size | None
    batch: int
    latent: int
    width: int | None
    rate: float | None
    progress: bool
    folder: str | PathLike[str] | None
    held_out: float
    patience: int
    steps_: int
    ended_: str
    looks_: tuple[dict[str, float], ...]
    _fitted: Fitted | None = None

    @abstractmethod
    def _builder(self, pixels: Pixels, classes: Classes) -> Build:
        """Return what builds the network that is kept; equal settings give equal builders."""

    @abstractmethod
    def _prepare(self, data: TrainingSet) -> tuple[Step, Any]:
        """Return step and first state of a training run."""

    @abstractmethod
    def _numbers(self, steps: int) -> Any:
        """Return the settings of a run of so many steps that are no part of its program."""

    @abstractmethod
    def _looks(self, step: Any, train: TrainingSet, held: TrainingSet) -> Looks | None:
        """Return what is looked at while the run goes on."""

    @abstractmethod
    def _kept(self, state: Any, data: TrainingSet) -> Any:
        """Return the network of a state that shall sample now."""

    @abstractmethod
    def invert(self, images: ArrayLike, y: ArrayLike | None = None) -> NDArray[np.float32]:
        """Return latents, shape (n, latent), that the images come from as nearly as can be found."""

    def _chosen(self, state: Any, data: TrainingSet) -> Any:
        """Return the network that is best at the end of a run."""
        return self._kept(state, data)

    def _told(self, data: TrainingSet) -> TrainingSet:
        """Return the training set with what else shall be known of its images."""
        return data

    def _latents(
        self, noise: NDArray[np.float32], codes: NDArray[np.int32], random: np.random.Generator
    ) -> NDArray[np.float32]:
        """Return latents of images of these classes, made of normal noise."""
        del codes, random
        return noise

    def _rate(self, steps: int) -> tuple[float, float]:
        """Return the learning rates at the first and the last step of a run."""
        product, lowest, highest = self.rates
        rate = float(np.clip(product / steps**0.5, lowest, highest)) if self.rate is None else self.rate
        return rate, rate / 100

    def _finding(self) -> str | None:
        """Return what to warn of after a run, from what the looks at it saw."""
        return None

    def _recorded(self, state: Any) -> tuple[dict[str, float], ...]:
        """Return what the looks at a run saw."""
        names = self.numbers
        return tuple(dict(zip(names, map(float, row), strict=True)) for row in state.memory.rows())

    def fit(self, images: Any, labels: ArrayLike | None = None) -> Self:
        """Learn from images.

        Parameters
        ----------
        images : array of shape (n, height, width) or (n, height, width, channels), or path
            uint8, uint16, bool or floats; or a folder of pictures, whose sub-folders are labels.
        labels : array-like of shape (n,), optional
            Whole numbers or names: then `sample` can be asked for one.

        Returns
        -------
        self

        Raises
        ------
        InputError
            If there is nothing to learn from, or a setting is out of range.
        """
        self._check_settings()
        data = TrainingSet.read(images, labels, self.size)
        began = time.perf_counter()
        data = self._told(data)
        train, held = data.parted(self.held_out, self.seed)
        step, state = self._prepare(train)
        rows = train.rows()
        common: dict[str, Any] = {"batch": self.batch, "seed": self.seed}
        folder = None if self.folder is None else self._run_folder(self.folder, data)
        kept = {} if folder is None else folder.known()
        if self.minutes is not None and "steps" in kept:
            self.steps_ = int(kept["steps"])  # the clock spoke when the run began
        elif self.minutes is not None:
            arguments = self._numbers(1), None
            self.steps_ = steps_within(self.minutes, step, state, rows, arguments=arguments, began=began, **common)
        else:
            self.steps_ = self.steps if self.steps is not None else max(2000, self.epochs * len(rows) // self.batch)
        with progress_bar(type(self).__name__, self.progress) as report:
            looks = self._looks(step, train, held)
            common |= {"arguments": (self._numbers(self.steps_), None), "folder": folder}
            state = run(step, state, rows, steps=self.steps_, report=report, looks=looks, **common)
        self.ended_ = "saturated" if int(state.step) < self.steps_ else ""
        self.steps_ = int(state.step)
        self.looks_ = self._recorded(state)
        self._fitted = self._made(data, self._chosen(state, data))
        if (finding := self._finding()) is not None:  # last: a warning may be an error, which loses no fit
            warnings.warn(finding, TrainingWarning, stacklevel=2)
        return self

    @property
    def classes_(self) -> dict[Any, int]:
        """The labels that were learned, and how many images had each; empty without labels."""
        classes = self._check_fitted().classes
        return dict(zip(classes.names, classes.counts, strict=True))

    def sample(
        self, n: int, y: ArrayLike | None = None, truncation: float | None = None, seed: int = 0
    ) -> NDArray[Any]:
        """Draw new images.

        Parameters
        ----------
        n : int
        y : label, or array-like of shape (n,), optional
            What they shall show; by default labels as often as in the training images.
        truncation : float, optional
            Draw latents from a normal law cut off at plus and minus this, around the mean of their cluster if there
            are any: more typical images, and less variety.
        seed : int
            The same fit and seed give the same images.

        Returns
        -------
        ndarray of shape (n, height, width) or (n, height, width, channels)
            Of the type and range that `fit` was given.

        Raises
        ------
        InputError
            If nothing was fitted, or an argument is out of range.
        """
        latents, codes = self._drawn(n, y, truncation, seed)
        return self._images(latents, codes)

    def draw_latents(self, n: int, y: ArrayLike | None = None, seed: int = 0) -> NDArray[np.float32]:
        """Return latents of new images, shape (n, latent); arguments as in `sample`.

        They are standard normal, or normal around the means of clusters.
        """
        return self._drawn(n, y, None, seed)[0]

    def decode(self, latents: ArrayLike, y: ArrayLike | None = None) -> NDArray[Any]:
        """Return the images of latents of shape (n, latent); `y` as in `sample`, by default the first label."""
        fitted = self._check_fitted()
        z = np.asarray(latents, np.float32)
        if z.ndim != 2 or z.shape[1] != self.latent or not np.isfinite(z).all():
            raise InputError(f"latents have shape {z.shape}, not (n, {self.latent}) of finite numbers")
        codes = np.zeros(len(z), np.int32) if y is None else fitted.classes.codes(y, len(z))
        return self._images(z, codes)

    def entry(self) -> NDArray[np.float32]:
        """Return the matrix by which latents enter the network, shape (latent, width of its first layer)."""
        return np.asarray(self._network().entry())

    def interpolate(
        self, n: int = 8, ends: ArrayLike | None = None, y: ArrayLike | None = None, seed: int = 0
    ) -> NDArray[Any]:
        """Return images on the way between two.

        Parameters
        ----------
        n : int
            Images on the way, both ends included; at least 2.
        ends : array-like of two images, optional
            Inverted first, so that the ends of the way are their reconstructions; by default two drawn ones.
        y : label, optional
        seed : int
            Decides the ends where none are given.

        Returns
        -------
        ndarray
            `n` images, along the great circle between the latents, where latents are as likely as the ends
            (White, *Sampling generative networks* (2016), section 2).
        """
        if _count(n, "n") < 2:
            raise InputError(f"n={n!r}: a way has two ends; give at least 2")
        if ends is None:
            latents, codes = self._drawn(2, y, None, seed)
        else:
            latents = self.invert(ends, y)
            codes = self._codes(2, y)
            if len(latents) != 2:
                raise InputError(f"ends holds {len(latents)} images; give two")
        return self._images(great_circle(latents[0], latents[1], n), np.repeat(codes[:1], n))

    def reconstruct(self, images: ArrayLike, y: ArrayLike | None = None) -> NDArray[Any]:
        """Return the nearest images that can be made: `invert`, then `decode`."""
        latents = self.invert(images, y)
        return self._images(latents, self._codes(len(latents), y))

    def grid(
        self, n: int = 64, y: ArrayLike | None = None, columns: int | None = None, seed: int = 0,
        truncation: float | None = None,
    ) -> Image:  # fmt: skip
        """Return a picture of new images; by default one label a column, or a square of images without labels."""
        fitted = self._check_fitted()
        names = fitted.classes.names
        if columns is None:
            columns = len(names) if names and y is None and len(names) <= 20 else max(1, round(n**0.5))
        if y is None and names:
            y = np.array([names[place % columns % len(names)] for place in range(n)], object)
        return tiled(self.sample(n, y, truncation, seed), fitted.pixels, columns)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the fitted generator to one file, all or nothing; `equipoise.load` reads it back.

        Raises
        ------
        InputError
            If nothing was fitted, or the file cannot be written.
        """
        from equipoise.images.files import save

        self._check_fitted()
        save(self, path)

    def _made(self, data: TrainingSet, network: Any) -> Fitted:
        return Fitted(data.pixels, data.classes, arrays_of(network))

    def _check_fitted(self) -> Fitted:
        if self._fitted is None:
            raise InputError(f"this {type(self).__name__} has learned nothing yet; call fit(images) first")
        return self._fitted

    def _network(self) -> Any:
        fitted = self._check_fitted()
        return rebuilt(self._builder(fitted.pixels, fitted.classes), fitted.arrays)

    def _codes(self, n: int, y: ArrayLike | None) -> NDArray[np.int32]:
        classes = self._check_fitted().classes
        return np.zeros(n, np.int32) if y is None else classes.codes(y, n)

    def _drawn(
        self, n: int, y: ArrayLike | None, truncation: float | None, seed: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """Return latents and classes of new images."""
        fitted, n = self._check_fitted(), _count(n, "n")
        random = numpy_generator(check_seed(seed), Stream.SAMPLE)
        codes = fitted.classes.draw(random, n) if y is None else fitted.classes.codes(y, n)
        bound = np.float32(np.inf if truncation is None else _positive(truncation, "truncation"))
        key, blocks = jax_key(seed, Stream.DECODE), range(-(-n // BLOCK))
        drawn = [np.asarray(normal_latents(jax.random.fold_in(key, i), self.latent, bound)) for i in blocks]
        noise = np.concatenate([np.zeros((0, self.latent), np.float32), *drawn])[:n]
        return self._latents(noise, codes, random), codes

    def _images(self, latents: NDArray[np.float32], codes: NDArray[np.int32]) -> NDArray[Any]:
        pixels = self._check_fitted().pixels
        return pixels.decode(in_blocks(decoded, self._network(), latents, codes, shape=pixels.shape))

    def _encoded(self, images: ArrayLike, y: ArrayLike | None) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """Return images as the network takes them, and their classes."""
        fitted = self._check_fitted()
        rows = fitted.pixels.encode(images)
        if y is None and fitted.classes.names:
            raise InputError("this was fitted with labels: what an image shows must be known to invert it; give y")
        return rows, self._codes(len(rows), y)

    def _run_folder(self, folder: str | PathLike[str], data: TrainingSet) -> RunFolder:
        """Return the folder of the run, which knows the settings: another run is refused there."""
        ours = {name: getattr(self, name) for name in self.settings if name not in ("steps", "minutes")}
        ours |= {"id": self.id, "labels": len(data.classes.names)}
        return RunFolder(folder, settings=ours, export=partial(self._export, data), sample=partial(self._show, data))

    def _draft(self, data: TrainingSet, state: Any) -> Self:
        draft = copy(self)
        draft._fitted = self._made(data, self._kept(state, data))
        return draft

    def _export(self, data: TrainingSet, state: Any, place: Path) -> None:
        """Write the generator of this moment, which `equipoise.load` reads, beside the state."""
        self._draft(data, state).save(place / "model.eq")

    def _show(self, data: TrainingSet, state: Any, path: Path) -> None:
        save_picture(self._draft(data, state).grid(_SHOWN), path.with_suffix(".png"))

    def _check_settings(self) -> None:
        check_seed(self.seed)
        if self.steps is not None and self.minutes is not None:
            raise InputError("steps and minutes are both set; give one of them")
        for name in ("steps", "minutes", *self.positive):
            if getattr(self, name) is not None:
                _positive(getattr(self, name), name)
        share: Any = self.held_out
        if not (isinstance(share, Real) and 0 <= float(share) <= 0.5):
            raise InputError(f"held_out={share!r} is not a share from 0 to 0.5")
        self.patience = _count(self.patience, "patience")
        for name in ("steps", "batch", "width", "latent"):
            if getattr(self, name) is not None:
                setattr(self, name, _count(getattr(self, name), name))

    def _check_choice(self, name: str, choices: tuple[str, ...]) -> None:
        if getattr(self, name) not in choices:
            raise InputError(f"{name}={getattr(self, name)!r} is not one of {', '.join(choices)}")

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.settings)
        return f"{type(self).__name__}({values})"


def _positive(value: Any, name: str) -> float:
    if not (isinstance(value, Real) and 0 < float(value) < float("inf")):
        raise InputError(f"{name}={value!r} is not a number above 0; give one")
    return float(value)


def _count(n: Any, name: str) -> int:
    try:
        number = operator.index(n)
    except TypeError:
        number = -1
    if number < 0:
        raise InputError(f"{name}={n!r} is not a whole number from 0 on")
    return number
