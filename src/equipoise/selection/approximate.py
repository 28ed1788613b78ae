"""Approximate leave-one-out for smooth losses with an L2 penalty: one Newton step a row, from one factor an alpha.

At the fit theta the objective without row i, the others scaled to sum 1, has the gradient -s_i (f'_i x_i + alpha P
theta) and the Hessian H - s_i (f''_i x_i x_i' + alpha P), H being that of all rows. One step of Newton's method, with
the share of the penalty that goes with an average row in M = (H - s alpha P)^-1 and Sherman and Morrison's formula for
the rest, moves the linear predictor of the row by leverages alone:

    eta_-i = eta_i + s_i (f'_i h_i + alpha x_i'M P theta) / (1 - s_i f''_i h_i),    h_i = x_i'M x_i

(Rahnama Rad and Maleki 2020, "A scalable estimate of the out-of-sample prediction error via approximate leave-one-out
cross-validation"). For squared loss and equal weights it is exact, otherwise up to second order in the step.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from equipoise.losses import Gamma, Huber, Logistic, Poisson, Squared, Tweedie
from equipoise.losses.base import FloatArray
from equipoise.penalties import L2
from equipoise.solvers import Path, Problem, solve_path
from equipoise.solvers.rotation import is_l2, rotate

__all__ = ["approximate_leave_one_out", "approximates", "exact_without"]

SMOOTH = (Squared, Logistic, Poisson, Gamma, Tweedie, Huber)


def approximates(problem: Problem) -> bool:
    """Whether the loss has two derivatives and the penalty is L2."""
    return isinstance(problem.loss, SMOOTH) and problem.y.ndim == 1 and is_l2(problem)


def approximate_leave_one_out(problem: Problem, path: Path) -> FloatArray:
    """Linear predictor of each row from a Newton step to the fit on all others, shape (m, n).

    With `standardize` the scale of the columns stays that of all rows.
    """
    rotated, s = rotate(problem), problem.weight
    A, penalty = rotated.Z, rotated.penalty
    if problem.fit_intercept:
        A, penalty = np.column_stack([A, np.ones(problem.n)]), np.append(penalty, 0.0)
    scale = np.where(rotated.scale > 0, rotated.scale, 1.0)
    out = np.empty((len(path.alphas), problem.n))
    for k, (alpha, coef, intercept) in enumerate(zip(path.alphas, path.coefs, path.intercepts, strict=True)):
        theta = coef / scale if rotated.basis is None else (coef / scale) @ rotated.basis
        held = penalty[: len(theta)] * theta
        held = np.append(held, 0.0) if problem.fit_intercept else held
        eta = problem.predictor(coef, intercept)
        slope = np.where(s > 0, problem.loss.gradient(problem.y, eta), 0.0)
        bend = np.where(s > 0, problem.loss.curvature(problem.y, eta), 0.0)
        H = (A * (s * bend)[:, None]).T @ A + alpha * (1.0 - 1.0 / len(problem.rows)) * np.diag(penalty)
        H[np.diag_indices_from(H)] += 1e-13 * np.trace(H) / len(H) + 1e-300
        factor = linalg.cholesky(H, lower=True, check_finite=False)
        T = linalg.solve_triangular(factor, A.T, lower=True, check_finite=False)
        leverage = np.einsum("ij,ij->j", T, T)
        pull = T.T @ linalg.solve_triangular(factor, alpha * held, lower=True, check_finite=False)
        out[k] = eta + s * (slope * leverage + pull) / np.maximum(1.0 - s * bend * leverage, 1e-12)
    return out


def exact_without(problem: Problem, row: int, alpha: float, tol: float) -> float:
    """Linear predictor of a row from the fit on all others, the scale of the columns kept.

    Parameters
    ----------
    tol : float
        Bound on the relative duality gap of that fit.
    """
    used: NDArray[np.bool_] = problem.scale > 0
    factor = problem.penalty.factors(problem.p)[used] / problem.scale[used] ** 2
    part = replace(problem, X=problem.X[:, used], penalty=L2(factor=factor), standardize=False)
    others = np.delete(np.arange(problem.n), row)
    path = solve_path(part.on_rows(others), np.array([alpha]), tol, degrees=False)
    return float(part.predictor_of(np.array([row]), path.coefs[0], path.intercepts[0])[0])
