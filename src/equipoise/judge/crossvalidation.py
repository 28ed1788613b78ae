"""Score all arms on all folds; every fold is a task of its own and depends on nothing but the seed and its number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import Parallel, delayed

from equipoise.judge.fitting import Fitted, Fitter
from equipoise.judge.metrics import score
from equipoise.judge.sample import Sample
from equipoise.judge.split import Fold

__all__ = ["FoldScores", "Progress", "cross_validate", "fit_all", "n_tasks"]

Progress = Callable[[str, int, int], None]
Scores = dict[str, dict[str, float]]


@dataclass(frozen=True)
class FoldScores:
    """Scores of one fold: by arm, then by metric."""

    fold: Fold
    scores: Scores


def n_tasks(folds: list[Fold], synthesizers: int) -> int:
    """Number of steps that `cross_validate` reports: one a fold, plus one a synthesizer in the first repeat."""
    return len(folds) + synthesizers * sum(fold.repeat == 0 for fold in folds)


def cross_validate(
    sample: Sample, folds: list[Fold], fitter: Fitter, n_jobs: int | None, progress: Callable[[str], None]
) -> list[FoldScores]:
    """Fit and score all arms on every fold, those with generated rows in the first repeat only.

    Parameters
    ----------
    sample : Sample
        Rows that were not put aside.
    folds : list of Fold
    fitter : Fitter
    n_jobs : int, optional
        Folds at a time, as threads; as many as there are cores if not given.
    progress : callable
        Called with the name of each part that is done.

    Returns
    -------
    list of FoldScores
        In the order of the folds.
    """
    # folds with generators take longest and come first anyhow: they are those of the first repeat
    tasks = (delayed(_score_fold)(sample, fold, fitter, progress) for fold in folds)
    parallel = Parallel(n_jobs=-1 if n_jobs is None else n_jobs, prefer="threads", batch_size=1)
    return list(parallel(tasks))


def _score_fold(sample: Sample, fold: Fold, fitter: Fitter, progress: Callable[[str], None]) -> FoldScores:
    train, test = sample.take(fold.train), sample.take(fold.test)
    scores: Scores = {}
    for part, fitted in fit_all(train, fitter, fold.number + 1, fold.repeat == 0):
        scores |= {name: scored(one, test) for name, one in fitted.items()}
        progress(part)
    return FoldScores(fold, scores)


def fit_all(sample: Sample, fitter: Fitter, number: int, generate: bool) -> Iterator[tuple[str, dict[str, Fitted]]]:
    """Fit all arms on a sample, part by part; `number` tells the seeds of folds apart."""
    real, _ = fitter.real(sample)
    yield "real rows only", real
    if generate:
        for name in fitter.synthesizers:
            yield name, fitter.generated(sample, real, name, fitter.rows(sample, name, number))


def scored(fitted: Fitted, sample: Sample) -> dict[str, float]:
    """Scores of a fitted arm on a sample."""
    return {name: float(value[0]) for name, value in score(sample.y, fitted.model.predict(sample.features)).items()}


def summary(folds: list[FoldScores], arm: str, metric: str, ratio: float) -> dict[str, Any]:
    """Mean, corrected standard error and fold scores of an arm."""
    from equipoise.judge.verdict import corrected_error

    values = np.array([fold.scores[arm][metric] for fold in folds if arm in fold.scores])
    known = values[np.isfinite(values)]
    error = corrected_error(known, ratio) if len(known) > 1 else float("nan")
    return {"mean": float(np.mean(known)) if len(known) else float("nan"), "se": error, "folds": values.tolist()}
