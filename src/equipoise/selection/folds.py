"""Folds as rows: a number, a splitter or a list becomes (train, test) pairs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

from equipoise.errors import InputError
from equipoise.losses.base import FloatArray
from equipoise.selection.base import Context
from equipoise.solvers import Path, Problem

__all__ = ["Split", "folds", "held_out", "rounds"]

Split = tuple[NDArray[np.intp], NDArray[np.intp]]


def folds(cv: Any, problem: Problem, context: Context) -> list[Split]:
    """Training and test rows of each fold.

    Parameters
    ----------
    cv : int, splitter or iterable of (train, test)

    Raises
    ------
    InputError
        If there is no fold, or one without a training row of positive weight.
    """
    if isinstance(cv, (int, np.integer)):
        cv = _default_splitter(int(cv), problem, context)
    if hasattr(cv, "split"):
        target = problem.weight if context.labels is None else context.labels
        found: Iterable[Any] = cv.split(np.zeros((problem.n, 1)), target, context.groups)
    elif isinstance(cv, Iterable) and not isinstance(cv, str):
        found = cv
    else:
        raise InputError(f"cv={cv!r} is neither a number of folds, a splitter, nor a list of (train, test)")
    splits = [(np.asarray(train), np.asarray(test)) for train, test in found]
    if not splits:
        raise InputError("cv gave no folds; at least one (train, test) pair is needed")
    for k, (train, _) in enumerate(splits):
        if not np.any(problem.weight[train] > 0):
            raise InputError(f"fold {k} has no training row of positive weight; use fewer folds")
    return splits


def rounds(tests: Sequence[NDArray[np.intp]], n: int) -> float:
    """How often a row is held out, on the mean of those that are: 1 for folds, 3 for folds repeated 3 times."""
    times = np.zeros(n)
    for test in tests:
        times[test] += 1.0
    return float(np.mean(times[times > 0])) if np.any(times > 0) else 1.0


def held_out(
    paths: Sequence[Path], problems: Sequence[Problem], tests: Sequence[NDArray[np.intp]], index: int
) -> FloatArray:
    """Linear predictor of each row from the folds that did not see it, at one alpha; nan for rows never held out.

    `problems` are all rows, each with the columns of its path.
    """
    total, times = np.zeros(problems[0].y.shape), np.zeros(problems[0].n)
    for path, problem, test in zip(paths, problems, tests, strict=False):  # the last path is that of all rows
        total[test] += problem.predictor_of(test, path.coefs[index], path.intercepts[index])
        times[test] += 1.0
    times = np.where(times > 0, times, np.nan)
    return total / (times if total.ndim == 1 else times[:, None])


def _default_splitter(count: int, problem: Problem, context: Context) -> Any:
    if count < 2:
        raise InputError(f"cv={count}: cross-validation needs at least 2 folds")
    if count > problem.n:
        raise InputError(f"{count} folds need at least {count} rows, but n_samples={problem.n}")
    if context.labels is None:
        return GroupKFold(count) if context.groups is not None else KFold(count, shuffle=True, random_state=0)
    values, counts = np.unique(context.labels, return_counts=True)
    if counts.min() < 2:
        row = int(np.flatnonzero(context.labels == values[counts.argmin()])[0])
        given = row if context.target is None else context.target[row]
        raise InputError(
            f"class {str(given)!r} has one row, which cannot be in training and test; drop it, or give alpha a number"
        )
    count = min(count, int(counts.min()))
    if context.groups is not None:
        return StratifiedGroupKFold(count, shuffle=True, random_state=0)
    return StratifiedKFold(count, shuffle=True, random_state=0)
