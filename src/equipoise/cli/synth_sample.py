"""`equipoise synth sample`: new rows from a saved synthesizer."""

from __future__ import annotations

import json as format_json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators

__all__ = ["synth_sample"]


def synth_sample(
    model: Path,
    /,
    *,
    out: Path,
    rows: Annotated[int, Parameter(name=["--rows", "-n"], validator=validators.Number(gte=1))],
    header: bool = True,
    seed: Annotated[int, Parameter(validator=validators.Number(gte=0))] = 0,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Draw rows from a synthesizer that 'equipoise synth fit' saved.

    Parameters
    ----------
    model
        File of the synthesizer.
    out
        File for the rows: .csv, .tsv, .parquet or .jsonl.
    rows
        Number of rows to draw.
    header
        Whether to write the names of the columns as the first line (.csv and .tsv).
    seed
        Whole number from 0 on; the same seed gives the same rows.
    json
        Print rows and place as JSON.
    """
    from equipoise import tables
    from equipoise.cli.tables_out import check_out, write_arrow
    from equipoise.judge.fit_one import to_arrow

    check_out(out)
    drawn = to_arrow(tables.load(model).sample(rows, seed=seed))
    write_arrow(drawn, out, header)
    print(format_json.dumps({"rows": len(drawn), "out": str(out)}) if json else f"{len(drawn):,} rows\n{out}")
