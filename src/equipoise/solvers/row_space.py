"""Smooth losses with an L2 penalty, p > n: everything about X from one Gram matrix of its rows.

    X X' = U diag(S) U',   Z = U diag(sqrt S),   w = X'U diag(1 / sqrt S) theta        (X centred and scaled)

Folds, alphas and classes share Z (see `rotation`); truncated Newton in the compiled core solves there, and one product
with X brings all coefficients back. The Gram matrix keeps half the digits of X: that is enough while alpha is not
small against its largest eigenvalue, and else a QR decomposition takes its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from equipoise.losses import Multinomial, Squared
from equipoise.losses.base import FloatArray
from equipoise.penalties import L2
from equipoise.solvers import _native
from equipoise.solvers.newton import newton_path
from equipoise.solvers.path import Path
from equipoise.solvers.problem import Problem
from equipoise.solvers.rotation import is_l2, rotate

__all__ = ["row_space_paths", "uses_row_space"]

LEAST = 1e-7
"""Least alpha, as a share of the largest eigenvalue, down to which the Gram matrix is precise enough."""
MAX_STEPS = 100


def uses_row_space(problem: Problem, alphas: FloatArray) -> bool:
    """Whether the problem is wide, dense and smooth, and every coefficient held back."""
    known = problem.loss.compiled and not isinstance(problem.loss, Squared) and not problem.is_sparse
    several = problem.y.ndim == 1 or isinstance(problem.loss, Multinomial)
    if not (known and several and is_l2(problem) and problem.p > problem.n and alphas[-1] > 0.0):
        return False
    plain = problem.offset is None or problem.y.ndim == 1
    return plain and bool(np.all(problem.penalty.factors(problem.p) > 0.0))


def row_space_paths(
    problem: Problem, alphas: FloatArray, folds: Sequence[NDArray[np.intp]], tol: float, workers: int, degrees: bool
) -> list[Path]:
    """Paths of all folds and, last, of all rows; the scale of the columns is that of all rows.

    Parameters
    ----------
    folds : list of arrays of rows
        The training rows of each fold.
    tol : float
        Bound on the relative duality gap.
    workers : int
        Threads.
    degrees : bool
        Whether to count the degrees of freedom of the last path.
    """
    Z, mean, back = _coordinates(problem, float(alphas[-1]))
    small = replace(problem, X=Z, penalty=L2(), standardize=False)
    parts = [*(small.on_rows(rows) for rows in folds), small]
    with ThreadPoolExecutor(workers) as pool:
        found = list(pool.map(lambda part: _solve(part, alphas, tol, degrees and part is small), parts))
    thetas = np.stack([path.coefs for path in found])
    coefs = (thetas.reshape(-1, Z.shape[1]) @ back).reshape(*thetas.shape[:-1], problem.p)
    intercepts = np.stack([path.intercepts for path in found]) - coefs @ mean
    return [replace(path, coefs=w, intercepts=b) for path, w, b in zip(found, coefs, intercepts, strict=True)]


def _coordinates(problem: Problem, alpha: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Z of orthogonal columns, the means that X was shifted by, and the matrix (d, p) that theta is multiplied by."""
    scale = problem.scale / np.sqrt(problem.penalty.factors(problem.p))
    mean = problem.means if problem.fit_intercept else np.zeros(problem.p)
    A = (problem.X - mean) * scale
    squares, vectors = linalg.eigh(A @ A.T, check_finite=False)
    if alpha < LEAST * squares[-1] * float(problem.weight.max()):
        rotated = rotate(problem)
        assert rotated.basis is not None
        _, _, turn = linalg.svd(rotated.Z, full_matrices=False, check_finite=False)
        return np.ascontiguousarray(rotated.Z @ turn.T), mean, (turn @ rotated.basis.T) * scale
    kept = squares > 1e-14 * squares[-1]
    root, vectors = np.sqrt(squares[kept]), vectors[:, kept]
    return np.ascontiguousarray(vectors * root), mean, ((vectors / root).T @ A) * scale


def _solve(part: Problem, alphas: FloatArray, tol: float, degrees: bool) -> Path:
    """The path in the coordinates of Z."""
    rows, K, d, m = part.rows, part.outputs, part.p, len(alphas)
    start = np.zeros((K, d + 1))
    start[:, -1] = part.null.intercept
    thetas, gaps, dfs = np.empty(m * start.size), np.empty(m), np.full(m, np.nan)
    offset = None if part.offset is None else part.offset[rows]
    data = (part.X[rows], np.ascontiguousarray(part.y[rows].T.reshape(K, -1)), part.weight[rows], offset)
    loss = (part.fit_intercept, part.loss.name, part.loss.parameter, part.null.objective)
    grid, room = np.ascontiguousarray(alphas), dfs if degrees else None
    _native.newton_cg_path(*data, *loss, start, grid, tol, MAX_STEPS, thetas, gaps, room)
    theta = thetas.reshape(m, K, d + 1)
    theta = theta[:, 0] if part.y.ndim == 1 else theta
    if not np.all(gaps <= tol) or (degrees and np.any(np.isnan(dfs))):
        return newton_path(part, alphas, tol, degrees=degrees)  # slower, and with a factor of every Hessian
    return Path(grid, theta[..., :-1], theta[..., -1], gaps, dfs)
