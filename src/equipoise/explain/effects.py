"""What a direction changes: measured on images that it was not found on, and shown as a strip.

From each of many latents z, images of z + t v for t from -reach to reach, v the vector of its label where labels have
their own; of each attribute a

    correlation   of t with a(t) - mean of a over t, over all images: 1 where each grows in step
    slope         of the same, in standard deviations of the attribute among images, a unit of t
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from equipoise.explain.directions import Attributes, Direction, Floats, LatentGenerator, draw
from equipoise.explain.shapes import attributes
from equipoise.images.picture import tiled

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["Effect", "measure", "strip"]

_SEED = 1_000_003  # images to measure on are not those that directions were found on


@dataclass(frozen=True)
class Effect:
    """What one direction does to each attribute.

    Attributes
    ----------
    correlation, slope : mapping of str to float
    images : int
        Latents that were moved.
    reach : float
    """

    correlation: Mapping[str, float]
    slope: Mapping[str, float]
    images: int
    reach: float

    @property
    def strongest(self) -> str:
        """The attribute that moves most."""
        return max(self.slope, key=lambda name: abs(self.slope[name]))

    def leak(self, name: str) -> float:
        """Return the largest slope of another attribute, as a share of that of `name`."""
        others = [abs(value) for other, value in self.slope.items() if other != name]
        return max(others, default=0.0) / max(abs(self.slope[name]), 1e-12)


def measure(
    generator: LatentGenerator,
    direction: Direction,
    *,
    reach: float = 2.0,
    steps: int = 9,
    images: int = 200,
    seed: int = 0,
    measures: Attributes = attributes,
) -> Effect:
    """Return what a direction changes.

    Parameters
    ----------
    generator : LatentGenerator
    direction : Direction
    reach : float
        How far to go to either side; latents have a standard deviation of 1.
    steps, images, seed : int
        Images on the way, number of ways, and the seed of their middles.
    measures : callable
        As in `probe`.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from equipoise.explain import closed_form
    >>> from equipoise.images import ImageVAE
    >>> vae = ImageVAE(steps=32, width=16, latent=4).fit(load_digits().images)
    >>> sorted(measure(vae, closed_form(vae, 1)[0], images=20).slope)
    ['brightness', 'height', 'slant', 'stroke width', 'width']
    """
    moved, t = _moved(generator, direction, reach, steps, images, seed)
    correlation, slope = {}, {}
    for name, values in measures(moved).items():
        table = np.asarray(values, np.float64).reshape(images, steps)
        spread = float(table[:, steps // 2].std())
        change = table - table.mean(axis=1, keepdims=True)
        joint, own = float((change * t).mean()), float((change**2).mean())
        correlation[name] = joint / max(float(np.sqrt(own * (t**2).mean())), 1e-12)
        slope[name] = joint / float((t**2).mean()) / max(spread, 1e-12)
    return Effect(correlation, slope, images, reach)


def strip(
    generator: LatentGenerator,
    direction: Direction,
    *,
    reach: float = 2.0,
    steps: int = 9,
    rows: int = 10,
    seed: int = 0,
) -> Image:
    """Return a picture with a way along the direction in each row; the middle column is where it starts."""
    from equipoise.evaluate.images.pixels import Pixels

    moved, _ = _moved(generator, direction, reach, steps, rows, seed)
    return tiled(moved, Pixels.of(moved), steps)


def _moved(
    generator: LatentGenerator, direction: Direction, reach: float, steps: int, images: int, seed: int
) -> tuple[Any, Floats]:
    latents, labels, codes = draw(generator, images, seed + _SEED)
    t = np.linspace(-reach, reach, steps)
    ways = (latents[:, None] + t[None, :, None] * direction.of(codes)[:, None]).reshape(images * steps, -1)
    return generator.decode(ways, None if labels is None else np.repeat(np.array(labels, object), steps)), t
