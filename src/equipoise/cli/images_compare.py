"""`equipoise images compare`: a GAN against a VAE on the same pictures."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter, validators

__all__ = ["images_compare"]


def images_compare(
    pictures: Path,
    /,
    *,
    minutes: Annotated[float | None, Parameter(validator=validators.Number(gt=0))] = None,
    steps: Annotated[int | None, Parameter(validator=validators.Number(gte=1))] = None,
    size: Annotated[int | None, Parameter(validator=validators.Number(gte=1, lte=4096))] = None,
    features: Literal["auto", "classifier", "random-convolutions", "pixels"] = "auto",
    out: Path | None = None,
    seed: Annotated[int, Parameter(validator=validators.Number(gte=0))] = 0,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Fit a GAN and a VAE on the same pictures for the same time, and judge both on pictures put aside.

    Parameters
    ----------
    pictures
        Folder of pictures; its sub-folders are labels.
    minutes
        Time for each of the two; 10 if no steps are given.
    steps
        Training steps of each, instead of minutes.
    size
        Height and width to cut and scale the pictures to.
    features
        What distances are taken on: a classifier of the labels (auto, with labels), random convolutions (auto,
        without), or the pixels themselves.
    out
        Folder for comparison.html, comparison.json, gan.eq and vae.eq; nothing is written if not given.
    seed
        Whole number from 0 on; the same seed and steps give the same comparison, times aside.
    json
        Print the record, without pictures, as JSON instead of the table.
    """
    from equipoise.cli.progress import study_progress
    from equipoise.cli.usage import UsageError
    from equipoise.durable import write_bytes
    from equipoise.judge.compare_images import compare
    from equipoise.judge.files import check_folder

    if steps is not None and minutes is not None:
        raise UsageError("--steps and --minutes are both given; give one of them")
    if out is not None:
        check_folder(out)
    with study_progress("compare") as progress:
        found = compare(
            pictures, minutes=minutes, steps=steps, size=size, features=features.replace("-", " "), seed=seed,
            progress=progress,
        )  # fmt: skip
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        write_bytes(out / "comparison.json", found.to_json(pictures=False).encode("utf-8"))
        found.to_html(out / "comparison.html")
        for name, file in (("ImageGAN", "gan.eq"), ("ImageVAE", "vae.eq")):
            found.generators[name].save(out / file)
    sys.stdout.write(found.to_json(pictures=False) if json else f"{found}\n")
    if out is not None and not json:
        print(f"\n{out / 'comparison.html'}")
