"""Ridge regression for all alphas from one eigendecomposition, with exact leave-one-out.

    w(alpha) = V diag(1 / (lambda + alpha)) V' c,    G = V diag(lambda) V' = X'SX,  c = X'Sy   (centred)

Leaving out row i changes the fit at row i by a factor known from its leverage h_i (Allen 1974; Golub, Heath and Wahba
1979): the left-out residual is r_i / (1 - h_i). As the objective is a *mean*, the fit on the other rows at the same
alpha is the full fit at alpha (1 - s_i), s_i the share of the row in the weights.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from equipoise.errors import InputError
from equipoise.losses.base import FloatArray
from equipoise.penalties import Penalty
from equipoise.solvers.conjugate import is_vast
from equipoise.solvers.moments import Moments, Normal, block_rows
from equipoise.solvers.path import Path
from equipoise.solvers.problem import Problem
from equipoise.solvers.rotation import Rotated, rotate
from equipoise.solvers.spectrum import Spectrum, inverse

__all__ = ["leave_one_out", "left_out_path", "ridge_gram_path", "ridge_path"]

LEAST = 1e-9
"""Least alpha, as a share of the largest eigenvalue, down to which second moments alone are precise enough."""


def ridge_path(problem: Problem, alphas: FloatArray, rotated: Rotated | None = None) -> Path:
    """Every alpha of a ridge problem; alpha = 0 is the least-squares solution of least norm.

    Parameters
    ----------
    rotated : Rotated, optional
        The rotation of these rows among others, where folds share one.
    """
    rotated = rotated or rotate(problem)
    s, root = problem.weight, np.sqrt(problem.weight)
    y = problem.y if problem.offset is None else problem.y - problem.offset
    y_mean, centre = 0.0, np.zeros(rotated.Z.shape[1])
    if problem.fit_intercept:
        y_mean, centre = float(s @ y), s @ rotated.Z
    A, b = (rotated.Z - centre) * root[:, None], (y - y_mean) * root
    values, vectors, cross = _spectrum(A, b)
    thetas = np.stack([_solution(A, b, values, vectors, cross, a) for a in alphas])
    coefs, intercepts = rotated.back(thetas, y_mean - thetas @ centre)
    gaps = np.array([_gap(A, b, t, a) for t, a in zip(thetas, alphas, strict=True)])
    return Path(np.asarray(alphas, dtype=float), coefs, intercepts, gaps, _degrees(values, alphas))


def ridge_gram_path(normal: Normal, penalty: Penalty, alphas: FloatArray, fit_intercept: bool, _tol: float) -> Path:
    """Every alpha from normal equations alone: what the folds of a tall problem have in common."""
    return _spectral_path(Spectrum.of(normal, penalty, fit_intercept), alphas)


def _spectral_path(spectrum: Spectrum, alphas: FloatArray) -> Path:
    alphas = np.asarray(alphas, dtype=float)
    return Path(alphas, *spectrum.solve(alphas), _degrees(spectrum.values, alphas))


def _degrees(values: FloatArray, alphas: FloatArray) -> FloatArray:
    return np.array([np.sum(values / (values + a)) if a > 0 else np.sum(values > 0) for a in alphas], dtype=float)


def leave_one_out(problem: Problem, alphas: FloatArray) -> FloatArray:
    """Linear predictor of each row from the fit on all other rows, shape (m, n); exact.

    With `standardize` the scale of the columns stays that of all rows.
    """
    return left_out_path(problem, alphas)[1]


def left_out_path(problem: Problem, alphas: FloatArray) -> tuple[Path, FloatArray]:
    """The path of all rows and `leave_one_out`, from one decomposition; every feature is to be penalised."""
    if is_vast(problem):
        raise InputError(
            f"exact leave-one-out of a sparse {problem.n} x {problem.p} matrix needs a dense one; use CrossValidation()"
        )
    y = problem.y if problem.offset is None else problem.y - problem.offset
    tall = problem.p <= problem.n and not problem.is_sparse
    path, out = (_from_moments if tall else _from_rows)(problem, y, np.asarray(alphas, dtype=np.float64))
    np.subtract(y, out, out=out)
    return path, out if problem.offset is None else out + problem.offset


def _from_moments(problem: Problem, y: FloatArray, alphas: FloatArray) -> tuple[Path, FloatArray]:
    """Tall: the rows pass by in blocks that stay in the cache, and X is never copied."""
    s, p = problem.weight, problem.p
    (total,) = Moments.of(problem.X, y, s, problem.means, np.atleast_1d(s @ y))
    normal = total.centred(problem.fit_intercept, None if problem.standardize else np.ones(p))
    spectrum = Spectrum.of(normal, problem.penalty, problem.fit_intercept)
    values = spectrum.values
    path = _spectral_path(spectrum, alphas) if alphas[-1] > LEAST * values[-1] else ridge_path(problem, alphas)
    mean, y_mean, cross = spectrum.mean, float(spectrum.y_mean[0]), spectrum.turned[:, 0]
    turn = np.ascontiguousarray(spectrum.basis.T)
    out, size = np.empty((len(alphas), problem.n)), min(block_rows(p), problem.n)
    for start in range(0, problem.n, size):
        rows = slice(start, start + size)
        Q = turn @ (problem.X[rows].T - mean[:, None])
        out[:, rows] = _left_out(Q, values, cross, s[rows], y[rows] - y_mean, alphas, problem.fit_intercept)
    return path, out


def _from_rows(problem: Problem, y: FloatArray, alphas: FloatArray) -> tuple[Path, FloatArray]:
    rotated, s = rotate(problem), problem.weight
    y_mean = float(s @ y) if problem.fit_intercept else 0.0
    root = np.sqrt(s)
    values, vectors, cross = _spectrum(rotated.Z * root[:, None], (y - y_mean) * root)
    out = _left_out((rotated.Z @ vectors).T, values, cross, s, y - y_mean, alphas, problem.fit_intercept)
    return ridge_path(problem, alphas, rotated), out


def _left_out(
    Q: FloatArray, values: FloatArray, cross: FloatArray, s: FloatArray, y: FloatArray, alphas: FloatArray,
    fit_intercept: bool,
) -> FloatArray:  # fmt: skip
    """Residual of each row under the fit on all others, shape (m, n), for rows Q of shape (d, n) in the eigenbasis."""
    Q2 = Q * Q
    if np.all(s == s[0]):
        inverses = np.stack([inverse(values, float(a) * (1.0 - s[0])) for a in alphas])
        fitted, leverage = (inverses * cross) @ Q, inverses @ Q2
    else:
        fitted, leverage = np.empty((2, len(alphas), len(s)))
        for k, alpha in enumerate(alphas):
            shrunk = inverse(values[:, None], alpha * (1.0 - s))
            fitted[k], leverage[k] = cross @ (Q * shrunk), np.sum(Q2 * shrunk, axis=0)
    h = s * (leverage + (1.0 if fit_intercept else 0.0))
    return np.asarray((y - fitted) / np.maximum(1.0 - h, 1e-300))


def _spectrum(A: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    values, vectors = linalg.eigh(A.T @ A, check_finite=False)
    return np.maximum(values, 0.0), vectors, vectors.T @ (A.T @ b)


def _solution(
    A: FloatArray, b: FloatArray, values: FloatArray, vectors: FloatArray, cross: FloatArray, alpha: float
) -> FloatArray:
    """Coefficients at one alpha, after a step of refinement that takes away what the normal equations lost."""
    if alpha == 0.0:
        return np.asarray(linalg.lstsq(A, b, cond=1e-12, check_finite=False)[0])
    shrunk = inverse(values, alpha)
    theta = vectors @ (shrunk * cross)
    correction = A.T @ (b - A @ theta) - alpha * theta
    return np.asarray(theta + vectors @ (shrunk * (vectors.T @ correction)))


def _gap(A: FloatArray, b: FloatArray, theta: FloatArray, alpha: float) -> float:
    """|gradient of the objective|^2 / (2 alpha): the duality gap at the dual point of the residual."""
    null = 0.5 * float(b @ b)
    if null == 0.0:
        return 0.0
    slope = A.T @ (A @ theta - b)
    if alpha == 0.0:
        return float(np.abs(slope) @ np.abs(theta)) / null
    return float(np.sum((slope + alpha * theta) ** 2)) / (2.0 * alpha) / null
