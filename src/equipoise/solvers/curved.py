"""Proximal Newton in second moments, compiled (native/curved_path.hpp): smooth losses with an elastic net.

Friedman, Hastie and Tibshirani (2010) update residuals row by row for each step of coordinate descent. Here the second
moments X'HX of a working set are kept along the path as long as their steps reduce the gap, so that a step of
coordinate descent costs as many operations as the working set has features.
"""

from __future__ import annotations

import numpy as np

from equipoise.losses.base import FloatArray
from equipoise.solvers import _native
from equipoise.solvers.coordinate import native_design, native_penalty
from equipoise.solvers.path import Path
from equipoise.solvers.problem import Problem

__all__ = ["curved_path"]


def curved_path(problem: Problem, alphas: FloatArray, tol: float, max_steps: int = 10_000) -> Path:
    """Solutions for decreasing alphas, each with its relative duality gap; for one linear predictor."""
    m = len(alphas)
    coefs, intercepts, gaps = np.zeros((m, problem.p)), np.zeros(m), np.zeros(m)
    y, weight, grid = (np.ascontiguousarray(a, dtype=np.float64) for a in (problem.y, problem.weight, alphas))
    offset = None if problem.offset is None else np.ascontiguousarray(problem.offset, dtype=np.float64)
    head = (y, weight, offset, problem.fit_intercept, problem.loss.name, problem.loss.parameter)
    tail = (native_penalty(problem.penalty, problem.p), grid, tol, max_steps, coefs, intercepts, gaps)
    run = _native.curved_path_sparse if problem.is_sparse else _native.curved_path_dense
    run(*native_design(problem), *head, *tail)
    dfs = np.asarray(np.count_nonzero(coefs, axis=1), dtype=np.float64)
    return Path(alphas, coefs * problem.scale, intercepts, gaps, dfs)
