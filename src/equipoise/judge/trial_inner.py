"""Inner folds of an arm: where it chooses alpha and thresholds.

What a learner chooses (alpha, the threshold of two classes) it chooses in each arm anew: the real rows are divided into
inner folds, the arm is applied to the training part of each, and the rest, real rows as they come, decides. Only "real"
decides at one half, for "threshold" to be compared with.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from equipoise.judge.sample import Sample
from equipoise.judge.seeds import derive
from equipoise.judge.split import Rule, make_folds
from equipoise.judge.trial_arms import Apply, Given, Training

__all__ = ["Part", "inner_parts"]

_FEWEST = 8  # real rows that can be divided into inner folds


@dataclass(frozen=True)
class Part:
    """An inner fold: the arm applied to its training part, and the real rows that decide."""

    training: Training
    rest: Sample


def inner_parts(apply: Apply, given: Given, folds: int, seed: int) -> list[Part]:
    """Apply an arm to inner folds of the real rows; none where a class is too small.

    Parameters
    ----------
    apply : callable
    given : Given
    folds : int
        None are made for 0.
    seed : int
        Of the folds, the same for all arms; `given` has that of the arm.
    """
    real = given.real
    if real.classes:
        sizes = np.bincount(real.y.astype(np.intp))
        folds = min(folds, int(sizes[sizes > 0].min()))
    if folds < 2 or len(real) < _FEWEST:
        return []
    rule: Rule = "groups" if real.groups is not None else "time" if real.ordered else (
        "stratified" if real.classes else "random"
    )  # fmt: skip
    found = []
    for fold in make_folds(real.y, rule, folds, 1, seed, real.groups):
        train = real.take(fold.train)
        if real.classes and len(np.unique(train.y)) < len(np.unique(real.y)):
            continue  # by groups or time a class may be missing
        training = apply(replace(given, real=train, seed=derive(given.seed, "inner", fold.number)))
        found.append(Part(training, real.take(fold.test)))
    return found
