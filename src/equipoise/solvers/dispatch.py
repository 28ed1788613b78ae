"""Which solver for which problem: by the loss, the penalty and the shape; the user never chooses.

| loss | penalty | shape | solver |
|---|---|---|---|
| squared | L2 | any | one eigendecomposition for all alphas |
| squared | L1 part | n >= p, dense | coordinate descent on the Gram matrix |
| smooth | L2 | min(n, p) moderate | Newton with Cholesky, in the row space if p > n |
| any compiled | L1 part | else | proximal Newton on the columns |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from joblib import Parallel, cpu_count, delayed
from numpy.typing import NDArray

from equipoise.losses import Multinomial, Squared
from equipoise.losses.base import FloatArray
from equipoise.solvers.coordinate import column_path, gram_path
from equipoise.solvers.moments import Moments, Normal
from equipoise.solvers.newton import newton_path
from equipoise.solvers.path import Path
from equipoise.solvers.problem import Problem
from equipoise.solvers.ridge import ridge_path
from equipoise.solvers.rotation import is_l2

__all__ = ["fold_paths", "solve_path", "uses_gram"]

GRAM_LIMIT = 6000


def solve_path(problem: Problem, alphas: FloatArray, tol: float = 1e-6) -> Path:
    """Solutions for decreasing alphas, each certified to a relative duality gap of `tol`.

    Parameters
    ----------
    problem : Problem
    alphas : array of shape (m,)
        Decreasing, >= 0.
    tol : float
        Bound on the relative duality gap.
    """
    path = _dispatch(problem, np.asarray(alphas, dtype=np.float64), tol)
    if isinstance(problem.loss, Multinomial):  # softmax does not see a shift of all classes: choose the one of sum 0
        path = replace(path, intercepts=path.intercepts - path.intercepts.mean(axis=1, keepdims=True))
    return path


def _dispatch(problem: Problem, alphas: FloatArray, tol: float) -> Path:
    if is_l2(problem) or np.all(alphas == 0.0):
        bound = np.all(problem.penalty.factors(problem.p) > 0)
        if isinstance(problem.loss, Squared) and problem.y.ndim == 1 and bound:
            return ridge_path(problem, alphas)
        return newton_path(problem, alphas, tol)
    if uses_gram(problem):
        return gram_path(_normal(problem), problem.penalty, alphas, problem.fit_intercept, tol)
    return column_path(problem, alphas, tol)


def uses_gram(problem: Problem) -> bool:
    """Whether second moments are all that the solver will look at."""
    fits = problem.p <= min(problem.n, GRAM_LIMIT)
    plain = isinstance(problem.loss, Squared) and problem.y.ndim == 1 and problem.offset is None
    return plain and fits and not problem.is_sparse and not is_l2(problem)


def fold_paths(
    problem: Problem, alphas: FloatArray, folds: Sequence[NDArray[np.intp]], tol: float, n_jobs: int | None
) -> list[Path]:
    """One path for each fold, fitted on the rows given; work is shared and X is never copied.

    Parameters
    ----------
    folds : list of arrays of rows
        The training rows of each fold.
    n_jobs : int, optional
        Threads; as many as there are cores if not given.
    """
    workers = min(len(folds), cpu_count() if n_jobs is None else n_jobs if n_jobs > 0 else cpu_count())
    if uses_gram(problem):
        jobs = _gram_jobs(problem, alphas, folds, tol)
    else:
        jobs = [delayed(solve_path)(problem.on_rows(rows), alphas, tol) for rows in folds]
    return list(Parallel(n_jobs=workers, backend="threading")(jobs))


def _normal(problem: Problem) -> Normal:
    y_origin = np.atleast_1d(problem.weight @ problem.y)
    moments = Moments.of(problem.X, problem.y, problem.weight, problem.means, y_origin)
    return moments.centred(problem.fit_intercept, None if problem.standardize else np.ones(problem.p))


def _gram_jobs(problem: Problem, alphas: FloatArray, folds: Sequence[NDArray[np.intp]], tol: float) -> list[Any]:
    """Training moments of a fold = those of all rows minus the held-out ones: all folds cost one pass over X."""
    y_origin = np.atleast_1d(problem.weight @ problem.y)
    everything = np.arange(problem.n)

    def of(rows: NDArray[np.intp]) -> Moments:
        return Moments.of(problem.X, problem.y, problem.weight, problem.means, y_origin, rows)

    held = [of(np.setdiff1d(everything, rows, assume_unique=True)) for rows in folds]
    covered = np.sort(np.concatenate([np.setdiff1d(everything, rows) for rows in folds]))
    partition = np.array_equal(covered, everything)
    total = sum(held[1:], held[0]) if partition else of(everything)

    def run(part: Moments) -> Path:
        normal = (total - part).centred(problem.fit_intercept, None if problem.standardize else np.ones(problem.p))
        return gram_path(normal, problem.penalty, alphas, problem.fit_intercept, tol)

    return [delayed(run)(part) for part in held]
