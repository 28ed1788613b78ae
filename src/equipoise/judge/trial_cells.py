"""One cell of a trial: an arm on a fold, scored with each learner.

real rows -> arm -> inner folds choose alpha and threshold -> learner -> scores on the fold's test rows
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equipoise.judge.metrics import score
from equipoise.judge.sample import Sample
from equipoise.judge.seeds import derive
from equipoise.judge.split import Fold
from equipoise.judge.trial_arms import UNTUNED, Apply, Given, Part, Training, inner_parts
from equipoise.judge.trial_learners import Learner, Make
from equipoise.judge.trial_metrics import Thresholds, decide, prior_corrected, scores
from equipoise.judge.trial_store import Store

__all__ = ["Progress", "cell_key", "divided", "run_cells"]

Progress = Callable[[str, int, int], None]


def run_cells(
    whole: Sample,
    folds: list[Fold],
    makes: dict[str, Make],
    arms: dict[str, Apply],
    size: int | None,
    draws: int,
    inner: int,
    thresholds: bool,
    seed: int,
    store: Store,
    progress: Progress | None,
) -> None:
    """Fill the store with what is missing.

    Parameters
    ----------
    whole : Sample
    folds : list of Fold
    makes, arms : dict
    size : int or None
        Real rows that every arm learns from.
    draws, inner : int
        Times that an arm is drawn; inner folds.
    thresholds : bool
        Whether arms choose thresholds.
    seed : int
    store : Store
    progress : callable or None
    """
    total = len(folds) * len(arms)
    for place, fold in enumerate(folds):
        missing = [name for name in arms if cell_key(name, fold) not in store]
        if not missing:
            continue
        at = derive(seed, "fold", fold.repeat, fold.number)
        real, held = divided(whole.take(fold.train), size, at)
        test = whole.take(fold.test)
        learners = {name: make(real, at) for name, make in makes.items()}
        for name in missing:
            if progress is not None:
                done = place * len(arms) + list(arms).index(name)
                progress(f"{name}, fold {fold.number + 1} of repeat {fold.repeat + 1}", done, total)
            given = [Given(real, held, derive(at, name, draw)) for draw in range(draws)]
            trainings = [arms[name](each) for each in given]

            @cache  # the learners share them, and some need none
            def parts(name: str = name, first: Given = given[0], at: int = at) -> list[Part]:
                return inner_parts(arms[name], first, inner, derive(at, "inner folds"))

            found = {
                key: _scored(learner, trainings, parts, thresholds and name != UNTUNED, real, test)
                for key, learner in learners.items()
            }
            store.add(cell_key(name, fold), found)


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
