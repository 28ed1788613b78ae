"""`equipoise fit`: one model on all rows of a table."""

from __future__ import annotations

import json as format_json
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter, validators

__all__ = ["fit"]


def fit(
    data: Path,
    /,
    *,
    target: str,
    out: Path,
    model: Literal["auto", "l2", "l1", "elastic_net", "boosting"] = "auto",
    rule: Literal["best", "1se"] = "best",
    header: bool = True,
    seed: Annotated[int, Parameter(validator=validators.Number(gte=0))] = 0,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Fit one model on all rows and save it for 'equipoise predict'.

    Parameters
    ----------
    data
        Table: .csv, .tsv, .parquet or .jsonl.
    target
        Column to predict.
    out
        Folder for the model.
    model
        Penalty of a linear model, or gradient boosting; auto takes what has the lowest loss on 5 folds.
    rule
        Choice of alpha by 5-fold cross-validation: the lowest loss, or the largest alpha within one standard error.
    header
        Whether the first line names the columns; without, they are named 0, 1, ...
    seed
        Whole number from 0 on.
    json
        Print what was fitted as JSON.
    """
    from equipoise.judge.fit_one import fit_one

    found = fit_one(data, target, model, rule=rule, header=header, seed=seed)
    found.model.save(out)
    if json:
        print(format_json.dumps(found.facts | {"out": str(out)}, indent=1))
        return
    facts = found.facts
    alpha = "" if facts["alpha"] is None else f", alpha {facts['alpha']:.4g}"
    features = "" if facts["n_features"] is None else f", {facts['n_features']} features"
    print(f"{facts['model']} fitted on {facts['rows']:,} rows{alpha}{features}")
    print(out)
