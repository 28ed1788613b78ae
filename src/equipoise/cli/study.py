"""`equipoise study`: the main job."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter, validators

__all__ = ["study"]


def study(
    data: Path | None = None,
    /,
    *,
    target: str | None = None,
    out: Path | None = None,
    test: Path | None = None,
    groups: str | None = None,
    time: str | None = None,
    header: bool = True,
    budget: Literal["quick", "standard", "thorough"] = "standard",
    seed: Annotated[int, Parameter(validator=validators.Number(gte=0))] = 0,
    n_jobs: Annotated[int | None, Parameter(validator=validators.Number(gte=1))] = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Find out which strategy against overfitting works on a table.

    Fits linear models and nets without and with penalties, gradient boosting, and linear models and boosting with
    generated rows added; scores all of them on folds and on rows put aside; prints a table and a verdict on each
    strategy.

    Parameters
    ----------
    data
        Table: .csv, .tsv, .parquet or .jsonl; breast_cancer, which comes with scikit-learn, if not given.
    target
        Column to predict. Needed with DATA.
    out
        Folder for study.json, report.html and model/; nothing is written if not given.
    test
        File with the test part; a fifth of the rows of DATA if not given.
    groups
        Column that says which rows belong together; they are kept on one side of every split.
    time
        Column that says when a row came; the latest fifth of the rows is the test part.
    header
        Whether the first line names the columns; without, they are named 0, 1, ...
    budget
        Work to spend: quick takes seconds to minutes, standard a minute or more, thorough up to hours.
    seed
        Whole number from 0 on; the same seed gives the same study.json, times aside.
    n_jobs
        Folds at a time; as many as there are cores if not given.
    json
        Print the record as JSON instead of the table.
    """
    from equipoise.cli.progress import study_progress
    from equipoise.cli.usage import UsageError, check_target
    from equipoise.data import embedded
    from equipoise.judge import study as judge_study
    from equipoise.judge.files import check_folder

    check_target(data, target)
    if groups is not None and time is not None:
        raise UsageError("--groups and --time are both given; rows are put aside by one of them")
    if out is not None:
        check_folder(out)
    options: dict[str, object] = {
        "test": test,
        "groups": groups,
        "time": time,
        "header": header,
        "budget": budget,
        "seed": seed,
    }
    command = _again(data, target, options)
    with study_progress("study") as progress:
        found = judge_study(
            embedded() if data is None else data,
            target or "target",
            test=test,
            groups=groups,
            time=time,
            budget=budget,
            seed=seed,
            n_jobs=n_jobs,
            header=header,
            progress=progress,
            command=command,
        )
    if out is not None:
        found.save(out)
    sys.stdout.write(found.json() if json else f"{found}\n")
    if out is not None and not json:
        print(f"\n{out / 'report.html'}")


def _again(data: Path | None, target: str | None, options: dict[str, object]) -> str:
    """The command that gives the same record; number of jobs and place of the files do not matter to it."""
    words = ["equipoise", "study"] + ([str(data)] if data else [])
    if target is not None:
        words += ["--target", target]
    for name in ("test", "groups", "time"):
        if options[name] is not None:
            words += [f"--{name}", str(options[name])]
    if not options["header"]:
        words.append("--no-header")
    words += ["--budget", str(options["budget"]), "--seed", str(options["seed"]), "--out", "study"]
    return shlex.join(words)
