"""Losses of straight lines with MCP or SCAD: a weighted lasso after the other (local linear approximation).

    w_next = argmin  loss(w) + alpha sum_j slope(|w_j|) |w_j|

(Zou and Li 2008, equation 2.3). Each penalty is concave in |w|, so that its tangent lies above it and the objective
falls. What the best point under the tangents gains on the fit, over the null objective, is the certificate: it is 0 at
stationary points and nowhere else.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from equipoise.losses.base import FloatArray
from equipoise.penalties import L1, Penalty
from equipoise.solvers.certificate import objective, penalised
from equipoise.solvers.interior import interior_path
from equipoise.solvers.path import Path
from equipoise.solvers.problem import Problem

__all__ = ["local_linear_path"]


def local_linear_path(problem: Problem, alphas: FloatArray, tol: float, lead: int = 0, max_rounds: int = 100) -> Path:
    """Solutions for decreasing alphas, each from the one before; the first `lead` points are on the way only."""
    tol = max(tol, 1e-9)
    w, b = np.zeros(problem.p), float(problem.null.intercept[0])
    points: list[tuple[FloatArray, float, float]] = []
    for k, alpha in enumerate(alphas):
        for _ in range(1 if k < lead else max_rounds):
            task = replace(problem, penalty=L1(factor=_slopes(problem, w, float(alpha))))
            step = interior_path(task, np.array([float(alpha)]), 0.1 * tol)
            ahead = (step.coefs[0], float(step.intercepts[0]))
            gain = objective(task, w, b, float(alpha)) - objective(task, *ahead, float(alpha))
            gap = max(0.0, gain) / max(problem.null.objective, 1e-300) + float(step.gaps[0])
            if gap <= tol:
                break
            w, b = ahead
        points.append((w, b, gap))
    coefs, intercepts, gaps = (np.array(values) for values in zip(*points, strict=True))
    return Path(np.asarray(alphas, dtype=float), coefs, intercepts, gaps, np.count_nonzero(coefs, axis=1).astype(float))


def _slopes(problem: Problem, w: FloatArray, alpha: float) -> FloatArray:
    """Of the penalty in |w_j|; at 0 the one to the right."""
    penalty: Penalty = problem.penalty.at(alpha)
    return penalty.gradient(np.maximum(np.abs(penalised(problem, w)[0]), 1e-300))
