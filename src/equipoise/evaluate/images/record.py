"""What an evaluation of images found, as a plain record."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from equipoise.evaluate.scored import Scored

__all__ = ["ImageReport", "ImageScore"]


@dataclass(frozen=True)
class ImageScore:
    """One score of synthetic images.

    Attributes
    ----------
    name, label : str
        Key and what people call it.
    group : {"fidelity", "copying", "classes"}
    best : {"high", "low", "half"}
        Which values are good; ``"half"``: 1/2 is neutral, more is copying.
    value, low, high : float
        With its 95 % interval; NaN where there is none.
    real : float or None
        What fresh real images get in place of the synthetic ones; None where there are none.
    method : str
    """

    name: str
    label: str
    group: Literal["fidelity", "copying", "classes"]
    best: Literal["high", "low", "half"]
    value: float
    low: float
    high: float
    real: float | None
    method: str


@dataclass(frozen=True)
class ImageReport(Scored):
    """The judgement on synthetic images.

    Attributes
    ----------
    scores : tuple of ImageScore
    features : str
        Name of the features that all distances were taken on.
    reference : str
        SHA-256 of the real images that the synthetic ones were compared with.
    images : mapping of str to int
        Numbers of training, test and synthetic images.
    shares : mapping of str to (float, float)
        Share of each class among the real and the synthetic images; empty without labels.
    findings : tuple of str
        What is wrong or suspicious, in sentences.
    seed : int

    Examples
    --------
    >>> import numpy as np, equipoise as eq
    >>> images = np.random.default_rng(0).random((300, 8, 8))
    >>> report = eq.evaluate_images(images[:100], images[:100], images[100:200])  # a copier
    >>> report.values["nearness"] > 0.95, "copies" in report.findings[0]
    (True, True)
    """

    format: ClassVar[str] = "equipoise.image_evaluation/1"

    scores: tuple[ImageScore, ...]
    features: str
    reference: str
    images: Mapping[str, int]
    shares: Mapping[str, tuple[float, float]]
    findings: tuple[str, ...]
    seed: int

    @property
    def floors(self) -> dict[str, float | None]:
        """What fresh real images get, by name of the score."""
        return {score.name: score.real for score in self.scores}

    def table(self) -> str:
        """Return scores and findings as text of at most 80 columns."""
        lines = [f"{'':30}{'value':>10}{'95 % interval':>22}{'fresh real':>12}"]
        for score in self.scores:
            value, low, high, real = (_shown(number) for number in (score.value, score.low, score.high, score.real))
            ends = f"{low} to {high}" if low != "-" else "-"
            lines.append(f"{score.label:30}{value:>10}{ends:>22}{real:>12}")
        if self.shares:
            lines += ["", f"{'class':30}{'real':>10}{'synthetic':>12}"]
            lines += [f"{name[:29]:30}{a:>10.1%}{b:>12.1%}" for name, (a, b) in self.shares.items()]
        lines += ["", f"features: {self.features}", f"reference: {self.reference[:16]}"]
        return "\n".join([*lines, *(f"finding: {finding}" for finding in self.findings)])

    def __str__(self) -> str:
        return self.table()


def _shown(number: float | None) -> str:
    return "-" if number is None or not math.isfinite(number) else f"{number:.4g}"
