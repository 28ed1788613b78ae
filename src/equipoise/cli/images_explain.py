"""`equipoise images explain`: what the latents of a generator mean."""

from __future__ import annotations

import json as format_json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter, validators

__all__ = ["images_explain"]


def images_explain(
    model: Path,
    /,
    *,
    out: Path | None = None,
    method: Literal["probe", "closed-form", "principal"] = "probe",
    number: Annotated[int, Parameter(name=["--number", "-n"], validator=validators.Number(gte=1))] = 5,
    reach: Annotated[float, Parameter(validator=validators.Number(gt=0))] = 2.0,
    seed: Annotated[int, Parameter(validator=validators.Number(gte=0))] = 0,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Find directions among the latents of a generator, and measure what each changes in its pictures.

    Parameters
    ----------
    model
        File of the generator, model.eq.
    out
        Folder for explain.json and one strip of pictures a direction; nothing is written if not given.
    method
        Directions of slant, stroke width, height, width and brightness, for each label its own; or the directions that
        move the first layer most; or the principal components of drawn pictures.
    number
        Number of directions of closed-form and principal.
    reach
        How far to go to either side; latents have a standard deviation of 1.
    seed
        Whole number from 0 on; the same seed gives the same directions.
    json
        Print directions and effects as JSON instead of the table.
    """
    from equipoise import explain
    from equipoise.durable import write_bytes
    from equipoise.images import load
    from equipoise.images.picture import save_picture
    from equipoise.judge.files import check_folder

    if out is not None:
        check_folder(out)
    generator = load(model)
    if method == "probe":
        found = explain.probe(generator, seed=seed)
    elif method == "principal":
        found = explain.principal(generator, number, seed=seed)
    else:
        found = explain.closed_form(generator, number)
    effects = [explain.measure(generator, direction, reach=reach, seed=seed) for direction in found]
    record = [
        {"name": direction.name, "method": direction.method, "strength": direction.strength,
         "vector": direction.vector.tolist(), "effect": asdict(effect)}
        for direction, effect in zip(found, effects, strict=True)
    ]  # fmt: skip
    text = format_json.dumps(record, indent=1) + "\n"
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        write_bytes(out / "explain.json", text.encode("utf-8"))
        for direction in found:
            picture = explain.strip(generator, direction, reach=reach, seed=seed)
            save_picture(picture, out / f"{direction.name.replace(' ', '-')}.png")
    if json:
        print(text, end="")
        return
    print("correlation and slope of each attribute along a direction\n")
    print(f"{'direction':15}" + "".join(f"{name:>13}" for name in explain.ATTRIBUTES))
    for direction, effect in zip(found, effects, strict=True):
        cells = (f"{effect.correlation[name]:.2f} {effect.slope[name]:5.2f}" for name in explain.ATTRIBUTES)
        print(f"{direction.name:15.15}" + "".join(f"{cell:>13}" for cell in cells))
    if out is not None:
        print(f"\n{out}")
