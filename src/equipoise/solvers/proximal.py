"""Accelerated proximal gradient: any smooth loss, any penalty that has a proximal operator, one or more outputs.

    x_next = prox(z - gradient(z) / L, alpha / L),    z = x_next + momentum * (x_next - x)

FISTA (Beck and Teboulle 2009) with backtracking on L, and a restart of the momentum whenever the objective rises
(O'Donoghue and Candès 2015), which also makes it a descent method where the penalty is not convex. The fallback of the
dispatch: a penalty of one's own runs here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from equipoise.errors import InputError
from equipoise.losses.base import FloatArray
from equipoise.penalties import Penalty
from equipoise.solvers.certificate import certificate
from equipoise.solvers.path import Path
from equipoise.solvers.problem import Problem, null_intercept

__all__ = ["proximal_path"]

CHECK = 10  # steps before the first certificate, which costs several steps; the later the sparser
LOOSE = 1e-4  # what points that merely lead to the path have to reach


def proximal_path(problem: Problem, alphas: FloatArray, tol: float, lead: int = 0, max_steps: int = 5_000) -> Path:
    """Path with warm starts; each point with its relative gap, or its stationarity if the penalty has no conjugate.

    The first `lead` points are on the way only.
    """
    # What double precision can tell apart; a distance is as exact as the square root of a gap
    tol = max(tol, 1e-12 if problem.penalty.has_conjugate else 1e-9)
    smooth = _Smooth(problem)
    x, L = smooth.start(), smooth.curvature
    points = []
    for k, alpha in enumerate(alphas):
        x, L = _minimise(smooth, x, 0.5 * L, float(alpha), max(tol, LOOSE) if k < lead else tol, max_steps)
        points.append((*smooth.back(x), float(alpha)))
    coefs, intercepts = np.stack([w for w, _, _ in points]), np.stack([b for _, b, _ in points])
    gaps = np.array([certificate(problem, *point) for point in points])
    dfs = np.count_nonzero(coefs, axis=tuple(range(1, coefs.ndim)))
    return Path(np.asarray(alphas, dtype=float), coefs, intercepts, gaps, np.asarray(dfs, dtype=float))


@dataclass
class _Smooth:
    """The mean loss as a function of x = (w, intercept / unit) of shape (K, p + 1), columns centred and scaled.

    The intercept is measured in units in which its curvature is that of the steepest direction, so that one L fits all.
    """

    problem: Problem

    def __post_init__(self) -> None:
        problem = self.problem
        self.means = problem.means * problem.scale if problem.fit_intercept else np.zeros(problem.p)
        self.offset = np.zeros(problem.n) if problem.offset is None else problem.offset
        self.unit, self.curvature = 1.0, 1.0
        spread = self._largest()
        self.unit = float(np.sqrt(spread)) if spread > 0 else 1.0
        self.curvature = max(spread, 1e-300)

    def _largest(self, rounds: int = 10) -> float:
        """Largest curvature of half the mean square of the predictor, by the power method."""
        v = np.random.default_rng(0).normal(size=(1, self.problem.p + 1))
        v[:, -1] = 0.0
        size = 0.0
        for _ in range(rounds):
            v /= max(float(np.linalg.norm(v)), 1e-300)
            v = self._adjoint(self.problem.weight[:, None] * self._linear(v))
            v[:, -1] = 0.0
            size = float(np.linalg.norm(v))
        return size

    def _linear(self, x: FloatArray) -> FloatArray:
        """Predictors of shape (n, K) without the offset."""
        w, b = x[:, :-1], x[:, -1] * self.unit
        return np.asarray(self.problem.X @ (w * self.problem.scale).T) + (b - w @ self.means)

    def _adjoint(self, r: FloatArray) -> FloatArray:
        total = r.sum(axis=0)
        pull = np.asarray(self.problem.X.T @ r).T * self.problem.scale - np.outer(total, self.means)
        return np.column_stack([pull, self.unit * total if self.problem.fit_intercept else 0.0 * total])

    def _loss(self, eta: FloatArray) -> float:
        values = self.problem.loss.value(self.problem.y, eta)
        values = values if values.ndim == 1 else values.sum(axis=1)
        return float(np.sum(self.problem.weight_times(values)))

    def eta(self, x: FloatArray) -> FloatArray:
        eta = self._linear(x) + self.offset[:, None]
        return eta[:, 0] if self.problem.y.ndim == 1 else eta

    def value(self, x: FloatArray) -> float:
        with np.errstate(over="ignore", invalid="ignore"):  # a step too long is taken back
            return self._loss(self.eta(x))

    def value_and_gradient(self, x: FloatArray) -> tuple[float, FloatArray]:
        eta = self.eta(x)
        slope = self.problem.weight_times(self.problem.loss.gradient(self.problem.y, eta))
        return self._loss(eta), self._adjoint(slope.reshape(self.problem.n, -1))

    def start(self) -> FloatArray:
        x = np.zeros((self.problem.outputs, self.problem.p + 1))
        x[:, -1] = self.problem.null.intercept / self.unit
        return x

    def back(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Coefficients and intercepts in the units of X, the intercepts the best for the coefficients."""
        problem = self.problem
        coef = x[:, :-1] * problem.scale
        intercept = x[:, -1] * self.unit - x[:, :-1] @ self.means
        if problem.fit_intercept:
            base = self.eta(x)
            intercept = intercept + null_intercept(problem.loss, problem.y, base, problem.weight)
        return (coef[0], intercept[0]) if problem.y.ndim == 1 else (coef, intercept)


def _prox(penalty: Penalty, x: FloatArray, step: float) -> FloatArray:
    out = x.copy()
    for row, result in zip(x, out, strict=True):
        result[:-1] = penalty.prox(row[:-1], step)
    return out


def _minimise(
    smooth: _Smooth, x: FloatArray, L: float, alpha: float, tol: float, max_steps: int
) -> tuple[FloatArray, float]:
    penalty = smooth.problem.penalty.at(alpha)

    def cost(x: FloatArray) -> float:
        return alpha * sum(penalty.value(row[:-1]) for row in x) if alpha > 0 else 0.0

    z, momentum, now = x, 1.0, smooth.value(x) + cost(x)
    checked, cost_then, check = x, now, CHECK
    for step in range(max_steps):
        base, gradient = smooth.value_and_gradient(z)
        while True:
            ahead = _prox(penalty, z - gradient / L, alpha / L)
            d = ahead - z
            value = smooth.value(ahead)
            if value <= base + float(np.sum(d * (gradient + 0.5 * L * d))) + 1e-13 * abs(base):
                break
            L *= 2.0
            if not np.isfinite(L):
                raise InputError(f"{smooth.problem.loss!r} has no finite slope at the data; scale the columns")
        then = value + cost(ahead)
        if then > now and z is not x:  # overshot: again from x, without momentum
            z, momentum = x, 1.0
            continue
        following = 0.5 * (1.0 + np.sqrt(1.0 + 4.0 * momentum**2))
        z = ahead + (momentum - 1.0) / following * (ahead - x)
        x, now, momentum = ahead, then, following
        if step + 1 >= check:
            if certificate(smooth.problem, *smooth.back(x), alpha) <= tol:
                break
            moved = float(np.max(np.abs(x - checked)))
            if cost_then - now <= 1e-15 * abs(now) and moved <= 1e-10 * float(np.max(np.abs(x))):
                break  # as far as the arithmetic goes
            checked, cost_then, check = x, now, max(step + CHECK, step * 5 // 4)
    return x, L
