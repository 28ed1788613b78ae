"""`equipoise images evaluate`: the judge of synthetic pictures."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter, validators

__all__ = ["images_evaluate"]


def images_evaluate(
    real: Path,
    synthetic: Path,
    /,
    *,
    holdout: Path | None = None,
    features: Literal["auto", "classifier", "random-convolutions", "pixels"] = "auto",
    size: Annotated[int | None, Parameter(validator=validators.Number(gte=1, lte=4096))] = None,
    out: Path | None = None,
    seed: Annotated[int, Parameter(validator=validators.Number(gte=0))] = 0,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Judge how near synthetic pictures come to real ones, how varied they are, and whether they copy.

    Every score stands beside what fresh real pictures get.

    Parameters
    ----------
    real
        Folder of the pictures that the generator was fitted on; its sub-folders are labels.
    synthetic
        Folder of pictures that it drew, or its file: then as many are drawn as the real folder has, at most 2,000.
    holdout
        Folder of real pictures that it was not fitted on; without them, copying cannot be told from quality.
    features
        What distances are taken on: a classifier of the labels of the real pictures (auto, with labels), random
        convolutions (auto, without), or the pixels themselves.
    size
        Height and width to cut and scale the pictures of folders to.
    out
        File for the record as JSON; nothing is written if not given.
    seed
        Whole number from 0 on; the same seed gives the same evaluation.
    json
        Print the record as JSON instead of the table.
    """
    from equipoise.durable import write_bytes
    from equipoise.evaluate.images import evaluate_images
    from equipoise.images import load, read_folder
    from equipoise.judge.files import check_target

    if out is not None:
        check_target(out)
    print("evaluate: reading", file=sys.stderr, flush=True)
    train = read_folder(real, size)
    test = None if holdout is None else read_folder(holdout, size).images
    drawn = read_folder(synthetic, size).images if synthetic.is_dir() else None
    if drawn is None:
        drawn = load(synthetic).sample(min(2000, len(train.images)), seed=seed)
    print("evaluate: measuring", file=sys.stderr, flush=True)
    report = evaluate_images(
        train.images, drawn, test, labels=train.labels, features=features.replace("-", " "), seed=seed
    )
    if out is not None:
        write_bytes(out, report.to_json().encode("utf-8"))
    sys.stdout.write(report.to_json() if json else f"{report}\n")
