"""Losses of straight lines with any penalty that has a proximal operator: alternating directions (ADMM).

    minimise  sum_i s_i f_i(z_i) + alpha penalty(v)    subject to    z = X w + b + offset,    v = w

(Boyd, Parikh, Chu, Peleato and Eckstein 2011, section 3, with over-relaxation 3.4.3). Loss and penalty are seen through
their proximal operators alone, and (w, b) comes from one linear system that stays the same for all alphas: a singular
value decomposition serves the path. The step of the loss leaves a slope of each row between those of its sides, which
is the dual point of the certificate; the step of the penalty leaves exact zeros.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from equipoise.losses.base import FloatArray
from equipoise.losses.kinked import Kinked
from equipoise.penalties import Penalty
from equipoise.solvers.certificate import gap_at
from equipoise.solvers.path import Path
from equipoise.solvers.problem import Problem

__all__ = ["splitting_path"]

RELAXED = 1.6
STEPS = 20_000
CHECK = 20  # steps between certificates
NEWTON = 1000  # unknowns up to which a Newton step is tried
LOOSE = 1e-3  # what points that merely lead to the path have to reach


def splitting_path(problem: Problem, alphas: FloatArray, tol: float, lead: int = 0) -> Path:
    """Path with warm starts; each point with its relative gap, or its stationarity if the penalty has no conjugate.

    The first `lead` points are on the way only.
    """
    system = _System(problem)
    state, found = system.start(), []
    tol = max(tol, 1e-9)  # as far as the arithmetic of so many steps goes
    for k, alpha in enumerate(alphas):
        bound, most = (max(tol, LOOSE), STEPS // 20) if k < lead else (tol, STEPS)
        state, point = system.minimise(state, float(alpha), bound, most)
        found.append(point)
    coefs = np.array([point.w for point in found]) * problem.scale
    intercepts = np.array([point.b for point in found]) - coefs @ system.means
    gaps, dfs = np.array([point.gap for point in found]), np.count_nonzero(coefs, axis=1).astype(float)
    return Path(np.asarray(alphas, dtype=float), coefs, intercepts if problem.fit_intercept else 0.0 * gaps, gaps, dfs)


@dataclass(frozen=True)
class _State:
    """Split variables and their scaled multipliers, and the step."""

    z: FloatArray
    v: FloatArray
    uz: FloatArray
    uv: FloatArray
    rho: float


@dataclass(frozen=True)
class _Point:
    """Coefficients as the penalty sees them, the intercept of centred columns, and the certificate."""

    w: FloatArray
    b: float
    gap: float


class _System:
    """Rows of positive weight, columns centred and scaled."""

    def __init__(self, problem: Problem) -> None:
        assert isinstance(problem.loss, Kinked)  # dispatch sends no other
        self.problem, rows = problem, problem.rows
        dense = problem.X.toarray() if problem.is_sparse else problem.X
        self.means = problem.means if problem.fit_intercept else np.zeros(problem.p)
        self.A = ((dense[rows] - self.means) * problem.scale).astype(np.float64)
        self.s = problem.weight[rows]
        self.offset = np.zeros(len(rows)) if problem.offset is None else problem.offset[rows]
        self.y, self.loss = problem.y[rows], problem.loss
        self.a, self.low, self.b, self.high = problem.loss.pieces(self.y)
        self.spread = problem.spread
        self.width = max(float(self.s @ (self.b - self.a)), 1e-300)
        _, sizes, self.turn = linalg.svd(self.A * np.sqrt(self.s)[:, None], full_matrices=False, check_finite=False)
        # the two constraints weigh the same: that of the coefficients in units of the columns
        self.kappa = max(float(np.mean(sizes**2)), 1e-300)
        self.share = sizes**2 / (sizes**2 + self.kappa)

    def start(self) -> _State:
        base = self.offset + float(self.problem.null.intercept[0])
        p, size = self.problem.p, max(self.problem.null.objective, 1e-300)
        return _State(base, np.zeros(p), np.zeros(len(base)), np.zeros(p), self.width**2 / size)

    def linear(self, z: FloatArray, v: FloatArray) -> tuple[FloatArray, float]:
        """The (w, b) nearest to predictors `z` without offset and coefficients `v`."""
        b = float(self.s @ z) if self.problem.fit_intercept else 0.0
        right = self.A.T @ (self.s * (z - b)) + self.kappa * v
        return (right - self.turn.T @ (self.share * (self.turn @ right))) / self.kappa, b

    def loss_step(self, t: FloatArray, rho: float) -> tuple[FloatArray, FloatArray]:
        """argmin_z f(z) + rho (z - t)^2 / 2 for each row, and its slope there."""
        slopes = np.where(t < self.low, np.maximum(rho * (t - self.low), self.a), 0.0)
        slopes = np.where(t > self.high, np.minimum(rho * (t - self.high), self.b), slopes)
        return t - slopes / rho, slopes

    def minimise(self, state: _State, alpha: float, tol: float, max_steps: int) -> tuple[_State, _Point]:
        problem, penalty = self.problem, self.problem.penalty.at(alpha)
        if problem.null.objective <= 0.0:
            return state, _Point(np.zeros(problem.p), float(problem.null.intercept[0]), 0.0)
        z, v, uz, uv, rho = state.z, state.v, state.uz, state.uv, state.rho
        best, polish = _Point(v, float(problem.null.intercept[0]), np.inf), 3 * CHECK
        for step in range(max_steps):
            w, b = self.linear(z - uz - self.offset, v - uv)
            eta = self.A @ w + b + self.offset
            old = z, v
            ahead, beside = RELAXED * eta + (1.0 - RELAXED) * z, RELAXED * w + (1.0 - RELAXED) * v
            z, slopes = self.loss_step(ahead + uz, rho)
            v = penalty.prox(beside + uv, alpha / (rho * self.kappa)) if alpha > 0 else beside + uv
            uz, uv = uz + ahead - z, uv + beside - v
            if (step + 1) % CHECK:
                continue
            point = self.point(v, slopes, penalty, alpha)
            if step + 1 >= polish and point.gap > tol:
                polish = int(1.3 * step) + CHECK
                point = min(point, self.polished(v, point.b, slopes, penalty, alpha), key=lambda p: p.gap)
            best = point if point.gap < best.gap else best
            if best.gap <= tol:
                break
            primal = self.norm(eta - z, w - v)
            dual = self.norm(z - old[0], v - old[1])
            size = max(self.norm(z - self.s @ z, v), 1e-300)
            move = max(self.norm(uz, uv), 1e-300)
            ratio = np.sqrt((primal / size) / max(dual / move, 1e-300)) if primal > 0 else 1.0
            if not penalty.convex:  # only a step short against the bend of the penalty converges
                ratio = 1.5 if (step + 1) % (25 * CHECK) == 0 else 1.0
            if (step + 1) % (5 * CHECK) == 0 and not 0.7 < ratio < 1.4:
                ratio = float(np.clip(ratio, 0.2, 5.0))
                rho, uz, uv = rho * ratio, uz / ratio, uv / ratio
        return _State(z, v, uz, uv, rho), best

    def polished(self, w: FloatArray, b: float, slopes: FloatArray, penalty: Penalty, alpha: float) -> _Point:
        """Newton's method with the zeros of the coefficients and the rows on their kinks held.

        The conditions are those of a proximal gradient step that stays where it is; its Jacobian is by differences.
        """
        used, worst = np.flatnonzero(w), _Point(w, b, np.inf)
        room = 1e-9 * (self.b - self.a)
        bent = np.flatnonzero((slopes > self.a + room) & (slopes < self.b - room) & (slopes != 0.0))
        size = len(used) + len(bent) + 1
        if alpha <= 0.0 or len(used) == 0 or size > NEWTON:
            return worst
        slopes = np.where(slopes <= self.a + room, self.a, np.where(slopes >= self.b - room, self.b, slopes))
        ends = np.where(slopes < 0.0, self.low, self.high)[bent] - self.offset[bent]
        B = self.A[np.ix_(bent, used)]
        step = 0.1 / self.kappa
        x, one = w.copy(), float(self.problem.fit_intercept)
        for _ in range(6):
            at = x - step * np.asarray(self.A.T @ (self.s * slopes))
            at[np.setdiff1d(np.arange(len(x)), used)] = 0.0
            there = penalty.prox(at, step * alpha)[used]
            J, h = np.empty((len(used), len(used))), 1e-6 * max(float(np.max(np.abs(x))), 1e-300)
            for k, j in enumerate(used):
                moved = at.copy()
                moved[j] += h
                J[:, k] = (penalty.prox(moved, step * alpha)[used] - there) / h
            K, right = np.zeros((size, size)), np.zeros(size)
            m = len(used)
            K[:m, :m] = (np.eye(m) - J) / step
            K[:m, m + 1 :] = J @ (B.T * self.s[bent])
            K[m:-1, :m], K[m:-1, m] = B, one
            K[-1, m + 1 :] = self.s[bent] * one
            K[-1, m] = 1.0 - one
            right[:m] = (there - x[used]) / step
            right[m:-1] = ends - B @ x[used] - b
            right[-1] = -one * float(self.s @ slopes)
            move = linalg.lstsq(K, right, check_finite=False)[0]
            if not np.all(np.isfinite(move)):
                return worst
            x[used] += move[:m]
            b += move[m]
            slopes[bent] += move[m + 1 :]
            if float(np.max(np.abs(move[:m]))) <= 1e-12 * float(np.max(np.abs(x))):
                break
        return self.point(x, np.clip(slopes, self.a, self.b), penalty, alpha)

    def norm(self, z: FloatArray, v: FloatArray) -> float:
        """Length in which both constraints count alike."""
        return float(np.sqrt(self.s @ z**2 + self.kappa * (v @ v)))

    def point(self, w: FloatArray, slopes: FloatArray, penalty: Penalty, alpha: float) -> _Point:
        """The certificate of coefficients and slopes, with the best intercept."""
        problem, rows = self.problem, self.problem.rows
        base, b = self.A @ w + self.offset, 0.0
        if problem.fit_intercept:
            b = float(self.loss.best_intercept(self.y, base, self.s)[0])
            room = (slopes - self.a) * (self.b - slopes)
            slopes = slopes - room * (self.s @ slopes / max(float(self.s @ room), 1e-300))
            slopes = np.clip(slopes, self.a, self.b)
        eta, pulls = base + b, -np.asarray(self.A.T @ (self.s * slopes))
        if penalty.has_conjugate:
            full, dual = np.zeros(problem.n), np.zeros(problem.n)
            full[rows], dual[rows] = eta, slopes
            return _Point(w, b, gap_at(problem, w[None, :], full, dual, pulls[None, :], alpha))
        missing = self.loss.value(self.y, eta) + self.loss.conjugate(self.y, slopes) - slopes * eta
        far = penalty.distance(w, -pulls, alpha) / self.spread
        return _Point(w, b, max(float(self.s @ missing) / problem.null.objective, float(np.max(far)) / self.width))
