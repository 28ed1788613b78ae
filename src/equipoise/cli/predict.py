"""`equipoise predict`: predictions of a saved model for a table."""

from __future__ import annotations

import json as format_json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

__all__ = ["predict"]


def predict(
    model: Path,
    data: Path,
    /,
    *,
    out: Path,
    header: bool = True,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Predict each row of a table with a saved model.

    Parameters
    ----------
    model
        Folder that 'equipoise fit' or 'equipoise study' wrote.
    data
        Table with the columns that the model was fitted on; others are left out.
    out
        File for the predictions: .csv, .tsv, .parquet or .jsonl. Column 'prediction', and one of probabilities a class.
    header
        Whether the first line of DATA names the columns; without, they are named 0, 1, ...
    json
        Print rows and place of the predictions as JSON.
    """
    from equipoise.cli.tables_out import check_out, write_arrow
    from equipoise.judge import load_model
    from equipoise.judge.fit_one import predictions, read_like

    check_out(out)
    saved = load_model(model)
    table = predictions(saved, read_like(data, saved.kinds, header))
    write_arrow(table, out)
    print(format_json.dumps({"rows": len(table), "out": str(out)}) if json else f"{len(table):,} rows\n{out}")
