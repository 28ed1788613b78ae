"""Effective degrees of freedom of the elastic net: its L2 part shrinks what its L1 part has chosen.

    df(alpha) = trace(H (H + alpha (1 - l1_ratio) F)^-1),   H = X_A' S X_A,   A = {j : w_j != 0}

with F the penalty factors and S the row weights times the curvature of the loss at the fit, columns centred by S where
there is an intercept (Zou, Hastie and Tibshirani 2007, "On the degrees of freedom of the lasso", remark on the elastic
net; for other losses than the squared one this is the trace at the last step of reweighted least squares). The lasso
keeps its count of features, ridge the trace that its own solver gives.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy import linalg, sparse

from equipoise.losses import Cox, Squared
from equipoise.losses.base import FloatArray
from equipoise.losses.kinked import Kinked
from equipoise.penalties import Penalty
from equipoise.solvers.moments import Moments
from equipoise.solvers.newton import solve_scaled
from equipoise.solvers.path import Path
from equipoise.solvers.problem import Problem

__all__ = ["effective_degrees", "gram_degrees"]


def effective_degrees(problem: Problem, path: Path) -> FloatArray:
    """Degrees of freedom of every point, without the intercept, shape (m,): `path.dfs`, mended for the elastic net.

    Losses of straight lines and Cox's keep the count of the path, which has no curvature of single rows to weigh by.
    """
    if _l2_share(problem.penalty) is None or isinstance(problem.loss, (Cox, Kinked)):
        return path.dfs
    if problem.loss.separate and problem.y.ndim == 2:
        columns = enumerate(problem.y.T)
        parts = [
            (replace(problem, y=np.ascontiguousarray(y)), replace(path, coefs=path.coefs[:, k],
             intercepts=path.intercepts[:, k])) for k, y in columns
        ]  # fmt: skip
        return np.asarray(np.sum([effective_degrees(*part) for part in parts], axis=0))
    used = np.flatnonzero(np.any(path.coefs != 0, axis=tuple(range(path.coefs.ndim - 1))))
    if isinstance(problem.loss, Squared) and len(used) <= len(problem.rows):
        gram = _gram(problem, used, problem.weight)  # the curvature is 1 all along the path
        factor = problem.penalty.factors(problem.p)[used]
        return gram_degrees(gram, replace(problem.penalty, factor=factor), replace(path, coefs=path.coefs[:, used]))
    return np.array([_at(problem, *point) for point in zip(path.coefs, path.intercepts, path.alphas, strict=True)])


def gram_degrees(gram: FloatArray, penalty: Penalty, path: Path) -> FloatArray:
    """The same for squared loss from the Gram matrix of the columns, centred and scaled as the penalty sees them."""
    share = _l2_share(penalty)
    if share is None:
        return path.dfs
    ridge = share * penalty.factors(len(gram))
    return np.array([
        _trace(gram[np.ix_(columns, columns)], alpha * ridge[columns])
        for columns, alpha in zip(map(np.flatnonzero, path.coefs), path.alphas, strict=True)
    ])  # fmt: skip


def _l2_share(penalty: Penalty) -> float | None:
    """1 - l1_ratio of an elastic net proper; None for its two ends and for every other penalty."""
    kernel = penalty.kernel()
    if kernel is None or kernel.name != "elastic_net" or kernel.low is not None or not 0.0 < kernel.l1_ratio < 1.0:
        return None
    return 1.0 - kernel.l1_ratio


def _trace(H: FloatArray, ridge: FloatArray) -> float:
    return float(np.trace(solve_scaled(H, ridge, H))) if len(H) else 0.0


def _at(problem: Problem, coef: FloatArray, intercept: FloatArray, alpha: float) -> float:
    """One point of a path; several linear predictors count one by one."""
    share = _l2_share(problem.penalty)
    ridge = alpha * (share or 0.0) * problem.penalty.factors(problem.p)
    bend = problem.loss.curvature(problem.y, problem.predictor(coef, intercept))
    total = 0.0
    for k, w in enumerate(np.atleast_2d(coef)):
        columns = np.flatnonzero(w)
        weight = problem.weight_times(bend if bend.ndim == 1 else bend[:, k, k])
        if len(columns) <= len(problem.rows):
            total += _trace(_gram(problem, columns, weight), ridge[columns])
        else:
            total += _between_rows(problem, columns, weight, ridge[columns])
    return total


def _gram(problem: Problem, columns: Any, weight: FloatArray) -> FloatArray:
    """X_A' S X_A of centred and scaled columns; a sparse X is not made dense."""
    X, scale, total = problem.X[:, columns], problem.scale[columns], float(weight.sum())
    if len(columns) == 0 or total == 0.0:
        return np.zeros((len(columns), len(columns)))
    if not sparse.issparse(X):
        (moments,) = Moments.of(X, np.zeros(problem.n), weight, problem.means[columns], np.zeros(1))
        return total * moments.centred(problem.fit_intercept, scale).gram
    gram = (X.T @ X.multiply(weight[:, None]).tocsc()).toarray()
    if problem.fit_intercept:
        mean = X.T @ weight
        gram -= np.outer(mean, mean) / total
    return np.asarray(scale[:, None] * gram * scale)


def _between_rows(problem: Problem, columns: Any, weight: FloatArray, ridge: FloatArray) -> float:
    """The trace where more features than rows are in use, from products of rows.

    What has no penalty (the intercept, features of factor 0) is projected out and counts in full.
    """
    rows, bound = problem.rows, ridge > 0
    root = np.sqrt(weight[rows])[:, None]
    X, scale = problem.X[rows][:, columns], problem.scale[columns]
    if not sparse.issparse(X) and problem.fit_intercept:
        X = X - problem.means[columns]  # the same span with the intercept, and more digits
    scaled = X[:, bound] * (scale[bound] / np.sqrt(ridge[bound]))
    K = scaled @ scaled.T
    K = root * (K.toarray() if sparse.issparse(K) else K) * root.T
    free = X[:, ~bound].toarray() if sparse.issparse(X) else X[:, ~bound]
    without = np.hstack([np.ones((len(rows), int(problem.fit_intercept))), free * scale[~bound]])
    count = 0
    if without.shape[1]:
        basis = linalg.orth(root * without)
        count = basis.shape[1]
        K -= basis @ (basis.T @ K)
        K -= (K @ basis) @ basis.T
    return _trace(K, np.ones(len(K))) + count - int(problem.fit_intercept)
