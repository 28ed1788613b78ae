"""`equipoise images fit`: a generator of images from a folder of pictures."""

from __future__ import annotations

import json as format_json
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter, validators

__all__ = ["images_fit"]


def images_fit(
    pictures: Path,
    /,
    *,
    out: Path,
    method: Literal["gan", "vae"] = "gan",
    minutes: Annotated[float | None, Parameter(validator=validators.Number(gt=0))] = None,
    steps: Annotated[int | None, Parameter(validator=validators.Number(gte=1))] = None,
    size: Annotated[int | None, Parameter(validator=validators.Number(gte=1, lte=4096))] = None,
    seed: Annotated[int, Parameter(validator=validators.Number(gte=0))] = 0,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Fit a generator on a folder of pictures; its sub-folders are labels.

    Parameters
    ----------
    pictures
        Folder of PNG, JPEG, BMP, GIF, TIFF, WebP or PNM files.
    out
        Folder for model.eq and samples.png, and for the run while it trains: grids of samples, events, checkpoints.
        Stopped or killed, the same command goes on from there.
    method
        A generative adversarial network, or a variational autoencoder.
    minutes
        Time to train for; it becomes a number of steps. By default steps follow the number of pictures.
    steps
        Training steps to run, instead of minutes.
    size
        Height and width to cut and scale the pictures to; needed where they differ in size.
    seed
        Whole number from 0 on; the same seed and steps give the same generator.
    json
        Print what was fitted as JSON.
    """
    from equipoise import images
    from equipoise.cli.usage import UsageError
    from equipoise.images.picture import save_picture
    from equipoise.judge.files import check_folder

    if steps is not None and minutes is not None:
        raise UsageError("--steps and --minutes are both given; give one of them")
    check_folder(out)
    settings: dict[str, Any] = {"steps": steps, "minutes": minutes, "size": size, "seed": seed}
    made = getattr(images, {"gan": "ImageGAN", "vae": "ImageVAE"}[method])(**settings, progress=True, folder=out)
    made.fit(pictures)
    made.save(out / "model.eq")
    save_picture(made.grid(), out / "samples.png")
    counts, clusters = made.classes_, sum(map(len, getattr(made, "clusters_", ())))
    facts = {
        "method": method,
        "steps": made.steps_,
        "ended": made.ended_,
        "looks": made.looks_,
        "classes": counts,
        "clusters": clusters,
        "out": str(out),
    }
    told = (
        f"{type(made).__name__}: {made.steps_:,} steps"
        + (f", {made.ended_}" if made.ended_ else "")
        + (f", {len(counts)} classes" if counts else "")
        + (f", {clusters} clusters" if clusters else "")
    )
    print(format_json.dumps(facts) if json else f"{told}\n{out / 'model.eq'}\n{out / 'samples.png'}")
