"""Coordinate descent in the compiled core: on second moments (n >> p) or on the columns of X (p > n, sparse, any loss).

Gram: Friedman, Hastie and Tibshirani (2010), section 2.2, "covariance updates". Columns: proximal Newton over a
working set, with the duality gap of Fercoq, Gramfort and Salmon (2015) as the stopping rule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy import sparse

from equipoise.errors import InputError
from equipoise.losses.base import FloatArray
from equipoise.penalties import Penalty
from equipoise.solvers import _native
from equipoise.solvers.certificate import stationarity
from equipoise.solvers.moments import Normal
from equipoise.solvers.path import Path
from equipoise.solvers.problem import Problem

__all__ = ["column_path", "gram_path", "native_path"]


def native_penalty(penalty: Penalty, p: int) -> _native.PenaltySpec:
    """The penalty as the compiled core takes it."""
    kernel = penalty.kernel()
    if kernel is None:
        raise InputError(f"{type(penalty).__name__} has no compiled kernel; use the proximal gradient solver")
    ends = [None if a is None else np.array(np.broadcast_to(a, p)) for a in (kernel.low, kernel.high)]
    return _native.PenaltySpec(kernel.name, kernel.l1_ratio, kernel.gamma, penalty.factors(p), *ends)


def gram_path(
    normal: Normal,
    penalty: Penalty,
    alphas: FloatArray,
    fit_intercept: bool,
    tol: float,
    max_passes: int = 100_000,
) -> Path:
    """Path of squared loss from its normal equations; overwrites `normal.gram`."""
    p, m = len(normal.gram), len(alphas)
    coefs, gaps, passes = np.zeros((m, p)), np.zeros(m), np.zeros(m, dtype=np.int64)
    cross = np.ascontiguousarray(normal.cross[:, 0])
    spec = native_penalty(penalty, p)
    gram = np.ascontiguousarray(normal.gram)
    squares = float(normal.squares[0])
    spread = np.sqrt(np.maximum(np.diag(gram), 0.0))
    unit, doubt = (1.0, np.inf) if penalty.convex else _unit(spread, tol)
    whole = gram if doubt == np.inf else gram.copy()
    _native.gram_path(gram, cross, squares, _as_vector(alphas), spec, unit * tol, max_passes, coefs, gaps, passes)
    gaps /= unit
    for k in np.flatnonzero(gaps > doubt):
        far = penalty.at(alphas[k]).distance(coefs[k], whole @ coefs[k] - cross, alphas[k])
        gaps[k] = np.max(far / np.where(spread > 0, spread, 1.0)) / np.sqrt(0.5 * squares)
    w, b = normal.back(coefs, fit_intercept)
    return Path(alphas, w, b, gaps, _nonzero(w))


def column_path(problem: Problem, alphas: FloatArray, tol: float, max_steps: int = 10_000) -> Path:
    """Path of any compiled loss and separable penalty, on the columns of X."""
    run = (_native.loss_path_dense, _native.loss_path_sparse)
    if problem.penalty.convex:
        return native_path(run, problem, alphas, tol, max_steps)
    unit, doubt = _unit(problem.spread, tol)
    path = native_path(run, problem, alphas, unit * tol, max_steps)
    gaps = path.gaps / unit
    for k in np.flatnonzero(gaps > doubt):
        gaps[k] = stationarity(problem, path.coefs[k], path.intercepts[k], float(alphas[k]))
    return replace(path, gaps=gaps)


def _unit(spread: FloatArray, tol: float) -> tuple[float, float]:
    """Least deviation of the columns but dust, and the stationarity in this unit above which it has to be looked at.

    The compiled core sees gradients only. In this unit its bound is that of every column, or more; but not of dust.
    """
    most = float(np.max(spread, initial=0.0))
    kept = spread[spread > 1e-3 * most]
    unit = float(np.min(kept, initial=most)) or 1.0
    if len(kept) < len(spread):
        return unit, -np.inf
    return unit, np.inf if most <= (1.0 + 1e-9) * unit else tol


def native_path(
    run: tuple[Callable[..., None], Callable[..., None]], problem: Problem, alphas: FloatArray, tol: float,
    max_steps: int,
) -> Path:  # fmt: skip
    """Path of a compiled solver on columns, the one for a dense X or the one for a sparse one."""
    m, p, K = len(alphas), problem.p, problem.outputs
    coefs, intercepts, gaps = np.zeros((m, K * p)), np.zeros((m, K)), np.zeros(m)
    offset = None if problem.offset is None else _as_vector(problem.offset)
    head = (_as_vector(problem.y.ravel(order="F")), _as_vector(problem.weight), offset, problem.fit_intercept)
    head += (problem.loss.name, problem.loss.parameter)  # type: ignore[assignment]
    tail = (native_penalty(problem.penalty, p), _as_vector(alphas), tol, max_steps, coefs, intercepts, gaps)
    run[int(problem.is_sparse)](*native_design(problem), *head, *tail)
    w = coefs.reshape((m, *problem.y.shape[1:], p)) * problem.scale
    return Path(alphas, w, intercepts.reshape(m, *problem.y.shape[1:]), gaps, _nonzero(w))


def native_design(problem: Problem) -> tuple[object, ...]:
    """X and the scale of its columns as the compiled core takes them."""
    X, scale = problem.X, _as_vector(problem.scale)
    if sparse.issparse(X):
        starts, rows = X.indptr.astype(np.int32, copy=False), X.indices.astype(np.int32, copy=False)
        return X.data, rows, starts, X.shape[0], scale
    return np.asfortranarray(X), scale


def _as_vector(a: FloatArray) -> FloatArray:
    return np.ascontiguousarray(a, dtype=np.float64)


def _nonzero(w: FloatArray) -> FloatArray:
    return np.asarray(np.count_nonzero(w, axis=tuple(range(1, w.ndim))), dtype=np.float64)
