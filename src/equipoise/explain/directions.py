"""Directions among latents along which images change, found in three ways.

    closed form   eigenvectors of A A^T, A the matrix by which latents enter the network: along the first one the first
                  layer changes most. No image is drawn. Shen and Zhou, *Closed-form factorization of latent semantics
                  in GANs* (2021), equation 5.
    principal     principal components of drawn images, and the latents that predict them best (least squares).
                  Harkonen et al., *GANSpace* (2020), section 2.2, on the images themselves.
    probe         the latents that predict an attribute (ridge), without what they say of the other attributes:
                  the projection of Shen et al., *Interpreting the latent space of GANs* (2020), equation 6.

Components and attributes are taken within labels: which label is drawn is not a matter of the latents. What leans a 1
need not lean an 8, so that a probe has a direction for each label: the latents that predict the attribute among all
labels, and those that predict what is left within one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.errors import InputError
from equipoise.explain.shapes import attributes

__all__ = ["Direction", "LatentGenerator", "closed_form", "draw", "principal", "probe"]

Floats = NDArray[np.float64]
Attributes = Callable[[NDArray[Any]], Mapping[str, Floats]]

_RIDGE = 1e-2  # weight of the penalty against a mean squared error of standardised attributes


class LatentGenerator(Protocol):
    """What draws latents and makes images of them, such as `ImageGAN` and `ImageVAE`."""

    latent: int

    def draw_latents(self, n: int, y: ArrayLike | None = None, seed: int = 0) -> NDArray[Any]:
        """Return latents of new images, shape (n, latent)."""

    def decode(self, latents: ArrayLike, y: ArrayLike | None = None) -> NDArray[Any]:
        """Return images of latents of shape (n, latent)."""

    @property
    def classes_(self) -> Mapping[Any, int]:
        """The labels that can be asked for; empty where there are none."""


@dataclass(frozen=True)
class Direction:
    """One direction.

    Attributes
    ----------
    name : str
    vector : ndarray of shape (latent,), or (labels, latent)
        Of length 1; a row for each label where they have directions of their own.
    method : {"closed form", "principal", "probe"}
    strength : float
        Of the first layer, of the images' variance, or of the attribute's: the share that goes with this direction.
    """

    name: str
    vector: Floats
    method: str
    strength: float

    def of(self, codes: NDArray[np.intp]) -> Floats:
        """Return the vectors of images with these labels, by their places among `classes_`; shape (n, latent)."""
        vectors = np.atleast_2d(self.vector)
        return vectors[codes if len(vectors) > 1 else np.zeros_like(codes)]


def closed_form(generator: Any, n: int = 5) -> list[Direction]:
    """Return the directions that move the first layer most.

    Parameters
    ----------
    generator : ImageGAN or ImageVAE
        Fitted.
    n : int
        How many; at most the number of latents.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from equipoise.images import ImageVAE
    >>> vae = ImageVAE(steps=32, width=16, latent=4).fit(load_digits().images)
    >>> [direction.name for direction in closed_form(vae, 2)]
    ['closed form 1', 'closed form 2']
    """
    matrix = generator.entry().astype(np.float64)
    values, vectors = np.linalg.eigh(matrix @ matrix.T)
    order = np.argsort(-values)[: _at_most(n, len(matrix))]
    return [
        Direction(f"closed form {place + 1}", vectors[:, at], "closed form", float(values[at] / values.sum()))
        for place, at in enumerate(order)
    ]


def principal(generator: LatentGenerator, n: int = 5, samples: int = 2000, seed: int = 0) -> list[Direction]:
    """Return the directions that go with the principal components of images.

    Parameters
    ----------
    generator : LatentGenerator
    n, samples, seed : int
        How many directions, from how many images.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from equipoise.images import ImageVAE
    >>> vae = ImageVAE(steps=32, width=16, latent=4).fit(load_digits().images)
    >>> [direction.vector.shape for direction in principal(vae, 2, samples=256)]
    [(4,), (4,)]
    """
    latents, labels, codes = draw(generator, samples, seed)
    images = generator.decode(latents, labels)
    latents = _within(latents, codes)
    rows = _within(images.reshape(len(images), -1).astype(np.float64), codes)
    left, values, _ = np.linalg.svd(rows, full_matrices=False)
    shares = values**2 / max(float((values**2).sum()), 1e-12)
    found = []
    for place in range(_at_most(n, generator.latent)):
        vector = np.linalg.lstsq(latents, left[:, place])[0]
        found.append(Direction(f"principal {place + 1}", _unit(vector), "principal", float(shares[place])))
    return found


def probe(
    generator: LatentGenerator,
    samples: int = 4000,
    seed: int = 0,
    measures: Attributes = attributes,
    by_label: bool = True,
) -> list[Direction]:
    """Return a direction for each attribute, along which the others are predicted to stay.

    Parameters
    ----------
    generator : LatentGenerator
    samples, seed : int
        Images to learn from.
    measures : callable
        From images to named numbers; slant, stroke width, height, width and brightness by default.
    by_label : bool
        A direction of its own for each label, where there are labels; else one for all.

    Raises
    ------
    InputError
        If there are more attributes than latents.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from equipoise.images import ImageVAE
    >>> vae = ImageVAE(steps=32, width=16, latent=4).fit(load_digits().images)
    >>> bright = lambda images: {"bright": images.mean(axis=(1, 2))}
    >>> [direction.name for direction in probe(vae, samples=256, measures=bright)]
    ['bright']
    """
    latents, labels, codes = draw(generator, samples, seed)
    found = measures(generator.decode(latents, labels))
    if len(found) > generator.latent:
        raise InputError(f"{len(found)} attributes cannot be told apart by {generator.latent} latents; give fewer")
    values = _within(np.stack([found[name] for name in found], axis=1), codes)
    values = values / np.maximum(values.std(axis=0), 1e-12)
    latents = _within(latents, codes)
    shared = _ridge(latents, values, _RIDGE)
    left = values - latents @ shared
    weights = shared[None]
    if by_label and generator.classes_:
        # a label of few images leans on what all have in common
        parts = [codes == code for code in range(len(generator.classes_))]
        own = [_ridge(latents[part], left[part], generator.latent / max(1, part.sum())) for part in parts]
        weights = shared + np.stack(own)
        left = values - np.einsum("nk,nka->na", latents, weights[codes])
    return [
        Direction(name, _apart(weights, place), "probe", 1.0 - float(np.mean(left[:, place] ** 2)))
        for place, name in enumerate(found)
    ]


def draw(generator: LatentGenerator, n: int, seed: int) -> tuple[Floats, list[Any] | None, NDArray[np.intp]]:
    """Return latents, labels in turn (None where there are none), and the number of each label."""
    names = list(generator.classes_)
    codes = np.arange(n) % max(1, len(names))
    labels = [names[code] for code in codes] if names else None
    y = None if labels is None else np.array(labels, object)
    return np.asarray(generator.draw_latents(n, y, seed), np.float64), labels, codes


def _within(values: Floats, codes: NDArray[np.intp]) -> Floats:
    """Return values less the mean of their label."""
    counts = np.bincount(codes)
    sums = np.stack([values[codes == code].sum(axis=0) for code in range(len(counts))])
    return values - (sums / counts[:, None])[codes]


def _ridge(latents: Floats, values: Floats, penalty: float) -> Floats:
    """Return the weights of latents that predict values, shape (latent, values)."""
    n = max(1, len(latents))
    gram = latents.T @ latents / n + penalty * np.eye(latents.shape[1])
    weights: Floats = np.linalg.solve(gram, latents.T @ values / n).astype(np.float64)
    return weights


def _apart(weights: Floats, place: int) -> Floats:
    """Return the weights of one attribute without what the others' hold, a vector of length 1 for each label."""
    vectors = []
    for own in weights:
        others = np.linalg.qr(np.delete(own, place, axis=1))[0]
        vectors.append(_unit(own[:, place] - others @ (others.T @ own[:, place])))
    return np.stack(vectors) if len(vectors) > 1 else vectors[0]


def _unit(vector: Floats) -> Floats:
    return vector / max(float(np.linalg.norm(vector)), 1e-12)


def _at_most(n: int, most: int) -> int:
    if not isinstance(n, int) or not 0 < n <= most:
        raise InputError(f"n={n!r} is not a number of directions from 1 to {most}")
    return n
