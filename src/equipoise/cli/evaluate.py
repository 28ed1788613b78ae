"""`equipoise evaluate`: the judge of synthetic tables."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators

__all__ = ["evaluate"]


def evaluate(
    real: Path,
    synthetic: Path,
    /,
    *,
    holdout: Path | None = None,
    target: str | None = None,
    out: Path | None = None,
    header: bool = True,
    seed: Annotated[int, Parameter(validator=validators.Number(gte=0))] = 0,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Judge whether synthetic rows look real, are of use, and copy.

    Every score stands between its floor (independent columns) and its ceiling (other real rows).

    Parameters
    ----------
    real
        Rows that the synthesizer was fitted on: .csv, .tsv, .parquet or .jsonl.
    synthetic
        Rows that it drew, with the same columns.
    holdout
        Real rows that it was not fitted on; without them, whatever needs them is left out.
    target
        Column to predict: how well a model that learned on synthetic rows does on the held-out ones.
    out
        Folder for evaluation.json and evaluation.html; nothing is written if not given.
    header
        Whether the first line names the columns; without, they are named 0, 1, ...
    seed
        Whole number from 0 on; the same seed gives the same evaluation.
    json
        Print the record as JSON instead of the table.
    """
    from equipoise.cli.progress import study_progress
    from equipoise.data import read_table
    from equipoise.durable import write_bytes
    from equipoise.evaluate import evaluate_tables
    from equipoise.judge.files import check_folder

    if out is not None:
        check_folder(out)
    train, drawn = (read_table(path, header=header) for path in (real, synthetic))
    test = None if holdout is None else read_table(holdout, header=header)
    with study_progress("evaluate") as progress:
        report = evaluate_tables(train, drawn, test, target, seed, progress=progress)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        write_bytes(out / "evaluation.json", report.to_json().encode("utf-8"))
        report.to_html(out / "evaluation.html")
    sys.stdout.write(report.to_json() if json else f"{report}\n")
    if out is not None and not json:
        print(f"\n{out / 'evaluation.html'}")
