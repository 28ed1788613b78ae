"""Relaxed fits: a penalty that selects features also shrinks them, and a refit on its choice takes that back.

    w(alpha, gamma) = gamma * w(alpha) + (1 - gamma) * w_refit(features of w(alpha))

w_refit has no penalty. gamma = 1 is the penalised fit, gamma = 0 the refit; what lies between is judged by the same
folds (Meinshausen 2007, "Relaxed lasso"; in this form Hastie, Tibshirani and Tibshirani 2020, "Best subset, forward
stepwise or lasso? Analysis and recommendations based on extensive comparisons", section 1.2). For few strong features
among many weak ones: fewer are chosen, at full size.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from equipoise.losses.base import FloatArray
from equipoise.penalties import L2
from equipoise.solvers import Path, Problem, solve_path

__all__ = ["blend", "refits"]


def refits(problem: Problem, path: Path, tol: float) -> Path:
    """The fit without penalty on the features of each point of a path.

    Where there is none the penalised fit stands: with as many features as rows, or where the classes are separated.
    """
    coefs, intercepts, gaps = path.coefs.copy(), path.intercepts.copy(), path.gaps.copy()
    used = np.any(coefs != 0, axis=1) if coefs.ndim == 3 else coefs != 0
    known: dict[bytes, Path] = {}
    for k, mask in enumerate(used):
        columns = np.flatnonzero(mask)
        if len(columns) == 0 or len(columns) >= len(problem.rows) - problem.fit_intercept:
            continue
        key = mask.tobytes()
        if key not in known:
            X = np.asfortranarray(problem.X[:, columns]) if not problem.is_sparse else problem.X[:, columns]
            part = replace(problem, X=X, penalty=L2(), standardize=False)
            # without penalty the gap says little at a cold start: as for any single point, to the last digit
            known[key] = solve_path(part, np.zeros(1), min(tol, 1e-14), degrees=False)
        refit = known[key]
        if np.isfinite(refit.gaps[0]):
            coefs[k][..., columns], intercepts[k] = refit.coefs[0], refit.intercepts[0]
            gaps[k] = max(gaps[k], refit.gaps[0])
    return replace(path, coefs=coefs, intercepts=intercepts, gaps=gaps)


def blend(path: Path, refit: Path, gamma: float) -> Path:
    """Of two fits gamma * penalised + (1 - gamma) * refitted; the gap is the larger one."""

    def mixed(one: FloatArray, other: FloatArray) -> FloatArray:
        return np.asarray(gamma * one + (1.0 - gamma) * other)

    if gamma == 1.0:
        return path
    return replace(refit, coefs=mixed(path.coefs, refit.coefs), intercepts=mixed(path.intercepts, refit.intercepts))
