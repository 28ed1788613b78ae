"""`equipoise trial`: whether changing the training rows helps."""

from __future__ import annotations

import signal
import sys
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter, validators

from equipoise.cli.usage import UsageError, check_target

if TYPE_CHECKING:
    from equipoise.judge import Trial, TrialCurve

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
    repeats: Annotated[int, Parameter(validator=validators.Number(gte=1))] = 5,
    rows: str | None = None,
    minority: str | None = None,
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
        Folder for trial.json, report.html and what is done: stopped or killed, the same command goes on from there. A
        curve has curve.json, a picture for each learner, and a folder for each point.
    learners
        Names with commas between: logistic, forest, boosting, knn, mlp.
    arms
        Names with commas between: real, class_weight, threshold, oversample, smote, jitter, mixup, duplicates,
        marginals, synthetic, synthetic_only, oracle; trees, mixture, copula, gan, vae or auto for as many rows from
        that synthesizer, gan:2 for twice as many, gan:minority until classes are equal, gan:only for these alone.
    baseline
        Arm that the others are compared with.
    folds
        Parts that the rows are divided into.
    repeats
        Times that they are divided.
    rows
        Real rows to learn from; all of the training part if not given, half with oracle. Several numbers with commas
        between, from few to many, are a learning curve.
    minority
        Rows of the smallest class in place of rows, the others in their shares: a learning curve.
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
    from equipoise.data import embedded
    from equipoise.errors import StoppedError
    from equipoise.judge import trial as judge_trial
    from equipoise.judge import trial_curve
    from equipoise.judge.files import check_folder

    check_target(data, target)
    counts, few = _numbers("rows", rows, least=4), _numbers("minority", minority, least=1)
    if out is not None:
        check_folder(out)
    options: dict[str, Any] = {
        "learners": _words(learners),
        "arms": _words(arms),
        "baseline": baseline,
        "folds": folds,
        "repeats": repeats,
        "draws": draws,
        "inner": inner,
        "thresholds": thresholds,
        "groups": groups,
        "time": time,
        "seed": seed,
        "n_jobs": n_jobs,
        "header": header,
        "keep": out,
    }
    last = (0, 0)
    with study_progress("trial") as show:

        def progress(part: str, done: int, total: int) -> None:
            nonlocal last
            last = done, total
            show(part, done, total)

        table, options["progress"] = embedded() if data is None else data, progress
        found: Trial | TrialCurve
        try:
            if few is not None or (counts is not None and len(counts) > 1):
                found = trial_curve(table, target or "target", rows=counts, minority=few, **options)
            else:
                found = judge_trial(table, target or "target", rows=counts[0] if counts else None, **options)
        except KeyboardInterrupt:
            raise StoppedError(*last, out, signal.SIGINT) from None
    if out is not None:
        _write(found, out)
    sys.stdout.write(found.to_json() if json else f"{found}\n")


def _write(found: Trial | TrialCurve, out: Path) -> None:
    """Write a trial, or a curve with its points in folders of their own."""
    from equipoise.durable import write_bytes
    from equipoise.judge import TrialCurve

    if not isinstance(found, TrialCurve):
        write_bytes(out / "trial.json", found.to_json().encode("utf-8"))
        found.to_html(out / "report.html")
        return
    for count, point in zip(found.rows, found.trials, strict=True):
        _write(point, out / str(count))
    for learner in found.learners:
        figure = found.plot(learner).get_figure(root=True)
        if figure is not None:
            drawn = BytesIO()
            figure.savefig(drawn, format="png", dpi=150, bbox_inches="tight")
            write_bytes(out / f"curve-{learner}.png", drawn.getvalue())
    write_bytes(out / "curve.json", found.to_json().encode("utf-8"))


def _numbers(name: str, text: str | None, least: int) -> list[int] | None:
    """Return the whole numbers of an option, none below the least, or say which is none."""
    if text is None:
        return None
    words = _words(text) or [text]
    for word in words:
        if not (word.isdecimal() and int(word) >= least):
            raise UsageError(
                f"--{name} {text}: {word!r} is not a whole number from {least} on; give one, or several with commas"
            )
    return [int(word) for word in words]


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
