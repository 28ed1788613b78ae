"""The judge of synthetic images: how near to real ones, how varied, how many copies, which classes are missing.

Synthetic images are compared with real test images, and beside each score stands what fresh real images get in their
place: as many training images, where nothing is asked of copying, and the test images themselves, where it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.errors import InputError
from equipoise.evaluate.images.distances import bootstrap, frechet_distance, kernel_distance
from equipoise.evaluate.images.neighbours import K, authentic, balls, close, nearness
from equipoise.evaluate.images.pixels import Pixels, as_images
from equipoise.evaluate.images.record import ImageReport, ImageScore
from equipoise.evaluate.intervals import Estimate
from equipoise.training.randomness import check_seed

if TYPE_CHECKING:
    from equipoise.evaluate.images.features import ClassifierFeatures

__all__ = ["check_features", "classifier_of", "evaluate_images"]

Floats = NDArray[np.float64]

_FEATURES = ("auto", "classifier", "random convolutions", "pixels")
_MOST = 2000  # images a set: time and memory of the neighbours grow with the square
_CLOSE = 3.0  # times the share of fresh images: above, a part of the images are copies
_DROPPED = 0.1  # of its real share: below, a class counts as missing


def evaluate_images(
    real_train: ArrayLike,
    synthetic: ArrayLike,
    real_test: ArrayLike | None = None,
    *,
    labels: ArrayLike | None = None,
    features: str | Callable[[NDArray[Any]], ArrayLike] = "auto",
    classifier: ClassifierFeatures | None = None,
    seed: int = 0,
) -> ImageReport:
    """Judge synthetic images.

    Parameters
    ----------
    real_train : array of shape (n, height, width) or (n, height, width, channels)
        What the generator learned from.
    synthetic : array of the same form
        What it made.
    real_test : array of the same form, optional
        Real images that it did not learn from; without them, the training images are the reference, and whether
        it copies cannot be told.
    labels : array-like of shape (n,), optional
        Classes of the training images.
    features : {"auto", "classifier", "random convolutions", "pixels"}, name of a .onnx file, or callable
        Vectors on which distances are taken. A callable takes images as they are and returns (n, d); its
        ``__name__`` goes into the report. A model in the ONNX format takes them as `OnnxFeatures` says. By default a
        small classifier, if there are labels, that is trained on the training images, otherwise random convolutions.
    classifier : ClassifierFeatures, optional
        One that `classifier_of` gave for the same training images, labels and seed; by default it is trained now.
    seed : int

    Returns
    -------
    ImageReport

    Raises
    ------
    InputError
        If the images do not fit together, or are too few.

    Notes
    -----
    Of each set at most 2,000 images are used, drawn by the seed. The Frechet distance is biased upwards in small sets,
    and on other features than Inception's it is not FID: it is good for comparison with what stands beside it alone.

    Examples
    --------
    >>> import numpy as np
    >>> images = np.random.default_rng(0).random((300, 8, 8))
    >>> report = evaluate_images(images[:100], images[100:200], images[200:])
    >>> 0.35 < report.values["nearness"] < 0.65, report.features
    (True, 'random convolutions')
    """
    train = as_images(real_train, "real_train")
    pixels = Pixels.of(train)
    random = np.random.default_rng(check_seed(seed))
    # drawn in one order whatever is given, so that the reference of a seed stays the same
    kept = {"train": random.permutation(len(train))[:_MOST]}
    parts = {"train": train}
    for name, images in (("test", real_test), ("synthetic", synthetic)):
        if images is not None:
            array = as_images(images, "real_test" if name == "test" else name)
            pixels.check(array, "real_test" if name == "test" else name)
            kept[name], parts[name] = random.permutation(len(array))[:_MOST], array
    for name, array in parts.items():
        if len(array) < 2 * K:
            raise InputError(f"{len(array)} {name} images are too few to judge; give at least {2 * K}")
    codes, names = _codes(labels, len(train))
    check_features(features, classifier is not None or codes is not None)
    if classifier is None and codes is not None:
        classifier = _trained(pixels, train, codes, seed)
    vectors, told, classify = _vectors(features, pixels, parts, kept, classifier)
    reference = "test" if "test" in parts else "train"
    digest = hashlib.sha256(np.ascontiguousarray(parts[reference][np.sort(kept[reference])]).tobytes()).hexdigest()
    scores, findings = _fidelity(vectors, reference, seed), list[str]()
    if reference == "test":
        more, finding = _copying(vectors)
        scores, findings = scores + more, findings + finding
    else:
        findings.append(
            "no test images: the reference are the training images, and copying cannot be told from quality"
        )
    shares: dict[str, tuple[float, float]] = {}
    if classify is not None:
        more, shares, finding = _classes(classify, names, reference)
        scores, findings = scores + more, findings + finding
    counts = {name: len(array) for name, array in parts.items()}
    return ImageReport(tuple(scores), told, digest, counts, shares, tuple(findings), seed)


def check_features(features: Any, labelled: bool) -> None:
    """Refuse features that are not known, or need labels of two classes where there are none.

    Raises
    ------
    InputError
        The message says what there is.
    """
    if callable(features):
        return
    if features not in _FEATURES and not (isinstance(features, str) and features.endswith(".onnx")):
        raise InputError(f"features={features!r} is not {', '.join(_FEATURES)}, a .onnx file or a function")
    if features == "classifier" and not labelled:
        raise InputError("features='classifier' needs labels of at least two classes")


def classifier_of(real_train: ArrayLike, labels: ArrayLike | None, seed: int = 0) -> ClassifierFeatures | None:
    """Return the classifier that `evaluate_images` would train, to give to several calls; None without two classes.

    Examples
    --------
    >>> images = np.random.default_rng(0).random((40, 8, 8))
    >>> classifier_of(images, np.arange(40) % 2).name
    'classifier trained on the real training images'
    """
    train = as_images(real_train, "real_train")
    codes, _ = _codes(labels, len(train))
    return None if codes is None else _trained(Pixels.of(train), train, codes, seed)


def _trained(pixels: Pixels, train: NDArray[Any], codes: NDArray[np.intp], seed: int) -> ClassifierFeatures:
    from equipoise.evaluate.images.features import ClassifierFeatures

    return ClassifierFeatures(pixels.encode(train), codes, seed)


def _codes(labels: ArrayLike | None, n: int) -> tuple[NDArray[np.intp] | None, list[str]]:
    if labels is None:
        return None, []
    array = np.asarray(labels)
    if array.shape != (n,):
        raise InputError(f"labels has shape {array.shape}, not ({n},); give one label a training image")
    names, codes = np.unique(array, return_inverse=True)
    if len(names) < 2:
        return None, []
    return codes, [str(name) for name in names]


def _vectors(
    features: str | Callable[[NDArray[Any]], ArrayLike],
    pixels: Pixels,
    parts: dict[str, NDArray[Any]],
    kept: dict[str, NDArray[np.intp]],
    classifier: ClassifierFeatures | None,
) -> tuple[dict[str, Floats], str, Any]:
    """Return the vectors of each part, the name of the features, and what tells classes (or None)."""
    rows = {name: array[kept[name]] for name, array in parts.items()}
    if callable(features):
        found = {name: np.asarray(features(images), float) for name, images in rows.items()}
        for name, array in found.items():
            if array.ndim != 2 or len(array) != len(rows[name]) or not np.isfinite(array).all():
                raise InputError(f"features gave shape {array.shape} for {len(rows[name])} images, not (n, d), finite")
        told = getattr(features, "__name__", type(features).__name__)
    from equipoise.evaluate.images.features import RandomConvolutions
    from equipoise.evaluate.images.onnx_features import OnnxFeatures

    scaled = {name: pixels.encode(images) for name, images in rows.items()}
    if not callable(features):
        if features == "pixels":
            found, told = {name: part.reshape(len(part), -1).astype(float) for name, part in scaled.items()}, "pixels"
        else:
            net: Any
            if features.endswith(".onnx"):
                net = OnnxFeatures(features)
            elif classifier is not None and features != "random convolutions":
                net = classifier
            else:
                net = RandomConvolutions(pixels.channels)
            found, told = {name: net(part) for name, part in scaled.items()}, net.name
    classify = None if classifier is None else lambda name: classifier.classes(scaled[name])
    return found, told, classify


def _fidelity(vectors: dict[str, Floats], reference: str, seed: int) -> list[ImageScore]:
    """Return distances and balls against the reference, with equal numbers for synthetic and fresh real images."""
    fresh = vectors["train"] if reference == "test" else None
    size = min(len(part) for part in vectors.values())
    base, synthetic = vectors[reference][:size], vectors["synthetic"][:size]
    scores = []
    for name, label, distance in (
        ("frechet", "Frechet distance", frechet_distance),
        ("kernel", "kernel distance", kernel_distance),
    ):
        real = None if fresh is None else distance(base, fresh[:size])
        method = f"{size} against {size} images; interval by 30 resamplings of both"
        scores.append(_score(name, label, "low", bootstrap(distance, base, synthetic, seed), real, method))
    floors = {} if fresh is None else balls(base, fresh[:size])
    for name, estimate in balls(base, synthetic).items():
        real = floors[name][0] if name in floors else None
        method = f"k = {K}, {size} against {size} images; interval with the other set fixed"
        scores.append(_score(name, name, "high", estimate, real, method))
    return scores


def _copying(vectors: dict[str, Floats]) -> tuple[list[ImageScore], list[str]]:
    train, synthetic, test = (vectors[name] for name in ("train", "synthetic", "test"))
    near, free = nearness(train, synthetic, test), authentic(train, synthetic)
    few, usual = close(train, synthetic, test)
    method = f"{len(synthetic)} synthetic and {len(test)} test images against {len(train)} training images"
    scores = [
        _score("nearness", "nearer to training than fresh", "half", near, 0.5, f"{method}; DeLong", "copying"),
        _score("authentic", "authentic", "high", free, authentic(train, test)[0], f"{method}; Wilson", "copying"),
        _score("close", "as near as 1 % of fresh ones", "low", few, usual, f"{method}; Wilson", "copying"),
    ]
    findings = []
    if near[1] > 0.5 and near[0] > 0.6:
        findings.append(
            f"copies: {near[0]:.0%} of the pairs have the synthetic image nearer to training images than a fresh one"
        )
    elif few[1] > _CLOSE * max(usual, 0.01):
        findings.append(
            f"copies: {few[0]:.0%} of the synthetic images are as near to a training image as {usual:.1%} of fresh ones"
        )
    return scores, findings


def _classes(
    classify: Callable[[str], NDArray[np.intp]], names: list[str], reference: str
) -> tuple[list[ImageScore], dict[str, tuple[float, float]], list[str]]:
    """Return how far the shares of the classes are off, as the classifier sees them on both sides."""
    counts = [np.bincount(classify(name), minlength=len(names)) for name in (reference, "synthetic")]
    real, fake = (count / count.sum() for count in counts)
    value = float(0.5 * np.abs(real - fake).sum())
    luck = float(np.sqrt(real * (1 - real) / counts[1].sum()).sum() / np.sqrt(2 * np.pi))  # mean of |normal|, halved
    missing = [name for name, a, b in zip(names, real, fake, strict=True) if a > 0 and b < _DROPPED * a]
    nan = float("nan")
    reached = 1.0 - len(missing) / int((real > 0).sum())
    seen = "shares that the classifier sees; fresh: what chance alone would give"
    told = f"share of the classes with at least {_DROPPED:.0%} of their real share"
    scores = [
        _score("class_variation", "class shares off by", "low", (value, nan, nan), luck, seen, "classes"),
        _score("class_coverage", "classes reached", "high", (reached, nan, nan), 1.0, told, "classes"),
    ]
    findings = [f"missing classes: {', '.join(missing)}"] if missing else []
    return scores, {name: (float(a), float(b)) for name, a, b in zip(names, real, fake, strict=True)}, findings


def _score(
    name: str,
    label: str,
    best: Literal["high", "low", "half"],
    estimate: Estimate,
    real: float | None,
    method: str,
    group: Literal["fidelity", "copying", "classes"] = "fidelity",
) -> ImageScore:
    value, low, high = estimate
    return ImageScore(name, label, group, best, value, low, high, real, method)
