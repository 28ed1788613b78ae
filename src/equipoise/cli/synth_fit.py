"""`equipoise synth fit`: a synthesizer of tables."""

from __future__ import annotations

import json as format_json
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter, validators

__all__ = ["synth_fit"]

_CLASSES = {
    "auto": "TableSynthesizer",
    "trees": "TableTrees",
    "mixture": "TableMixture",
    "copula": "TableCopula",
    "gan": "TableGAN",
    "vae": "TableVAE",
    "marginals": "TableMarginals",
}
_TRAINED = ("gan", "vae")


def synth_fit(
    data: Path,
    /,
    *,
    out: Path,
    method: Literal["auto", "trees", "mixture", "copula", "gan", "vae", "marginals"] = "gan",
    refine: Annotated[bool, Parameter(negative="")] = False,
    minutes: Annotated[float | None, Parameter(validator=validators.Number(gt=0))] = None,
    steps: Annotated[int | None, Parameter(validator=validators.Number(gte=1))] = None,
    folder: Path | None = None,
    header: bool = True,
    seed: Annotated[int, Parameter(validator=validators.Number(gte=0))] = 0,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Fit a synthesizer on all rows and columns of a table and save it.

    Parameters
    ----------
    data
        Table: .csv, .tsv, .parquet or .jsonl.
    out
        File for the synthesizer.
    method
        The best of several on held-out rows, sequential trees, a mixture of products, a Gaussian copula, a
        generative adversarial network, a variational autoencoder, or independent columns.
    refine
        Put a discriminator at the door: drawn rows that look real pass.
    minutes
        Time to train for; it becomes a number of steps. By default steps follow the number of rows.
    steps
        Training steps to run, instead of minutes.
    folder
        Where to keep the run while it trains; stopped or killed, the same command goes on from there.
    header
        Whether the first line names the columns; without, they are named 0, 1, ...
    seed
        Whole number from 0 on; the same seed and steps give the same synthesizer.
    json
        Print what was fitted as JSON.
    """
    from equipoise import tables
    from equipoise.cli.usage import UsageError
    from equipoise.data import read_table
    from equipoise.errors import InputError
    from equipoise.judge.files import check_target

    check_target(out)
    if not out.parent.is_dir():
        raise InputError(f"there is no folder {out.parent} to write {out.name} in; make it first")
    settings: dict[str, Any] = {"seed": seed}
    if method == "auto" and refine:
        raise UsageError("auto tries refined synthesizers itself; leave --refine out")
    if method in _TRAINED:
        settings |= {"steps": steps, "minutes": minutes, "folder": folder, "progress": True}
    elif (steps, minutes, folder) != (None, None, None):
        raise UsageError(f"{method} is not trained in steps; leave --steps, --minutes and --folder out")
    table = read_table(data, header=header)
    made = getattr(tables, _CLASSES[method])(**settings)
    synthesizer = (tables.Refined(made, seed=seed) if refine else made).fit(table)
    synthesizer.save(out)
    ran, tried = getattr(made, "steps_", None), getattr(made, "candidates_", None)
    facts = {"method": method, "rows": len(table), "columns": len(table.columns), "steps": ran, "out": str(out)}
    told = f"{_CLASSES[method]} fitted on {len(table):,} rows" + (f", {ran} steps" if ran else "")
    if refine:
        facts["acceptance"] = synthesizer.acceptance_
        told += f"; {synthesizer.acceptance_:.0%} of its rows pass the door"
    if tried is not None:
        facts |= {"chosen": made.chosen_, "candidates": tried}
        told += "".join(f"\n  {entry['name']}: {entry['why']}" for entry in tried)
    print(format_json.dumps(facts) if json else f"{told}\n{out}")
