"""One cell of a trial: an arm on a fold, scored with each learner.

real rows -> arm -> inner folds choose alpha and threshold -> learner -> scores on the fold's test rows
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from equipoise.errors import CertificateWarning, interruptible
from equipoise.judge.metrics import score
from equipoise.judge.sample import Sample
from equipoise.judge.seeds import derive
from equipoise.judge.split import Fold
from equipoise.judge.trial_arms import UNTUNED, Apply, Given, Training
from equipoise.judge.trial_inner import Part, inner_parts
from equipoise.judge.trial_learners import Learner, Make
from equipoise.judge.trial_metrics import Thresholds, decide, prior_corrected, scores
from equipoise.judge.trial_store import Store

__all__ = ["Plan", "Progress", "cell_key", "divided", "run_cells"]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Plan:
    """What is the same for all folds.

    Attributes
    ----------
    whole : Sample
    makes, arms : dict
        Learners and arms by name.
    size : int or None
        Real rows that every arm learns from.
    draws, inner : int
        Times that an arm is drawn; inner folds.
    thresholds : bool
        Whether arms choose thresholds.
    seed : int
    """

    whole: Sample
    makes: dict[str, Make]
    arms: dict[str, Apply]
    size: int | None
    draws: int
    inner: int
    thresholds: bool
    seed: int


def run_cells(plan: Plan, folds: list[Fold], store: Store, n_jobs: int, progress: Progress | None) -> None:
    """Fill the store with what is missing, in the order of folds and arms whatever the number of processes.

    Parameters
    ----------
    plan : Plan
    folds : list of Fold
    store : Store
        Only this process writes to it.
    n_jobs : int
        Folds at a time.
    progress : callable or None
    """
    total = len(folds) * len(plan.arms)
    tasks = []
    for place, fold in enumerate(folds):
        missing = [name for name in plan.arms if cell_key(name, fold) not in store]
        if missing:
            tasks.append((place, fold, missing))

    def tell(place: int, fold: Fold, name: str) -> None:
        if progress is not None:
            done = place * len(plan.arms) + list(plan.arms).index(name)
            progress(f"{name}, fold {fold.number + 1} of repeat {fold.repeat + 1}", done, total)

    if n_jobs == 1:
        for place, fold, missing in tasks:
            for name, found in _cells(plan, fold, missing, partial(tell, place, fold)):
                store.add(cell_key(name, fold), found)
        return
    # processes and not threads: a synthesizer or estimator of the user's own need not stand two folds at once
    parallel = Parallel(n_jobs=n_jobs, batch_size=1, return_as="generator")
    results = parallel(delayed(_all_cells)(plan, fold, missing) for _, fold, missing in tasks)
    for (place, fold, missing), cells in zip(tasks, results, strict=True):
        tell(place, fold, missing[0])
        for name, found in cells:
            store.add(cell_key(name, fold), found)


def _all_cells(plan: Plan, fold: Fold, missing: list[str]) -> list[tuple[str, Any]]:
    return list(_cells(plan, fold, missing, None))


def _cells(plan: Plan, fold: Fold, missing: list[str], tell: Callable[[str], None] | None) -> Iterator[tuple[str, Any]]:
    """Score some arms on a fold, one after the other."""
    at = derive(plan.seed, "fold", fold.repeat, fold.number)
    real, held = divided(plan.whole.take(fold.train), plan.size, at)
    test = plan.whole.take(fold.test)
    learners = {name: make(real, at) for name, make in plan.makes.items()}
    for name in missing:
        if tell is not None:
            tell(name)
        with interruptible(), warnings.catch_warnings(), threadpool_limits(1):
            warnings.simplefilter("ignore", CertificateWarning)
            warnings.simplefilter("ignore", ConvergenceWarning)
            found = _cell(plan, name, learners, Given(real, held, derive(at, name, 0)), at, test)
        yield name, found


def _cell(plan: Plan, name: str, learners: dict[str, Learner], first: Given, at: int, test: Sample) -> dict[str, Any]:
    """Score an arm on a fold with each learner."""
    apply = plan.arms[name]
    given = [replace(first, seed=derive(at, name, draw)) for draw in range(plan.draws)]
    trainings = [apply(each) for each in given]

    @cache  # the learners share them, and some need none
    def parts() -> list[Part]:
        return inner_parts(apply, first, plan.inner, derive(at, "inner folds"))

    tune = plan.thresholds and name != UNTUNED
    return {key: _scored(learner, trainings, parts, tune, first.real, test) for key, learner in learners.items()}


def cell_key(arm: str, fold: Fold) -> str:
    """Name of a cell in the store."""
    return f"{arm}/{fold.repeat}/{fold.number}"


def divided(train: Sample, size: int | None, seed: int) -> tuple[Sample, Sample]:
    """Return the real rows that the arms learn from, and those held back; classes in their shares, none left out."""
    if size is None:
        return train, train.take(np.empty(0, dtype=np.intp))
    order = np.random.default_rng(derive(seed, "held back")).permutation(len(train))
    if train.classes:
        codes = train.y.astype(np.intp)[order]
        rank = np.empty(len(order))
        for code in np.unique(codes):
            rows = np.flatnonzero(codes == code)
            # the k-th row of a class comes at the share (k + 1/2) / n_c; its first row before all shares
            rank[rows] = (np.arange(len(rows)) + 0.5) / len(rows)
            rank[rows[0]] -= 1.0
        order = order[np.argsort(rank, kind="stable")]
    return train.take(np.sort(order[:size])), train.take(np.sort(order[size:]))


def _scored(
    learner: Learner,
    trainings: list[Training],
    parts: Callable[[], list[Part]],
    tune: bool,
    real: Sample,
    test: Sample,
) -> Any:
    """Scores of a learner in an arm, averaged over draws; None where it cannot weigh rows and the arm does."""
    if trainings[0].weight is not None and not learner.takes_weights():
        return None
    if learner.chooses:
        learner = learner.chosen(parts())
    thresholds = None
    if tune and len(real.classes) == 2:
        thresholds = _thresholds(learner, parts())
    found = [_once(learner, training, thresholds, real, test) for training in trainings]
    return {name: _plain(float(np.mean([each[name] for each in found]))) for name in found[0]}


def _thresholds(learner: Learner, parts: list[Part]) -> Thresholds | None:
    """The thresholds that are best on the rests of the inner folds together."""
    if not parts:
        return None
    chances = [
        learner.fit(part.training.sample, part.training.weight).predict(part.rest.features)[:, 1] for part in parts
    ]
    return decide(np.concatenate([part.rest.y for part in parts]).astype(np.intp), np.concatenate(chances))


def _once(
    learner: Learner, training: Training, thresholds: Thresholds | None, real: Sample, test: Sample
) -> dict[str, float]:
    prediction = learner.fit(training.sample, training.weight).predict(test.features)
    found = scores(test.y, prediction, thresholds)
    if real.classes:
        met = _shares(training.sample, training.weight)
        corrected = prior_corrected(prediction, met, _shares(real, None))
        found["log_loss_corrected"] = float(score(test.y, corrected)["log_loss"][0])
    return found


def _shares(sample: Sample, weight: NDArray[np.float64] | None) -> NDArray[np.float64]:
    counts = np.bincount(sample.y.astype(np.intp), weight, len(sample.classes))
    return np.asarray(counts / counts.sum(), dtype=np.float64)


def _plain(value: float) -> float | None:
    return value if np.isfinite(value) else None
