"""Generator against discriminator, or encoder and decoder: which of the two serves these images.

    a fifth of the images is put aside; both learn from the rest for the same time; both are judged on what was put
    aside, beside what fresh real images get

The winner is named only where the 95 % intervals of the Frechet distance do not overlap. These intervals know the luck
of samples and not that of training: another seed may decide otherwise.
"""

from __future__ import annotations

import base64
import io
import time
from collections.abc import Callable
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.errors import InputError
from equipoise.evaluate.images import classifier_of, evaluate_images
from equipoise.evaluate.images.evaluation import check_features
from equipoise.evaluate.images.neighbours import distances
from equipoise.evaluate.images.pixels import Pixels
from equipoise.images.folder import Size
from equipoise.images.gan import ImageGAN
from equipoise.images.generator import ImageGenerator
from equipoise.images.picture import tiled
from equipoise.images.training_set import read_images
from equipoise.images.vae import ImageVAE
from equipoise.judge.image_comparison import Contender, ImageComparison, Likelihood
from equipoise.training.randomness import check_seed

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["compare"]

_MOST = 2000  # samples to judge
_SHOWN = 60
_PAIRS = 10
_DRAWS = 50


def compare(
    images: ArrayLike | str | PathLike[str],
    labels: ArrayLike | None = None,
    *,
    minutes: float | None = None,
    steps: int | None = None,
    size: int | Size | None = None,
    features: str | Callable[[NDArray[Any]], ArrayLike] = "auto",
    seed: int = 0,
    progress: Callable[[str, int, int], None] | None = None,
) -> ImageComparison:
    """Fit `ImageGAN` and `ImageVAE` on the same images for the same time, and judge both on images put aside.

    Parameters
    ----------
    images : array of shape (n, height, width) or (n, height, width, channels), or path
        Or a folder of pictures, whose sub-folders are labels.
    labels : array-like of shape (n,), optional
    minutes : float, optional
        Time for each of the two; 10 if neither this nor `steps` is given.
    steps : int, optional
        Training steps of each, instead of minutes: the same seed then gives the same record, times aside.
    size : int or (int, int), optional
        Height and width to cut and scale the pictures of a folder to.
    features
        As in `evaluate_images`.
    seed : int
        Decides what is put aside, both fits, and the samples.
    progress : callable, optional
        Called with the name of what is done now, and how many of how many parts are done.

    Returns
    -------
    ImageComparison

    Raises
    ------
    InputError
        If there are fewer than 50 images, or a generator or the judge refuses them.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> digits = load_digits(n_class=2)
    >>> found = compare(digits.images[:120], digits.target[:120], steps=32)
    >>> sorted(found.reports), found.contenders[0].likelihood is None
    (['ImageGAN', 'ImageVAE'], True)
    """
    if minutes is not None and steps is not None:
        raise InputError("steps and minutes are both given; give one of them")
    if steps is None and minutes is None:
        minutes = 10.0
    array, names = _read(images, labels, size)
    check_features(features, names is not None and len(np.unique(names)) > 1)
    put_aside = _put_aside(len(array), names, check_seed(seed))
    train, test = array[~put_aside], array[put_aside]
    train_labels, test_labels = (None if names is None else names[part] for part in (~put_aside, put_aside))
    tell = progress or _silent
    contenders, generators = [], {}
    classifier = classifier_of(train, train_labels, seed)
    for number, kind in enumerate((ImageGAN, ImageVAE)):
        tell(f"fitting {kind.__name__}", 2 * number, 4)
        generator: ImageGenerator = kind(minutes=minutes, steps=steps, seed=seed)
        began = time.perf_counter()
        generator.fit(train, train_labels)
        seconds = time.perf_counter() - began
        tell(f"judging {kind.__name__}", 2 * number + 1, 4)
        samples = generator.sample(min(_MOST, len(train)), seed=seed)
        report = evaluate_images(
            train, samples, test, labels=train_labels, features=features, classifier=classifier, seed=seed
        )
        pictures = {
            "samples": _png(generator.grid(_SHOWN, columns=10, seed=seed)),
            "nearest": _png(_nearest(samples, train)),
            "reconstructions": _png(_reconstructed(generator, test[:_PAIRS], test_labels)),
        }
        likelihood = _likelihood(generator, test, test_labels, seed)
        contenders.append(Contender(kind.__name__, generator.steps_, seconds, report, likelihood, pictures))
        generators[kind.__name__] = generator
    tell("done", 4, 4)
    real = tiled(test[:_SHOWN], Pixels.of(array), 10)
    counts = {"training": len(train), "put aside": len(test)}
    return ImageComparison(tuple(contenders), counts, _png(real), seed, generators)


def _silent(part: str, done: int, total: int) -> None:
    del part, done, total


def _read(images: Any, labels: ArrayLike | None, size: int | Size | None) -> tuple[NDArray[Any], NDArray[Any] | None]:
    array, labels = read_images(images, labels, size)
    names = None if labels is None else np.asarray(labels)
    if names is not None and names.shape != (len(array),):
        raise InputError(f"labels has shape {names.shape}, not ({len(array)},); give one label an image")
    if len(array) < 50:
        raise InputError(f"{len(array)} images are too few to put some aside and judge by them; give at least 50")
    return array, names


def _put_aside(n: int, labels: NDArray[Any] | None, seed: int) -> NDArray[np.bool_]:
    """Return which images are put aside: of each label every fifth in a random order, and never all of one."""
    order = np.random.default_rng(seed).permutation(n)
    if labels is not None:
        order = order[np.argsort(labels[order], kind="stable")]
    aside = np.zeros(n, bool)
    aside[order[4::5]] = True
    if labels is not None:
        alone = np.setdiff1d(
            labels[aside], labels[~aside]
        )  # learned from, since nothing could be drawn of it otherwise
        aside &= ~np.isin(labels, alone)
    return aside


def _likelihood(
    generator: ImageGenerator, test: NDArray[Any], labels: NDArray[Any] | None, seed: int
) -> Likelihood | None:
    if not isinstance(generator, ImageVAE):
        return None  # a generator without an encoder has no density that could be told
    y = labels if generator.classes_ else None
    found = generator.diagnose(test[:_MOST], None if y is None else y[:_MOST], draws=_DRAWS, seed=seed)
    return Likelihood(found.elbo, found.log_likelihood, found.draws, found.active, len(found.kl), found.deviation)


def _reconstructed(generator: ImageGenerator, images: NDArray[Any], labels: NDArray[Any] | None) -> Image:
    """Return images above the nearest that the generator can make."""
    y = labels[: len(images)] if labels is not None and generator.classes_ else None
    both = np.concatenate([images, generator.reconstruct(images, y)])
    return tiled(both, Pixels.of(both), len(images))


def _nearest(samples: NDArray[Any], train: NDArray[Any]) -> Image:
    """Return the samples that come nearest to a training image above that image, by pixels."""
    pixels = Pixels.of(train)
    rows = [pixels.encode(part).reshape(len(part), -1).astype(float) for part in (samples, train)]
    cross = distances(*rows)
    chosen = np.argsort(cross.min(axis=1), kind="stable")[:_PAIRS]
    return tiled(np.concatenate([samples[chosen], train[cross[chosen].argmin(axis=1)]]), pixels, len(chosen))


def _png(picture: Image) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, "png")
    return base64.b64encode(buffer.getvalue()).decode("ascii")
