"""`equipoise synth fit`: a synthesizer of tables."""

from __future__ import annotations

import json as format_json
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter, validators

__all__ = ["synth_fit"]

_CLASSES = {"gan": "TableGAN", "vae": "TableVAE", "marginals": "TableMarginals"}


def synth_fit(
    data: Path,
    /,
    *,
    out: Path,
    method: Literal["gan", "vae", "marginals"] = "gan",
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
        Generative adversarial network, variational autoencoder, or independent columns.
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
    if method != "marginals":
        settings |= {"steps": steps, "minutes": minutes, "folder": folder, "progress": True}
    elif (steps, minutes, folder) != (None, None, None):
        raise UsageError("independent columns need no training; leave --steps, --minutes and --folder out")
    table = read_table(data, header=header)
    synthesizer = getattr(tables, _CLASSES[method])(**settings).fit(table)
    synthesizer.save(out)
    ran = getattr(synthesizer, "steps_", None)
    facts = {"method": method, "rows": len(table), "columns": len(table.columns), "steps": ran, "out": str(out)}
    told = f"{_CLASSES[method]} fitted on {len(table):,} rows" + (f", {ran} steps" if ran else "")
    print(format_json.dumps(facts) if json else f"{told}\n{out}")
