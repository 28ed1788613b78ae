"""Which solver for which problem: by the loss, the penalty and the shape; the user never chooses.

| loss | penalty | shape | solver |
|---|---|---|---|
| squared | L2 | sparse, large both ways | conjugate gradients |
| squared | L2 | else | one eigendecomposition for all alphas |
| squared | L1 part | n >= p, dense | coordinate descent on the Gram matrix |
| smooth | L2 | few numbers; sparse, large both ways | proximal Newton on the columns |
| smooth | L2 | p > n, dense | truncated Newton in the row space, which folds share |
| smooth | L2 | min(n, p) moderate | Newton with Cholesky |
| Poisson, gamma, Tweedie, Huber, Cox; softmax | L1 part, box | any; dense | proximal Newton in second moments |
| any compiled | L1 part, box, MCP, SCAD | else | proximal Newton on the columns |
| squared | groups | n >= p, dense | block Newton on the Gram matrix |
| any compiled | groups | else | proximal Newton with blocks, over a working set |
| Cox | L2; MCP, SCAD | any | Newton with the exact Hessian; proximal Newton on the columns |
| hinge, epsilon-insensitive, quantile | L2 | any | augmented Lagrangian with a semismooth Newton method |
| hinge, epsilon-insensitive, quantile | L1 part, box | any | interior point |
| hinge, epsilon-insensitive, quantile | MCP, SCAD | any | a weighted lasso after the other, each by interior point |
| hinge, epsilon-insensitive, quantile | any | else | alternating directions, finished by Newton's method |
| any | any | else | accelerated proximal gradient |
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from joblib import Parallel, cpu_count, delayed
from numpy.typing import NDArray

from equipoise.losses import Cox, Gamma, Huber, Logistic, Multinomial, Poisson, Squared, Tweedie
from equipoise.losses.base import FloatArray
from equipoise.losses.kinked import Kinked
from equipoise.penalties.groups import Grouped
from equipoise.solvers.certificate import diverges
from equipoise.solvers.conjugate import conjugate_path, is_vast
from equipoise.solvers.coordinate import column_path, gram_path
from equipoise.solvers.cox import cox_path
from equipoise.solvers.curved import curved_path
from equipoise.solvers.group_path import group_gram_path, group_path
from equipoise.solvers.interior import interior_path
from equipoise.solvers.kinked import kinked_path
from equipoise.solvers.local_linear import local_linear_path
from equipoise.solvers.lockstep import lockstep_paths
from equipoise.solvers.moments import Moments, Normal
from equipoise.solvers.newton import degrees_along, newton_path
from equipoise.solvers.path import Path
from equipoise.solvers.problem import Problem
from equipoise.solvers.proximal import proximal_path
from equipoise.solvers.ridge import ridge_gram_path, ridge_path
from equipoise.solvers.rotation import is_l2, rotate
from equipoise.solvers.row_space import row_space_paths, uses_row_space
from equipoise.solvers.splitting import splitting_path
from equipoise.solvers.unpenalised import descent, is_unpenalised

__all__ = ["fold_paths", "solve_path", "uses_gram"]

GRAM_LIMIT = 6000


def solve_path(problem: Problem, alphas: FloatArray, tol: float = 1e-6, degrees: bool = True) -> Path:
    """Solutions for decreasing alphas, each certified to a relative duality gap of `tol`.

    Parameters
    ----------
    problem : Problem
    alphas : array of shape (m,)
        Decreasing, >= 0.
    tol : float
        Bound on the relative duality gap.
    degrees : bool
        Whether degrees of freedom are wanted where they cost a factorisation a point; nan if not.
    """
    if problem.y.ndim == 2 and (problem.loss.separate or isinstance(problem.loss, Squared)):
        return _one_by_one(problem, alphas, tol, degrees)
    grid, lead = descent(problem, np.asarray(alphas, dtype=np.float64))
    path = _dispatch(problem, grid, tol, lead, degrees).after(lead)
    points = zip(path.coefs, path.intercepts, path.alphas, strict=True)
    path = replace(path, gaps=np.where([diverges(problem, *point) for point in points], np.inf, path.gaps))
    return _sum_zero(path) if isinstance(problem.loss, Multinomial) else path


def _one_by_one(problem: Problem, alphas: FloatArray, tol: float, degrees: bool) -> Path:
    """One problem for each column of the target; the gap is that of their sum."""
    parts = [replace(problem, y=np.ascontiguousarray(column)) for column in problem.y.T]
    paths = [solve_path(part, alphas, tol, degrees) for part in parts]
    share = np.array([part.null.objective for part in parts])
    gaps = (share / max(float(share.sum()), 1e-300)) @ np.array([path.gaps for path in paths])
    coefs = np.stack([path.coefs for path in paths], axis=1)
    intercepts = np.stack([path.intercepts for path in paths], axis=1)
    return Path(paths[0].alphas, coefs, intercepts, gaps, np.sum([path.dfs for path in paths], axis=0))


def _sum_zero(path: Path) -> Path:
    """Softmax does not see a shift of all classes: choose the one of sum 0."""
    return replace(path, intercepts=path.intercepts - path.intercepts.mean(axis=1, keepdims=True))


def _dispatch(problem: Problem, alphas: FloatArray, tol: float, lead: int, degrees: bool) -> Path:
    if isinstance(problem.loss, Cox):
        return cox_path(problem, alphas, tol)
    if isinstance(problem.loss, Kinked):
        if is_l2(problem) or is_unpenalised(problem, alphas):
            return kinked_path(problem, alphas, tol)
        kernel = problem.penalty.kernel()
        if kernel is not None and kernel.name == "elastic_net":
            return interior_path(problem, alphas, tol)
        return (splitting_path if kernel is None else local_linear_path)(problem, alphas, tol, lead)
    if is_l2(problem) or is_unpenalised(problem, alphas):
        bound = np.all(problem.penalty.factors(problem.p) > 0)
        if is_vast(problem):
            if isinstance(problem.loss, Squared) and problem.y.ndim == 1 and bound:
                return conjugate_path(problem, alphas, tol)
            return (column_path if _has_kernel(problem) else proximal_path)(problem, alphas, tol)
        if isinstance(problem.loss, Squared) and problem.y.ndim == 1 and bound:
            return ridge_path(problem, alphas)
        if _is_short(problem) and len(alphas) > 1 and alphas[-1] > 0.0:
            path = (column_path if problem.y.ndim == 1 else curved_path)(problem, alphas, 1e-2 * tol)
            return replace(path, dfs=degrees_along(problem, path) if degrees else np.full(len(alphas), np.nan))
        if len(alphas) > 1 and uses_row_space(problem, alphas):
            return row_space_paths(problem, alphas, [], tol, 1, degrees)[0]
        return newton_path(problem, alphas, tol, degrees=degrees)
    if uses_gram(problem):
        return _moment_path(problem)(_normal(problem), problem.penalty, alphas, problem.fit_intercept, tol)
    if problem.loss.compiled and isinstance(problem.penalty, Grouped) and problem.y.ndim == 1:
        return group_path(problem, alphas, tol)
    if _is_curved(problem):
        path = curved_path(problem, alphas, tol)
        # where classes are nearly separated the moments age too fast
        return path if np.all(path.gaps <= tol) else column_path(problem, alphas, tol)
    if _has_kernel(problem):
        return column_path(problem, alphas, tol)
    return proximal_path(problem, alphas, tol, lead)


def _is_short(problem: Problem) -> bool:
    """Whether what Python costs a step of Newton's method outweighs its arithmetic."""
    small = problem.n * problem.p <= (60_000 if problem.y.ndim == 1 else 6_000)
    return problem.loss.compiled and not isinstance(problem.loss, Squared) and small and problem.p <= problem.n


def _moment_path(problem: Problem) -> Callable[..., Path]:
    if is_l2(problem):
        return ridge_gram_path
    return group_gram_path if isinstance(problem.penalty, Grouped) else gram_path


def _is_curved(problem: Problem) -> bool:
    """Whether second moments at the fit, kept along the path, are worth their price."""
    kernel = problem.penalty.kernel()
    elastic_net = kernel is not None and kernel.name == "elastic_net"
    if isinstance(problem.loss, Multinomial):
        return elastic_net and not problem.is_sparse
    if isinstance(problem.loss, Logistic):
        tall = problem.n >= 2 * problem.p and problem.fit_intercept and not problem.is_sparse
        return tall and problem.y.ndim == 1 and elastic_net
    return isinstance(problem.loss, (Poisson, Gamma, Tweedie, Huber)) and elastic_net


def _has_kernel(problem: Problem) -> bool:
    """Whether loss and penalty are compiled, and in this combination."""
    kernel = problem.penalty.kernel()
    separate = problem.y.ndim == 1 or (kernel is not None and kernel.name == "elastic_net")
    return problem.loss.compiled and kernel is not None and separate


def uses_gram(problem: Problem) -> bool:
    """Whether second moments are all that the solver will look at."""
    fits = problem.p <= min(problem.n, GRAM_LIMIT) and not problem.is_sparse
    if not problem.penalty.convex:
        # The way decides about the solution: a row that is there twice has to go the way of one that weighs 2, and a
        # sparse matrix that of a dense one.
        fits = problem.p <= GRAM_LIMIT // 3
    plain = isinstance(problem.loss, Squared) and problem.y.ndim == 1 and problem.offset is None
    known = problem.penalty.kernel() is not None or isinstance(problem.penalty, Grouped)
    return plain and fits and known and not is_l2(problem)


def _tall_ridge(problem: Problem) -> bool:
    """Whether the folds of a ridge problem follow from second moments."""
    bound = is_l2(problem) and bool(np.all(problem.penalty.factors(problem.p) > 0))
    plain = isinstance(problem.loss, Squared) and problem.y.ndim == 1 and problem.offset is None
    return bound and plain and problem.p <= min(problem.n, GRAM_LIMIT) and not problem.is_sparse


def _rotated_jobs(problem: Problem, parts: list[Problem], alphas: FloatArray, tol: float) -> list[Any]:
    """One rotation serves all folds: the shift of the columns is the intercept's affair."""
    rotated = rotate(problem)

    def run(part: Problem) -> Path:
        bound = np.all(problem.penalty.factors(problem.p) > 0)
        if isinstance(problem.loss, Squared) and problem.y.ndim == 1 and bound:
            return ridge_path(part, alphas, rotated)
        path = newton_path(part, alphas, tol, rotated, degrees=part is problem)
        return _sum_zero(path) if isinstance(problem.loss, Multinomial) else path

    return [delayed(run)(part) for part in parts]


def uses_lockstep(problem: Problem) -> bool:
    """Whether folds share their passes over X: a smooth loss on a dense matrix with many more rows than columns."""
    tall = 3 * problem.p <= problem.n and 64 <= problem.p <= GRAM_LIMIT
    smooth = problem.loss.compiled and not isinstance(problem.loss, Squared) and problem.y.ndim == 1
    return smooth and is_l2(problem) and tall and not problem.is_sparse


def fold_paths(
    problem: Problem, alphas: FloatArray, folds: Sequence[NDArray[np.intp]], tol: float, n_jobs: int | None
) -> list[Path]:
    """One path for each fold, fitted on the rows given, and last the one of all rows; work is shared, X never copied.

    Parameters
    ----------
    folds : list of arrays of rows
        The training rows of each fold.
    n_jobs : int, optional
        Threads; as many as there are cores if not given.
    """
    workers = min(len(folds) + 1, cpu_count() if n_jobs is None else n_jobs if n_jobs > 0 else cpu_count())
    if uses_lockstep(problem):
        return lockstep_paths(problem, alphas, folds, tol, workers)
    if uses_gram(problem) or _tall_ridge(problem):
        grid, lead = descent(problem, alphas)
        jobs = _gram_jobs(problem, grid, folds, tol)
        return [path.after(lead) for path in Parallel(n_jobs=workers, backend="threading")(jobs)]
    if uses_row_space(problem, alphas) and not problem.standardize:
        paths = row_space_paths(problem, alphas, folds, tol, workers, True)
        return [_sum_zero(path) for path in paths] if isinstance(problem.loss, Multinomial) else paths
    parts = [*(problem.on_rows(rows) for rows in folds), problem]
    ordered = isinstance(problem.loss, (Cox, Kinked)) or (problem.loss.separate and problem.y.ndim == 2)
    if is_l2(problem) and not problem.standardize and not ordered and not is_vast(problem):
        jobs = _rotated_jobs(problem, parts, alphas, tol)
    else:
        jobs = [delayed(solve_path)(part, alphas, tol, part is problem) for part in parts]
    return list(Parallel(n_jobs=workers, backend="threading")(jobs))


def _normal(problem: Problem) -> Normal:
    (moments,) = Moments.of(problem.X, problem.y, problem.weight, problem.means, _y_mean(problem))
    return moments.centred(problem.fit_intercept, None if problem.standardize else np.ones(problem.p))


def _y_mean(problem: Problem) -> FloatArray:
    return np.atleast_1d(problem.weight @ problem.y)


def _gram_jobs(problem: Problem, alphas: FloatArray, folds: Sequence[NDArray[np.intp]], tol: float) -> list[Any]:
    """Training moments of a fold = those of all rows minus the held-out ones: all folds cost one pass over X.

    Folds that overlap (repeated or shuffled splits) have no such partition: they are taken one by one.
    """
    held = np.ones((len(folds), problem.n), dtype=bool)
    for k, rows in enumerate(folds):
        held[k, rows] = False
    data = (problem.X, problem.y, problem.weight, problem.means, _y_mean(problem))
    if np.all(held.sum(axis=0) == 1):
        parts = Moments.of(*data, np.argmax(held, axis=0), len(folds))
        total = sum(parts[1:], parts[0])
        trains: list[tuple[Moments, Moments | None]] = [(total, part) for part in parts]
    else:
        (total,) = Moments.of(*data)
        trains = [(Moments.of(*data, np.where(out, -1, 0))[0], None) for out in held]

    def run(whole: Moments, out: Moments | None) -> Path:
        train = whole if out is None else whole - out
        normal = train.centred(problem.fit_intercept, None if problem.standardize else np.ones(problem.p))
        return _moment_path(problem)(normal, problem.penalty, alphas, problem.fit_intercept, tol)

    return [delayed(run)(*train) for train in [*trains, (total, None)]]
