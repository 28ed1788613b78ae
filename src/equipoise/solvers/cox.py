"""Cox regression along decreasing alpha.

With an L1 part: proximal Newton in exact second moments (`curved`), each O(n) by sums along time. MCP and SCAD: on the
columns (`coordinate`) with curvatures that, with the free intercept, bound the exact ones (see `losses.cox`). With L2
alone: Newton in at most min(n, p) dimensions (`rotation`); a Hessian is kept as long as its steps lower the gap
tenfold, along the path too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from equipoise.errors import InputError
from equipoise.losses import Cox
from equipoise.losses.base import FloatArray
from equipoise.solvers.coordinate import column_path
from equipoise.solvers.curved import curved_path
from equipoise.solvers.newton import solve_scaled
from equipoise.solvers.path import Path
from equipoise.solvers.problem import Problem
from equipoise.solvers.rotation import is_l2, rotate
from equipoise.solvers.unpenalised import is_unpenalised

__all__ = ["cox_path"]


def cox_path(problem: Problem, alphas: FloatArray, tol: float) -> Path:
    """Solutions for decreasing alphas; the intercepts are 0, as the partial likelihood sees none.

    Raises
    ------
    InputError
        If the penalty has no compiled kernel and is not L2.
    """
    if is_l2(problem) or is_unpenalised(problem, alphas):
        return _newton_path(problem, alphas, tol)
    kernel = problem.penalty.kernel()
    if kernel is None:
        name = type(problem.penalty).__name__
        raise InputError(f"Cox regression takes L1, L2, elastic net, box, MCP and SCAD penalties, not {name}")
    if kernel.name == "elastic_net":
        return curved_path(problem, alphas, tol)
    path = column_path(replace(problem, fit_intercept=True), alphas, tol)
    return replace(path, intercepts=np.zeros(len(alphas)))


def _newton_path(problem: Problem, alphas: FloatArray, tol: float) -> Path:
    system = _System(replace(problem, fit_intercept=False))
    theta = np.zeros(system.Z.shape[1])
    points, gaps, dfs = [], [], []
    for alpha in alphas:
        theta, gap = system.minimise(theta, float(alpha), tol)
        points.append(theta)
        gaps.append(gap)
        dfs.append(system.degrees(float(alpha)))
    coefs, _ = system.rotated.back(np.stack(points), np.zeros(len(alphas)))
    return Path(np.asarray(alphas, dtype=float), coefs, np.zeros(len(alphas)), np.array(gaps), np.array(dfs))


@dataclass
class _System:
    """The objective in rotated coordinates, on the rows of positive weight."""

    problem: Problem

    def __post_init__(self) -> None:
        problem = self.problem
        rows = problem.rows
        self.rotated = rotate(problem)
        # a shift of all linear predictors changes nothing: centred columns have the smaller rounding errors
        Z = self.rotated.Z[rows]
        self.s, self.y = problem.weight[rows], problem.y[rows]
        self.Z = Z - self.s @ Z
        self.offset = np.zeros(len(rows)) if problem.offset is None else problem.offset[rows]
        self.factor = self.rotated.penalty
        assert isinstance(problem.loss, Cox)  # dispatch sends no other
        self.loss = problem.loss
        self.hessian = self.hessian_at(np.zeros(self.Z.shape[1]))

    def eta(self, theta: FloatArray) -> FloatArray:
        return np.asarray(self.Z @ theta + self.offset)

    def value(self, theta: FloatArray, alpha: float) -> float:
        return self.loss.total(self.y, self.eta(theta), self.s) + 0.5 * alpha * float(self.factor @ theta**2)

    def hessian_at(self, theta: FloatArray) -> FloatArray:
        return self.loss.hessian(self.y, self.eta(theta), self.s, self.Z)

    def minimise(self, theta: FloatArray, alpha: float, tol: float, max_steps: int = 200) -> tuple[FloatArray, float]:
        """Newton steps until the gap is small, and one more where no penalty proves it; (theta, relative gap)."""
        before, fresh, moved = np.inf, False, 0.0
        if self.problem.null.objective <= 0.0:
            return theta, 0.0
        for _ in range(max_steps):
            gradient = self.Z.T @ self.loss.slope(self.y, self.eta(theta), self.s) + alpha * self.factor * theta
            step = -solve_scaled(self.hessian, alpha * self.factor, gradient)
            gap = self.gap(gradient, step, alpha)
            if gap <= tol and (alpha > 0.0 or fresh):
                break
            if gap > 0.1 * before and not fresh:
                self.hessian, fresh = self.hessian_at(theta), True
                continue
            before, fresh = gap, alpha == 0.0
            theta, moved = self.advance(theta, step, gradient, alpha)
            if alpha == 0.0:  # without a penalty nothing but the exact Hessian says how far the minimum is
                self.hessian = self.hessian_at(theta)
            if moved == 0.0:
                break
        diverges = alpha == 0.0 and float(np.max(np.abs(self.Z @ step), initial=0.0)) > 0.1
        return theta, np.inf if diverges else gap

    def gap(self, gradient: FloatArray, step: FloatArray, alpha: float) -> float:
        """Duality gap of the penalised directions; of the free ones, what a Newton step promises."""
        held = alpha * self.factor > 0
        proved = float(np.sum(gradient[held] ** 2 / (alpha * self.factor[held]))) / 2.0
        promised = 0.0 if np.all(held) else float(np.abs(gradient @ step)) / 2.0
        return (proved + promised) / self.problem.null.objective

    def advance(
        self, theta: FloatArray, step: FloatArray, gradient: FloatArray, alpha: float
    ) -> tuple[FloatArray, float]:
        now, slope, t = self.value(theta, alpha), float(gradient @ step), 1.0
        while t > 1e-8:
            if self.value(theta + t * step, alpha) <= now + 1e-4 * t * slope + 1e-14 * abs(now):
                return theta + t * step, t
            t *= 0.5
        return theta, 0.0

    def degrees(self, alpha: float) -> float:
        """Trace of H (H + alpha)^-1 at the last Hessian."""
        return float(np.trace(solve_scaled(self.hessian, alpha * self.factor, self.hessian)))
