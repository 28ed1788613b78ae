"""Features without penalty: the model that every path starts from, and the alphas that lead to it.

With every penalised coefficient at 0 the unpenalised ones are not: the largest alpha of a grid is the one at which this
model, not the one without any feature, is optimal.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from equipoise.losses.base import FloatArray
from equipoise.penalties import L2
from equipoise.solvers.newton import newton_path
from equipoise.solvers.problem import Problem

__all__ = ["alpha_max", "descent", "is_unpenalised", "starting_gradient"]

PER_DECADE = 30


def is_unpenalised(problem: Problem, alphas: FloatArray) -> bool:
    """Whether nothing at all holds the coefficients back."""
    factors = problem.penalty.factors(problem.p)
    kernel = problem.penalty.kernel()
    bounded = kernel is not None and kernel.low is not None
    return not bounded and (not np.any(factors > 0) or bool(np.all(np.asarray(alphas) == 0.0)))


def starting_gradient(problem: Problem) -> FloatArray:
    """Gradient of the mean loss, shape (K, p), at the model of the unpenalised features alone."""
    free = np.flatnonzero(problem.penalty.free(problem.p))
    if len(free) == 0 or not problem.loss.compiled:
        return np.atleast_2d(problem.null.gradient)
    part = replace(problem, X=problem.X[:, free], penalty=L2())
    path = newton_path(part, np.zeros(1), 1e-10)
    eta = part.predictor(path.coefs[0], path.intercepts[0])
    slope = problem.weight_times(problem.loss.gradient(problem.y, eta))
    return np.atleast_2d(np.asarray(problem.X.T @ slope).T * problem.scale)


def alpha_max(problem: Problem) -> float:
    """The least alpha at which no penalised feature enters; inf if there is none."""
    if isinstance(problem.penalty, L2):
        return np.inf  # whatever the gradient, which costs a pass over X
    return max(problem.penalty.alpha_max(g) for g in starting_gradient(problem))


def descent(problem: Problem, alphas: FloatArray) -> tuple[FloatArray, int]:
    """The alphas, led up to from the largest where the solution depends on the way (no convexity); and how many lead.

    The customary solution of a penalty that is not convex is the one at the end of the path from `alpha_max` downwards.
    """
    if problem.penalty.convex or not np.any(alphas > 0):
        return alphas, 0
    top = alpha_max(problem)
    ratio = top / float(alphas[0]) if alphas[0] > 0 else 1.0
    if not 1.1 < ratio < np.inf:
        return alphas, 0
    count = int(np.ceil(PER_DECADE * np.log10(ratio)))
    return np.concatenate([np.geomspace(top, alphas[0], count + 1)[:-1], alphas]), count
