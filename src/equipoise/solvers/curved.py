"""Proximal Newton in second moments, compiled (native/curved_path.hpp): smooth losses with an elastic net.

Friedman, Hastie and Tibshirani (2010) update residuals row by row for each step of coordinate descent. Here the second
moments X'HX of a working set are kept along the path as long as their steps reduce the gap, so that a step of
coordinate descent costs as many operations as the working set has features.
"""

from __future__ import annotations

from equipoise.losses.base import FloatArray
from equipoise.solvers import _native
from equipoise.solvers.coordinate import native_path
from equipoise.solvers.path import Path
from equipoise.solvers.problem import Problem

__all__ = ["curved_path"]


def curved_path(problem: Problem, alphas: FloatArray, tol: float, max_steps: int = 10_000) -> Path:
    """Solutions for decreasing alphas, each with its relative duality gap."""
    return native_path((_native.curved_path_dense, _native.curved_path_sparse), problem, alphas, tol, max_steps)
