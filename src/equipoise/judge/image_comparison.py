"""What a comparison of generators of images found, as a plain record."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equipoise.evaluate.images.record import ImageReport

if TYPE_CHECKING:
    from equipoise.images.generator import ImageGenerator

__all__ = ["Contender", "ImageComparison", "Likelihood"]


@dataclass(frozen=True)
class Likelihood:
    """Bounds on the log likelihood of images put aside, in nats an image, and what the latents do.

    Attributes
    ----------
    elbo, log_likelihood : float
        Evidence lower bound, and the importance-weighted bound of `draws` latents.
    draws, active, latents : int
        Latents drawn, latents in use, and all latents.
    deviation : float
        Of the pixels (from -1 to 1) around the decoder's mean.
    """

    elbo: float
    log_likelihood: float
    draws: int
    active: int
    latents: int
    deviation: float


@dataclass(frozen=True)
class Contender:
    """One generator: how long it trained, how it was judged, what it draws.

    Attributes
    ----------
    name : str
    steps : int
    seconds : float
        Of fitting, compilation included.
    report : ImageReport
    likelihood : Likelihood or None
    pictures : mapping of str to str
        PNG in base64: "samples", "nearest" (samples above the training images they come nearest to),
        "reconstructions" (images put aside above the nearest that can be made).
    """

    name: str
    steps: int
    seconds: float
    report: ImageReport
    likelihood: Likelihood | None
    pictures: Mapping[str, str]


@dataclass(frozen=True)
class ImageComparison:
    """Generators of images side by side.

    Attributes
    ----------
    contenders : tuple of Contender
    images : mapping of str to int
        Numbers of images learned from and put aside.
    real : str
        Picture of images put aside, PNG in base64.
    seed : int
    generators : mapping of str to ImageGenerator
        The fitted generators; not part of the record.
    """

    contenders: tuple[Contender, ...]
    images: Mapping[str, int]
    real: str
    seed: int
    generators: Mapping[str, ImageGenerator] = field(default_factory=dict, repr=False, compare=False)

    @property
    def reports(self) -> dict[str, ImageReport]:
        """The judgement on each generator, by its name."""
        return {contender.name: contender.report for contender in self.contenders}

    @property
    def nearer(self) -> str | None:
        """Name of the generator of the lower Frechet distance; None where the intervals overlap."""
        ordered = sorted(self.contenders, key=lambda contender: contender.report.values["frechet"])
        ends = [contender.report.intervals["frechet"] for contender in ordered]
        return ordered[0].name if len(ordered) > 1 and ends[0][1] < ends[1][0] else None

    def table(self) -> str:
        """Return scores side by side as text."""
        names = [contender.name for contender in self.contenders]
        lines = [f"{'':30}" + "".join(f"{name:>14}" for name in (*names, "fresh real"))]
        for rows in zip(*(contender.report.scores for contender in self.contenders), strict=True):
            real = "-" if rows[0].real is None else f"{rows[0].real:.4g}"
            lines.append(f"{rows[0].label:30}" + "".join(f"{row.value:>14.4g}" for row in rows) + f"{real:>14}")
        for label, values in (
            ("steps", [f"{contender.steps:,}" for contender in self.contenders]),
            ("seconds to fit", [f"{contender.seconds:.0f}" for contender in self.contenders]),
            ("log likelihood (bound)", [_bound(contender) for contender in self.contenders]),
        ):
            lines.append(f"{label:30}" + "".join(f"{value:>14}" for value in values))
        lines += ["", f"features: {self.contenders[0].report.features}", self.verdict]
        return "\n".join([*lines, *(f"{name}: {finding}" for name, finding in self.findings)])

    @property
    def verdict(self) -> str:
        """One sentence on the Frechet distance."""
        if self.nearer is None:
            return "neither is nearer to the real images beyond the intervals of the Frechet distance"
        return f"{self.nearer} is nearer to the real images: the intervals of the Frechet distance do not overlap"

    @property
    def findings(self) -> list[tuple[str, str]]:
        """What is wrong or suspicious, with the name of the generator."""
        return [(contender.name, finding) for contender in self.contenders for finding in contender.report.findings]

    def __str__(self) -> str:
        return self.table()

    def to_dict(self) -> dict[str, Any]:
        """Return the record as what JSON knows, pictures included."""
        from equipoise import __version__

        entries = [
            {
                "name": contender.name,
                "steps": contender.steps,
                "seconds": contender.seconds,
                "report": contender.report.to_dict(),
                "likelihood": None if contender.likelihood is None else asdict(contender.likelihood),
                "pictures": dict(contender.pictures),
            }
            for contender in self.contenders
        ]
        return {
            "format": "equipoise.image_comparison/1",
            "version": __version__,
            "contenders": entries,
            "images": dict(self.images),
            "real": self.real,
            "seed": self.seed,
            "nearer": self.nearer,
            "verdict": self.verdict,
        }

    def to_json(self, pictures: bool = True) -> str:
        """Return the record as JSON, one line's end at its end."""
        record = self.to_dict()
        if not pictures:
            del record["real"]
            for entry in record["contenders"]:
                del entry["pictures"]
        return json.dumps(record, indent=1, allow_nan=False) + "\n"

    def to_html(self, path: str | os.PathLike[str]) -> Path:
        """Write one HTML page that needs no other file, whole or not at all, and return its path."""
        from equipoise.durable import write_bytes
        from equipoise.report.comparison import comparison_page

        write_bytes(Path(path), comparison_page(self.to_dict()).encode("utf-8"))
        return Path(path)


def _bound(contender: Contender) -> str:
    return "-" if contender.likelihood is None else f"{contender.likelihood.log_likelihood:.4g}"
