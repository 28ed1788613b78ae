"""How far a fit is from optimal, proved: the relative duality gap, in plain NumPy.

The dual point is the gradient of the loss at the fit, scaled into the domain of the penalty's conjugate (Fenchel
duality, see `losses.base`). This is the reference that the compiled kernels are held against. A penalty without a
conjugate, or without convexity, has the distance of the gradient to its subdifferential instead.

A feature that nothing holds back has the conjugate's domain {0}. Instead of scaling the dual point down to nothing, the
bound is taken over all values up to twice its size and one more that moves the predictor by the size of the loss.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from equipoise.losses.base import FloatArray
from equipoise.penalties.base import STEP, Penalty
from equipoise.solvers.problem import Problem

__all__ = ["certificate", "diverges", "gap_at", "objective", "relative_gap", "stationarity"]


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
    return _primal(problem, penalised(problem, coef), eta, alpha)


def certificate(problem: Problem, coef: FloatArray, intercept: FloatArray | float, alpha: float) -> float:
    """The relative duality gap if the penalty has a conjugate, else the stationarity."""
    measure = relative_gap if problem.penalty.has_conjugate else stationarity
    return measure(problem, coef, intercept, alpha)


def relative_gap(problem: Problem, coef: FloatArray, intercept: FloatArray | float, alpha: float) -> float:
    """Duality gap over the objective of the null model; 0 when the null model has no loss left to reduce."""
    eta = problem.predictor(coef, intercept)
    if not problem.loss.separable:
        return _joint_gap(problem, penalised(problem, coef), eta, alpha)
    slope = problem.loss.gradient(problem.y, eta)
    slope = slope - problem.weight @ slope if problem.fit_intercept and slope.ndim == 1 else slope
    pulls = -np.atleast_2d(np.asarray(problem.X.T @ problem.weight_times(slope)).T * problem.scale)
    return gap_at(problem, penalised(problem, coef), eta, slope, pulls, alpha)


def gap_at(
    problem: Problem, w: FloatArray, eta: FloatArray, slope: FloatArray, pulls: FloatArray, alpha: float
) -> float:
    """The relative gap from what a solver has at hand.

    Parameters
    ----------
    w : array of shape (K, p)
        As the penalty sees them.
    eta, slope : arrays of shape (n,) or (n, K)
        Linear predictor, and gradient of the loss there with a weighted mean of 0 if there is an intercept.
    pulls : array of shape (K, p)
        Minus the gradient of the mean loss in `w`.
    """
    if problem.null.objective <= 0.0:
        return 0.0
    penalty = problem.penalty
    free = penalty.free(problem.p) if alpha > 0 else np.ones(problem.p, dtype=bool)
    held = np.where(free, 0.0, pulls)
    c = min(penalty.shrink(v, alpha) for v in held)
    conjugate = problem.loss.conjugate(problem.y, c * slope)
    each = conjugate if conjugate.ndim == 1 else conjugate.sum(axis=1)
    dual = -float(problem.weight[problem.rows] @ each[problem.rows])  # rows of weight 0 may lie outside the domain
    if problem.offset is not None:
        dual += c * float(np.sum(problem.weight_times(slope).T @ problem.offset))
    dual -= sum(penalty.conjugate(c * v, alpha) for v in held)
    loose = float(np.sum(np.abs(pulls[:, free]) * _reach(problem, w, free))) if np.any(free) else 0.0
    gap = _primal(problem, w, eta, alpha) - dual + loose
    return float(np.maximum(0.0, gap)) / problem.null.objective  # a nan stays one: it is no certificate


def _joint_gap(problem: Problem, w: FloatArray, eta: FloatArray, alpha: float) -> float:
    """The relative gap for a loss that is no sum over rows; it has no intercept, and bounds what it adds to the gap."""
    if problem.null.objective <= 0.0:
        return 0.0
    slope = problem.loss.slope(problem.y, eta, problem.weight)
    pulls = -np.atleast_2d(np.asarray(problem.X.T @ slope) * problem.scale)
    free = problem.penalty.free(problem.p) if alpha > 0 else np.ones(problem.p, dtype=bool)
    held = np.where(free, 0.0, pulls)
    c = min(problem.penalty.shrink(v, alpha) for v in held)
    own = eta if problem.offset is None else eta - problem.offset
    gap = problem.loss.excess(problem.y, eta, problem.weight, c) + c * float(slope @ own)
    gap += sum(alpha * problem.penalty.value(row) for row in w) if alpha else 0.0
    gap += sum(problem.penalty.conjugate(c * v, alpha) for v in held)
    loose = float(np.sum(np.abs(pulls[:, free]) * _reach(problem, w, free))) if np.any(free) else 0.0
    return float(np.maximum(0.0, gap + loose)) / problem.null.objective


def _reach(problem: Problem, w: FloatArray, free: NDArray[np.bool_]) -> FloatArray:
    X = problem.X[:, free]
    squares = np.asarray((X.multiply(X) if problem.is_sparse else X * X).T @ problem.weight).ravel()
    variance = squares - problem.means[free] ** 2 if problem.fit_intercept else squares
    spread = np.sqrt(np.maximum(variance, 1e-15 * squares)) * problem.scale[free]
    step = np.sqrt(problem.null.objective) / np.where(spread > 0, spread, np.inf)
    return np.asarray(2.0 * np.abs(w[:, free]) + step)


def stationarity(problem: Problem, coef: FloatArray, intercept: FloatArray | float, alpha: float) -> float:
    """Largest distance of the gradient to the subdifferential, over the square root of the null objective.

    The distance of a coefficient counts in units of its column's deviation, so that no unit of X or of a squared loss
    changes it.
    """
    slope = problem.loss.slope(problem.y, problem.predictor(coef, intercept), problem.weight)
    gradients = np.atleast_2d(np.asarray(problem.X.T @ slope).T * problem.scale)
    penalty, spread = problem.penalty.at(alpha), problem.spread
    own = type(penalty).distance is not Penalty.distance
    step = STEP / float(np.max(spread, initial=1e-300)) ** 2

    def distance(w: FloatArray, g: FloatArray) -> FloatArray:
        return (penalty.distance(w, g, alpha) if own else penalty.residual(w, g, alpha, step)) / spread

    pairs = zip(penalised(problem, coef), gradients, strict=True)
    worst = max(float(np.max(distance(w, g), initial=0.0)) for w, g in pairs)
    return worst / max(float(np.sqrt(problem.null.objective)), 1e-300)


def diverges(problem: Problem, coef: FloatArray, intercept: FloatArray | float, alpha: float) -> bool:
    """Whether classes are told apart at a price that has an end (MCP, SCAD): twice the fit would always be better."""
    if problem.loss.task == "regression" or problem.penalty.convex:
        return False
    eta, rows = problem.predictor(coef, intercept), problem.rows
    y, penalty = problem.y[rows], problem.penalty.at(alpha)
    if eta.ndim == 1:
        right = (eta[rows] > 0) == (y > 0.5)
    else:
        right = eta[rows].argmax(axis=1) == y.argmax(axis=1)
    w = penalised(problem, coef)
    if not np.all(right) or any(penalty.value(2.0 * row) > penalty.value(row) for row in w):
        return False
    return problem.loss.total(problem.y, 2.0 * eta, problem.weight) < problem.loss.total(problem.y, eta, problem.weight)


def penalised(problem: Problem, coef: FloatArray) -> FloatArray:
    """Coefficients as the penalty sees them, shape (K, p)."""
    scale = np.where(problem.scale > 0, problem.scale, 1.0)
    return np.atleast_2d(coef / scale)


def _primal(problem: Problem, w: FloatArray, eta: FloatArray, alpha: float) -> float:
    loss = problem.loss.total(problem.y, eta, problem.weight)
    penalty = problem.penalty.at(alpha)
    return loss + (alpha * sum(penalty.value(row) for row in w) if alpha else 0.0)
