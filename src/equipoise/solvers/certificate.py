"""How far a fit is from optimal, proved: the relative duality gap, in plain NumPy.

The dual point is the gradient of the loss at the fit, scaled into the domain of the penalty's conjugate (Fenchel
duality, see `losses.base`). This is the reference that the compiled kernels are held against.
"""

from __future__ import annotations

import numpy as np

from equipoise.losses.base import FloatArray
from equipoise.solvers.problem import Problem

__all__ = ["objective", "relative_gap", "stationarity"]


def objective(problem: Problem, coef: FloatArray, intercept: FloatArray | float, alpha: float) -> float:
    """Weighted mean loss + alpha * penalty.

    Parameters
    ----------
    problem : Problem
        Data, loss and penalty.
    coef : array of shape (p,) or (K, p)
        In the units of X.
    intercept : float or array of shape (K,)
    alpha : float
    """
    eta = problem.predictor(coef, intercept)
    values = problem.loss.value(problem.y, eta)
    loss = float(problem.weight @ (values if values.ndim == 1 else values.sum(axis=1)))
    return loss + (alpha * sum(problem.penalty.value(w) for w in _penalised(problem, coef)) if alpha else 0.0)


def relative_gap(problem: Problem, coef: FloatArray, intercept: FloatArray | float, alpha: float) -> float:
    """Duality gap over the objective of the null model; 0 when the null model has no loss left to reduce."""
    if problem.null.objective <= 0.0:
        return 0.0
    eta = problem.predictor(coef, intercept)
    slope = problem.loss.gradient(problem.y, eta)
    slope = slope - problem.weight @ slope if problem.fit_intercept and slope.ndim == 1 else slope
    pulls = -np.atleast_2d(np.asarray(problem.X.T @ problem.weight_times(slope)).T * problem.scale)
    c = min(problem.penalty.shrink(v, alpha) for v in pulls)
    conjugate = problem.loss.conjugate(problem.y, c * slope)
    dual = -float(problem.weight @ (conjugate if conjugate.ndim == 1 else conjugate.sum(axis=1)))
    if problem.offset is not None:
        dual += c * float(problem.weight_times(slope).T @ problem.offset)
    dual -= sum(problem.penalty.conjugate(c * v, alpha) for v in pulls)
    gap = objective(problem, coef, intercept, alpha) - dual
    return max(0.0, float(gap)) / problem.null.objective


def stationarity(problem: Problem, coef: FloatArray, intercept: FloatArray | float, alpha: float) -> float:
    """Largest distance of the gradient to the subdifferential, over the square root of the null objective."""
    slope = problem.weight_times(problem.loss.gradient(problem.y, problem.predictor(coef, intercept)))
    gradients = np.atleast_2d(np.asarray(problem.X.T @ slope).T * problem.scale)
    pairs = zip(_penalised(problem, coef), gradients, strict=True)
    worst = max(float(np.max(problem.penalty.distance(w, g, alpha), initial=0.0)) for w, g in pairs)
    return worst / max(float(np.sqrt(problem.null.objective)), 1e-300)


def _penalised(problem: Problem, coef: FloatArray) -> FloatArray:
    scale = np.where(problem.scale > 0, problem.scale, 1.0)
    return np.atleast_2d(coef / scale)
