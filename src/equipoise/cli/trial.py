"""`equipoise trial`: whether changing the training rows helps."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators

__all__ = ["trial"]

_LEARNERS = "logistic,forest,boosting"
_ARMS = "real,class_weight,oversample,jitter,mixup,duplicates,marginals,synthetic"


def trial(
    data: Path | None = None,
    /,
    *,
    target: str | None = None,
    out: Path | None = None,
    learners: str = _LEARNERS,
    arms: str = _ARMS,
    baseline: str = "real",
    folds: Annotated[int, Parameter(validator=validators.Number(gte=2))] = 5,
    repeats: Annotated[int, Parameter(validator=validators.Number(gte=1))] = 3,
    rows: Annotated[int | None, Parameter(validator=validators.Number(gte=4))] = None,
    draws: Annotated[int, Parameter(validator=validators.Number(gte=1))] = 1,
    inner: Annotated[int, Parameter(validator=validators.Number(gte=0))] = 3,
    thresholds: bool = True,
    groups: str | None = None,
    time: str | None = None,
    header: bool = True,
    seed: Annotated[int, Parameter(validator=validators.Number(gte=0))] = 0,
    n_jobs: Annotated[int | None, Parameter(validator=validators.Number(gte=1))] = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Find out whether weighing, copying, bending or adding training rows helps.

    Every learner is fitted in every arm on the same folds and scored on real rows that nobody fitted on.

    Parameters
    ----------
    data
        Table: .csv, .tsv, .parquet or .jsonl; breast_cancer, which comes with scikit-learn, if not given.
    target
        Column to predict. Needed with DATA.
    out
        Folder for trial.json, report.html and what is done: stopped or killed, the same command goes on from there.
    learners
        Names with commas between: logistic, forest, boosting, knn, mlp.
    arms
        Names with commas between: real, class_weight, threshold, oversample, smote, jitter, mixup, duplicates,
        marginals, synthetic, synthetic_only, oracle.
    baseline
        Arm that the others are compared with.
    folds
        Parts that the rows are divided into.
    repeats
        Times that they are divided.
    rows
        Real rows to learn from; all of the training part if not given, half with oracle.
    draws
        Times that random arms are drawn on each fold.
    inner
        Inner folds on which each arm chooses alpha and thresholds; 0 for neither, in a quarter of the time.
    thresholds
        Whether thresholds are chosen, for balanced accuracy and F1; losses do not depend on them.
    groups
        Column that says which rows belong together: they stay on one side of every fold.
    time
        Column that says when a row came: folds are tested on later rows than they are fitted on.
    header
        Whether the first line names the columns; without, they are named 0, 1, ...
    seed
        Whole number from 0 on; the same seed gives the same trial.json.
    n_jobs
        Folds at a time, each in a process of its own; one if not given.
    json
        Print the record as JSON instead of the table.
    """
    from equipoise.cli.progress import study_progress
    from equipoise.cli.usage import check_target
    from equipoise.data import embedded
    from equipoise.durable import write_bytes
    from equipoise.errors import StoppedError
    from equipoise.judge import trial as judge_trial
    from equipoise.judge.files import check_folder

    check_target(data, target)
    if out is not None:
        check_folder(out)
    last = (0, 0)
    with study_progress("trial") as show:

        def progress(part: str, done: int, total: int) -> None:
            nonlocal last
            last = done, total
            show(part, done, total)

        try:
            found = judge_trial(
                embedded() if data is None else data,
                target or "target",
                learners=_words(learners),
                arms=_words(arms),
                baseline=baseline,
                folds=folds,
                repeats=repeats,
                rows=rows,
                draws=draws,
                inner=inner,
                thresholds=thresholds,
                groups=groups,
                time=time,
                seed=seed,
                n_jobs=n_jobs,
                header=header,
                keep=out,
                progress=progress,
            )
        except KeyboardInterrupt:
            raise StoppedError(*last, out, signal.SIGINT) from None
    if out is not None:
        write_bytes(out / "trial.json", found.to_json().encode("utf-8"))
        found.to_html(out / "report.html")
    sys.stdout.write(found.to_json() if json else f"{found}\n")


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
