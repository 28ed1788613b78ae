"""Losses of straight lines with an L1 part or bounds: a primal-dual interior point method.

Everything with a kink is a hinge c max(0, t) of a linear function t of x = (w, b): both sides of each row's loss, and
|w| = max(0, w) + max(0, -w). With r >= t, r >= 0 and the multiplier y of r - t >= 0,

    y (r - t) = mu,     (c - y) r = mu,     Q x + G'y = 0,     t = g + G x

is the central path; c = inf makes a bound that must hold. Eliminating r and y leaves one system of the size of x for a
step (Mehrotra 1992; Nocedal and Wright 2006, chapter 16.6; Portnoy and
Koenker 1997 for quantile regression).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import linalg

from equipoise.losses.base import FloatArray
from equipoise.losses.kinked import Kinked
from equipoise.solvers.certificate import gap_at
from equipoise.solvers.path import Path
from equipoise.solvers.problem import Problem

__all__ = ["interior_path"]


def interior_path(problem: Problem, alphas: FloatArray, tol: float) -> Path:
    """Solutions for the alphas, each from its own start and with its relative duality gap.

    The penalty has to be made of L1, L2 and bounds.
    """
    system = _Interior(problem)
    found = [system.solve(float(alpha), max(tol, 1e-10)) for alpha in alphas]
    coefs = np.array([w for w, _, _ in found])
    intercepts, gaps = np.array([b for _, b, _ in found]), np.array([gap for _, _, gap in found])
    return Path(np.asarray(alphas, dtype=float), coefs, intercepts, gaps, np.count_nonzero(coefs, axis=1).astype(float))


class _Interior:
    """One problem; where there are more columns than rows, a working set of them is enough (and better conditioned)."""

    def __init__(self, problem: Problem) -> None:
        kernel = problem.penalty.kernel()
        assert kernel is not None  # that of L2 is an elastic net with l1_ratio 0
        self.problem, self.ratio, self.factor = problem, kernel.l1_ratio, problem.penalty.factors(problem.p)
        ends = (kernel.low, kernel.high)
        self.low, self.high = (None if end is None else np.array(np.broadcast_to(end, problem.p)) for end in ends)
        self.dense: Any = problem.X.toarray() if problem.is_sparse else problem.X
        self.means = problem.means if problem.fit_intercept else np.zeros(problem.p)
        self.working = np.arange(problem.p)
        free = self.factor == 0  # always in the working set
        sparse = self.low is None and self.ratio > 0 and int(free.sum()) < len(problem.rows)
        if sparse and problem.p > len(problem.rows):
            reached = np.abs(problem.null.gradient).ravel() / np.where(free, 1.0, self.factor)
            reached[free] = np.inf
            self.working = np.sort(np.argsort(-reached)[: len(problem.rows)])

    def solve(self, alpha: float, tol: float) -> tuple[FloatArray, float, float]:
        """Coefficients and intercept in the units of X, and the gap; the working set grows until that is closed."""
        problem = self.problem
        if problem.null.objective <= 0.0:
            return np.zeros(problem.p), float(problem.null.intercept[0]), 0.0
        for _ in range(20):
            point = _Follow(self, alpha).run(tol)
            w = np.zeros(problem.p)
            w[self.working] = point.x[:-1]
            pulls = self.pulls(point.slopes)
            gap = self.gap(w, point.eta, point.slopes, pulls, alpha)
            beyond = np.flatnonzero(np.abs(pulls) > alpha * self.ratio * self.factor * (1.0 + 1e-9))
            new = np.setdiff1d(beyond, self.working)
            if gap <= tol or len(new) == 0:
                break
            worst = np.argsort(-(np.abs(pulls[new]) / self.factor[new]))[: max(50, len(self.working) // 2)]
            self.working = np.sort(np.append(self.working, new[worst]))
        w = w * problem.scale
        return w, float(point.x[-1] - w @ self.means) if problem.fit_intercept else 0.0, gap

    def pulls(self, slopes: FloatArray) -> FloatArray:
        """Minus the gradient in all coefficients."""
        full = np.zeros(self.problem.n)
        full[self.problem.rows] = slopes
        return np.asarray(-(self.problem.X.T @ full - self.means * full.sum()) * self.problem.scale)

    def gap(self, w: FloatArray, eta: FloatArray, slopes: FloatArray, pulls: FloatArray, alpha: float) -> float:
        """The relative duality gap for the slopes of the rows as dual point."""
        problem, rows = self.problem, self.problem.rows
        full, dual = np.zeros(problem.n), np.zeros(problem.n)
        full[rows], dual[rows] = eta, slopes / problem.weight[rows]
        return gap_at(problem, w[None, :], full, dual, pulls[None, :], alpha)


@dataclass(frozen=True)
class _Point:
    """Coefficients with the intercept last, predictor and slopes of the rows, and the gap over the working set."""

    x: FloatArray
    eta: FloatArray
    slopes: FloatArray
    gap: float


class _Follow:
    """The central path of one alpha, all hinges stacked; columns are centred and scaled, the last one is constant."""

    def __init__(self, owner: _Interior, alpha: float) -> None:
        problem, chosen = owner.problem, owner.working
        assert isinstance(problem.loss, Kinked)
        self.owner, self.alpha, rows = owner, alpha, problem.rows
        self.s = problem.weight[rows]
        self.A = np.zeros((len(rows), len(chosen) + 1))
        self.A[:, :-1] = ((owner.dense[:, chosen] - owner.means[chosen]) * problem.scale[chosen])[rows]
        self.A[:, -1] = 1.0 if problem.fit_intercept else 0.0
        self.offset = np.zeros(len(rows)) if problem.offset is None else problem.offset[rows]
        a, low, b, high = (part[rows] for part in problem.loss.pieces(problem.y))
        self.least, self.most = self.s * a, self.s * b
        below, above = np.flatnonzero(a < 0), np.flatnonzero(b > 0)
        price = alpha * owner.ratio * owner.factor[chosen]
        self.held = np.flatnonzero(price > 0)
        self.bend = np.append(alpha * (1.0 - owner.ratio) * owner.factor[chosen], 0.0)
        ends = [None if end is None else end[chosen] for end in (owner.low, owner.high)]
        floors, ceilings = (np.zeros(0, dtype=int) if end is None else np.flatnonzero(np.isfinite(end)) for end in ends)
        self.row, self.column = np.append(below, above), np.concatenate([self.held, self.held, floors, ceilings])
        sizes = [len(part) for part in (below, above, self.held, self.held, floors, ceilings)]
        self.sign = np.repeat([-1.0, 1.0, -1.0, 1.0, -1.0, 1.0], sizes)
        bounds = [part if end is None else end[part] for end, part in zip(ends, (floors, ceilings), strict=True)]
        zeros = np.zeros(2 * len(self.held))
        self.start = np.concatenate(
            [(low - self.offset)[below], (self.offset - high)[above], zeros, bounds[0], -bounds[1]]
        )
        self.hard = np.arange(len(self.sign)) >= sum(sizes[:4])
        soft = np.concatenate([-self.least[below], self.most[above], price[self.held], price[self.held]])
        self.c = np.append(soft, np.full(int(self.hard.sum()), float(np.median(soft))))
        self.count = len(self.sign) + len(soft)
        self.x = self.first(ends)
        width = problem.null.objective / max(float(self.s @ (b - a)), 1e-300)
        spread = np.sqrt(np.maximum(self.s @ self.A**2, 1e-300))
        t = self.start + self.times(self.x)
        self.r = np.where(
            self.hard, 0.0, np.maximum(t, 0.0) + width / np.append(np.ones(len(self.row)), spread[self.column])
        )
        self.e, self.y = self.r - t, np.where(self.hard, self.c, 0.5 * self.c)

    def first(self, ends: list[FloatArray | None]) -> FloatArray:
        """0 and the intercept of the null model; between the bounds where there are any."""
        p = self.A.shape[1] - 1
        low, high = ends
        low = np.full(p, -np.inf) if low is None else low
        high = np.full(p, np.inf) if high is None else high
        inside = np.clip(0.0, low + 1.0, high - 1.0)
        both = np.isfinite(low) & np.isfinite(high)
        inside[both] = 0.5 * (low[both] + high[both])
        return np.append(inside, self.owner.problem.null.intercept[0])

    def times(self, x: FloatArray) -> FloatArray:
        """G x."""
        return np.asarray(self.sign * np.append((self.A @ x)[self.row], x[self.column]))

    def gather(self, values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Sums of the hinges' values by row and by coefficient."""
        m = len(self.row)
        return (
            np.bincount(self.row, values[:m], len(self.s)).astype(np.float64),
            np.bincount(self.column, values[m:], len(self.x)).astype(np.float64),
        )

    def back_times(self, y: FloatArray) -> FloatArray:
        """G'y."""
        rows, columns = self.gather(self.sign * y)
        return np.asarray(self.A.T @ rows + columns)

    @property
    def z(self) -> FloatArray:
        """Multipliers of r >= 0; 1 for bounds, whose r is 0."""
        return np.where(self.hard, 1.0, self.c - self.y)

    def run(self, tol: float) -> _Point:
        """Predictor and corrector until the gap over the working set is closed, with exact zeros among coefficients."""
        best = self.point(tol)
        for _ in range(100):
            mu = (float(self.y @ self.e) + float(self.z @ self.r)) / self.count
            if best.gap <= tol or mu < 1e-20 * self.owner.problem.null.objective:
                break
            try:
                self.advance(mu)
            except linalg.LinAlgError:  # as far as double precision goes
                break
            now = self.point(tol)
            if now.gap > 1e4 * best.gap:
                break
            best = now if now.gap < best.gap else best
        return best

    def advance(self, mu: float) -> None:
        """One step, to a target that a trial step without centring chose (Mehrotra 1992)."""
        D = 1.0 / (self.e / self.y + self.r / self.z)
        rows, columns = self.gather(D)
        system = _System(self.A, rows, self.bend + columns)
        slope = self.bend * self.x + self.back_times(self.y)

        def step(target: float, second: tuple[Any, Any]) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
            ey, zr = self.e * self.y + second[0], self.z * self.r + second[1]
            rest = D * ((target - ey) / self.y - np.where(self.hard, 0.0, (target - zr) / self.z))
            dx = system.solve(-slope - self.back_times(rest))
            dt = self.times(dx)
            dy = D * dt + rest
            dr = np.where(self.hard, 0.0, (target - zr + self.r * dy) / self.z)
            return dx, dr - dt, dr, dy

        _, de, dr, dy = step(0.0, (0.0, 0.0))
        p, d = self.longest(de, dr, dy)
        dz = np.where(self.hard, 0.0, -dy)
        ahead = float((self.y + d * dy) @ (self.e + p * de)) + float((self.z + d * dz) @ (self.r + p * dr))
        centring = (max(ahead, 0.0) / self.count / mu) ** 3
        dx, de, dr, dy = step(centring * mu, (de * dy, dr * dz))
        p, d = self.longest(de, dr, dy)
        if np.any(self.bend):  # one length for both where x is in both conditions
            p = d = min(p, d)
        p, d = 0.995 * p, 0.995 * d
        self.x, self.e, self.r, self.y = self.x + p * dx, self.e + p * de, self.r + p * dr, self.y + d * dy

    def longest(self, de: FloatArray, dr: FloatArray, dy: FloatArray) -> tuple[float, float]:
        """How far r and e, and how far y and z may go before one of them is 0."""
        soft = ~self.hard
        primal = min(_room(self.e, de), _room(self.r[soft], dr[soft]))
        return min(1.0, primal), min(1.0, _room(self.y, dy), _room(self.z[soft], -dy[soft]))

    def point(self, tol: float) -> _Point:
        """Where the path is, with those coefficients at 0 whose price is not used up, if that closes the gap."""
        slopes, _ = self.gather(self.sign * self.y)
        if self.owner.problem.fit_intercept:
            room = (slopes - self.least) * (self.most - slopes)
            slopes = slopes - room * (slopes.sum() / max(float(room.sum()), 1e-300))
        slopes = np.clip(slopes, self.least, self.most)
        found = self.judged(self.x, slopes)
        k = len(self.held)
        if k == 0 or found.gap > 1e3 * tol:
            return found
        m = len(self.row)
        force = np.abs(self.y[m : m + k] - self.y[m + k : m + 2 * k])
        x = self.x.copy()
        x[self.held[force < (1.0 - 1e-4) * self.c[m : m + k]]] = 0.0
        cut = self.judged(x, slopes)
        # without zeros the path goes on, as long as it gets anywhere
        return cut if cut.gap <= max(tol, found.gap) else _Point(found.x, found.eta, slopes, max(found.gap, 2.0 * tol))

    def judged(self, x: FloatArray, slopes: FloatArray) -> _Point:
        owner = self.owner
        w, pulls = np.zeros(owner.problem.p), np.zeros(owner.problem.p)
        w[owner.working] = x[:-1]
        pulls[owner.working] = -(self.A[:, :-1].T @ slopes)
        eta = self.A @ x + self.offset
        return _Point(x, eta, slopes, owner.gap(w, eta, slopes, pulls, self.alpha))


class _System:
    """A' diag(rows) A + diag(columns), factored; entries lie many orders of magnitude apart near the end of a path."""

    def __init__(self, A: FloatArray, rows: FloatArray, columns: FloatArray) -> None:
        self.A, self.rows, self.columns = A, rows, columns
        H = (A * rows[:, None]).T @ A
        H[np.diag_indices(len(H))] += columns
        diagonal = np.diag(H).copy()
        self.unit = 1.0 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
        H *= self.unit
        H *= self.unit[:, None]
        H[np.diag_indices(len(H))] += np.where(diagonal > 0, 1e-14, 1.0)
        self.factor = linalg.cho_factor(H, lower=True, overwrite_a=True, check_finite=False)

    def solve(self, right: FloatArray) -> FloatArray:
        """The solution, refined twice."""
        x = self.once(right)
        for _ in range(2):
            x = x + self.once(right - self.A.T @ (self.rows * (self.A @ x)) - self.columns * x)
        return x

    def once(self, right: FloatArray) -> FloatArray:
        return np.asarray(self.unit * linalg.cho_solve(self.factor, self.unit * right, check_finite=False))


def _room(value: FloatArray, change: FloatArray) -> float:
    """How far a positive value may go along its change before it is 0."""
    falling = change < 0
    return float(np.min(-value[falling] / change[falling], initial=np.inf))
