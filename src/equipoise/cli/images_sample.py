"""`equipoise images sample`: new pictures from a saved generator."""

from __future__ import annotations

import json as format_json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators

__all__ = ["images_sample"]


def images_sample(
    model: Path,
    /,
    *,
    out: Path,
    number: Annotated[int, Parameter(name=["--number", "-n"], validator=validators.Number(gte=1))] = 64,
    label: str | None = None,
    truncation: Annotated[float | None, Parameter(validator=validators.Number(gt=0))] = None,
    seed: Annotated[int, Parameter(validator=validators.Number(gte=0))] = 0,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Draw pictures from a generator that 'equipoise images fit' saved.

    Parameters
    ----------
    model
        File of the generator, model.eq.
    out
        One file with all of them side by side (.png), or a folder for one file each, in sub-folders by label.
    number
        Number of pictures to draw.
    label
        What they shall show; by default all labels in turn.
    truncation
        Draw latents from a normal law cut off at plus and minus this: more typical pictures, and less variety.
    seed
        Whole number from 0 on; the same seed gives the same pictures.
    json
        Print number and place as JSON.
    """
    from equipoise.images import load
    from equipoise.images.picture import save_picture
    from equipoise.images.writing import write_folder
    from equipoise.judge.files import check_folder, check_target

    single = out.suffix.lower() == ".png"
    (check_target if single else check_folder)(out)
    generator = load(model)
    names = list(generator.classes_)
    known = {str(name): name for name in names}
    if single:
        y = None if label is None else known.get(label, label)
        save_picture(generator.grid(number, y=y, truncation=truncation, seed=seed), out)
    else:
        chosen = [known.get(label, label)] if label is not None else names
        labels = [chosen[place % len(chosen)] for place in range(number)] if chosen else None
        write_folder(generator.sample(number, y=labels, truncation=truncation, seed=seed), labels, out)
    facts = {"pictures": number, "out": str(out)}
    print(format_json.dumps(facts) if json else f"{number:,} pictures\n{out}")
