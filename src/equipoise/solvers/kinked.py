"""Losses of straight lines: augmented Lagrangian with a semismooth Newton method, warm along the path.

    minimise over (w, b)   sum_i s_i f_i(eta_i) + alpha/2 |w|^2,     eta = A w + b

The outer steps are the method of multipliers on z = eta: f is replaced by its Moreau envelope around eta + v / sigma,
whose slope is the next v. The envelope is piecewise quadratic, so that Newton's method ends after a few exact steps,
and its curvature comes from the few rows whose slope lies strictly between the two sides: the support vectors on the
margin. As v is a feasible dual point, each step has its duality gap at hand (Rockafellar 1976; Li, Sun and Toh 2018,
"A highly efficient semismooth Newton augmented Lagrangian method for solving lasso problems").
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse
from scipy.sparse.linalg import LinearOperator, cg

from equipoise.losses.base import FloatArray
from equipoise.losses.kinked import Kinked
from equipoise.penalties import L2
from equipoise.solvers import _native
from equipoise.solvers.interior import interior_path
from equipoise.solvers.path import Path
from equipoise.solvers.problem import Problem
from equipoise.solvers.rotation import rotate

__all__ = ["kinked_path"]

SPARSE = 20_000_000
"""Numbers that a sparse X would have if it were dense, from which on it stays sparse."""
FACTORED = 2_000
"""Most rows or columns of a system that is factored; larger sparse ones are solved by conjugate gradients."""


@dataclass(frozen=True)
class _State:
    """Coefficients, intercept, slopes of the rows and curvature of the envelope."""

    w: FloatArray
    b: float
    v: FloatArray
    sigma: float


def kinked_path(problem: Problem, alphas: FloatArray, tol: float) -> Path:
    """Solutions for decreasing alphas, each with its relative duality gap; the penalty is L2."""
    tol = max(tol, 1e-10)
    system = _System(problem)
    state = system.start()
    coefs, intercepts, gaps = np.empty((len(alphas), problem.p)), np.empty(len(alphas)), np.empty(len(alphas))
    dfs = np.empty(len(alphas))
    for k, alpha in enumerate(alphas):
        state, gaps[k] = system.minimise(state, float(alpha), max(tol, 1e-8))
        point = state
        if gaps[k] > tol or tol < 1e-8:
            point, gaps[k] = system.exact(state, float(alpha), gaps[k])
        coefs[k], intercepts[k] = system.back(point)
        dfs[k] = system.on_kinks(point)
        if gaps[k] > tol and not system.sparse:  # few curved rows and much precision: slower and surer
            coefs[k], intercepts[k], gaps[k] = system.polish(float(alpha), tol, (coefs[k], intercepts[k], gaps[k]))
    return Path(np.asarray(alphas, dtype=float), coefs, intercepts, gaps, dfs)


class _System:
    """The problem on its rows of positive weight: in the row space if that is smaller; a large sparse X stays one."""

    A: Any

    def __init__(self, problem: Problem) -> None:
        assert isinstance(problem.loss, Kinked)
        self.problem, self.rows = problem, problem.rows
        self.s = problem.weight[self.rows]
        offset = np.zeros(problem.n) if problem.offset is None else problem.offset
        low_slope, low, high_slope, high = problem.loss.pieces(problem.y)
        self.a, self.l = low_slope[self.rows], (low - offset)[self.rows]
        self.b, self.u = high_slope[self.rows], (high - offset)[self.rows]
        self.null = problem.null.objective
        span = float(self.s @ (self.b - self.a))
        self.softest = span**2 / max(self.null, 1e-300)
        factor = problem.penalty.factors(problem.p)
        self.sparse = problem.is_sparse and problem.n * problem.p > SPARSE and bool(np.all(factor > 0))
        if self.sparse:
            self.shrink = problem.scale / np.sqrt(factor)
            self.A = sparse.csr_array(problem.X)[self.rows] @ sparse.diags_array(self.shrink)
            self.A, self.factor = sparse.csr_array(self.A), np.ones(problem.p)
            self.precision = 0.1
            self.squares = np.asarray(self.A.multiply(self.A).sum(axis=1), dtype=np.float64).ravel()
            places = (self.A.indices.astype(np.int32), self.A.indptr.astype(np.int32))
            bounds = (self.s * self.a, self.s * self.b)
            self.by_rows = (self.A.data, *places, self.squares, *bounds, self.l, self.u)
        else:
            self.rotated = rotate(problem)
            self.A = np.ascontiguousarray(self.rotated.Z[self.rows] if len(self.rows) < problem.n else self.rotated.Z)
            self.factor = self.rotated.penalty

    def start(self) -> _State:
        """The null model."""
        eta = np.zeros(self.problem.n) if self.problem.offset is None else self.problem.offset
        b = float(self.problem.null.intercept[0])
        slope = self.problem.loss.slope(self.problem.y, eta + b, self.problem.weight)
        return _State(np.zeros(self.A.shape[1]), b, slope[self.rows] / self.s, self.softest)

    def minimise(self, state: _State, alpha: float, tol: float) -> tuple[_State, float]:
        """Outer steps, each with a stiffer envelope, until the gap is closed or stops closing."""
        if self.sparse and alpha > 0.0:
            state, gap = self.descend(state, alpha, tol)
            if gap <= tol:
                return state, gap
        sigma, best = min(max(0.05 * state.sigma, self.softest), 1e3 * self.softest), np.inf
        w, b, v = state.w, state.b, state.v
        kept, poor = state, 0
        while poor < 4 and sigma < 1e9 * self.softest:
            w, b, v, gap = self.inner(w, b, v, sigma, alpha, tol)
            poor = poor + 1 if gap > 0.5 * best else 0
            if gap < best:
                kept, best = _State(w, b, v, sigma), gap
            if best <= tol:
                break
            sigma *= 5.0
        return kept, best

    def descend(self, state: _State, alpha: float, tol: float) -> tuple[_State, float]:
        """Dual coordinate descent, row by row: cheap where rows are short, slow where columns depend on each other.

        The intercept is held near its last value while the slopes are found, and moves from round to round.
        """
        u = np.clip(self.s * state.v, self.s * self.a, self.s * self.b)
        w, b = -np.asarray(self.A.T @ u) / alpha, state.b
        free = self.problem.fit_intercept
        rho = 0.1 * alpha / max(float(self.s @ self.squares), 1e-300) if free else 0.0
        best, kept, poor = np.inf, state, 0
        for k in range(100):
            centre = b + float(u.sum()) / rho if k == 0 and free else b
            b = _native.dual_descent(*self.by_rows, alpha, rho, centre, w, b, u, self.precision, 200, k + 1)
            v, eta = u / self.s, np.asarray(self.A @ w)
            inside = (v > self.a) & (v < self.b) & (v != 0.0)
            gap = self.gap(w, b, eta, v, inside, -alpha * w, float(u.sum()), alpha)
            poor = poor + 1 if gap > 0.8 * best else 0
            if gap < best:
                best, kept = gap, _State(w.copy(), b, v, state.sigma)
            if best <= tol or poor > 5:
                break
            self.precision = max(0.3 * self.precision, 1e-9)
        self.precision *= 1.5  # the next alpha starts from what this one needed
        return kept, best

    def inner(
        self, w: FloatArray, b: float, v0: FloatArray, sigma: float, alpha: float, tol: float
    ) -> tuple[FloatArray, float, FloatArray, float]:
        """Newton's method on the envelope around `v0`; stops at the tolerance, or where a step was exact."""
        eta, centre = self.A @ w, v0 / sigma
        curved = np.zeros(len(eta), dtype=bool)
        exact, sv, pull = False, np.zeros(len(eta)), np.zeros(len(w))
        for _ in range(30):
            m = eta + b + centre
            v, inside = self.slopes(m, sigma)
            before, sv = sv, self.s * v
            pull = self.pulled(pull, before, sv)
            push = float(sv.sum())
            gap = self.gap(w, b, eta, v, inside, pull, push, alpha)
            if gap <= tol or (exact and np.array_equal(inside, curved)):
                return w, b, v, gap
            curved = inside
            move, shift, promise = self.step(w, pull, push, sigma, inside, alpha)
            along = self.A @ move
            t = self.search(w, move, m, along + shift, sigma, alpha, promise)
            if t == 0.0:
                return w, b, v, gap
            w, b, eta = w + t * move, b + t * shift, eta + t * along
            exact = t == 1.0
        return w, b, v, gap

    def pulled(self, pull: FloatArray, before: FloatArray, sv: FloatArray) -> FloatArray:
        """A'sv from that of before: near the end few rows change."""
        changed = np.flatnonzero(sv != before)
        if 3 * len(changed) > len(sv):
            return np.asarray(self.A.T @ sv)
        return np.asarray(pull + self.A[changed].T @ (sv - before)[changed])

    def slopes(self, m: FloatArray, sigma: float) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Slope of the envelope at m, and whether the row is curved there."""
        below, above = sigma * (m - self.l), sigma * (m - self.u)
        v = np.where(below < 0, np.maximum(below, self.a), np.where(above > 0, np.minimum(above, self.b), 0.0))
        return v, ((below < 0) & (below > self.a)) | ((above > 0) & (above < self.b))

    def envelope(self, m: FloatArray, sigma: float) -> float:
        """Weighted sum of the envelopes at m."""
        v, _ = self.slopes(m, sigma)
        ends = np.where(v < 0, self.l, np.where(v > 0, self.u, 0.0))
        return float(self.s @ (v * (m - ends) - v * v / (2.0 * sigma)))

    def search(
        self, w: FloatArray, move: FloatArray, m: FloatArray, along: FloatArray, sigma: float, alpha: float,
        promise: float,
    ) -> float:  # fmt: skip
        """The longest of 1, 1/2, ... that lowers the objective by a share of what was promised; 0 if none does."""
        now = self.envelope(m, sigma) + self.price(w, alpha)
        t = 1.0
        while t > 1e-10:
            then = self.envelope(m + t * along, sigma) + self.price(w + t * move, alpha)
            if then <= now + 1e-4 * t * promise + 1e-15 * abs(now):
                return t
            t *= 0.5
        return 0.0

    def gap(
        self, w: FloatArray, b: float, eta: FloatArray, v: FloatArray, inside: NDArray[np.bool_],
        pull: FloatArray, push: float, alpha: float,
    ) -> float:  # fmt: skip
        """The relative duality gap with the slopes as dual point, made to sum to 0 where there is an intercept."""
        if self.problem.fit_intercept and push != 0.0:
            v, before = v.copy(), v
            room = inside if np.any(inside) else np.ones(len(v), dtype=bool)
            v[room] = np.clip(v[room] - push / float(self.s[room].sum()), self.a[room], self.b[room])
            pull = self.pulled(pull, self.s * before, self.s * v)
            rest = abs(float(self.s @ v)) * (2.0 * abs(b) + self.null)
        else:
            rest = 0.0
        return self.relative_gap(w, eta + b, v, pull, alpha) + rest / max(self.null, 1e-300)

    @cached_property
    def turned(self) -> Problem:
        """The problem in the rotated coordinates."""
        Z = np.asfortranarray(self.rotated.Z)
        return replace(self.problem, X=Z, penalty=L2(factor=self.rotated.penalty), standardize=False)

    def polish(
        self, alpha: float, tol: float, found: tuple[FloatArray, float, float]
    ) -> tuple[FloatArray, float, float]:
        """The point by an interior point method in the same coordinates, if it is nearer."""
        path = interior_path(self.turned, np.array([alpha]), tol)
        if not path.gaps[0] < found[2]:
            return found
        w, b = self.rotated.back(path.coefs[0], path.intercepts[0])
        return w, float(b), float(path.gaps[0])

    def exact(self, state: _State, alpha: float, gap: float) -> tuple[_State, float]:
        """The solution if the rows on a kink are the right ones: one linear system in their slopes."""
        room = 1e-7 * (self.b - self.a)
        J = np.flatnonzero((state.v > self.a + room) & (state.v < self.b - room) & self.on_kink(state))
        if alpha <= 0.0 or not 0 < len(J) <= FACTORED or np.any(self.factor == 0):
            return state, gap
        v = np.where(np.abs(state.v - self.a) <= room, self.a, np.where(np.abs(state.v - self.b) <= room, self.b, 0.0))
        v[J] = 0.0
        rest = np.asarray(self.A.T @ (self.s * v)) / self.factor
        B = self.A[J].toarray() if self.sparse else self.A[J]
        eta = B @ state.w + state.b
        ends = np.where(np.abs(eta - self.l[J]) < np.abs(eta - self.u[J]), self.l[J], self.u[J])
        size = len(J) + 1
        K, right = np.zeros((size, size)), np.zeros(size)
        K[:-1, :-1] = (B / self.factor) @ B.T / alpha
        right[:-1] = -ends - B @ rest / alpha
        if self.problem.fit_intercept:
            K[:-1, -1] = K[-1, :-1] = -1.0
            right[-1] = float(self.s @ v)
        else:
            K[-1, -1] = 1.0
        found = linalg.lstsq(K, right, check_finite=False)[0]
        v[J] = np.clip(found[:-1] / self.s[J], self.a[J], self.b[J])
        w = -np.asarray(self.A.T @ (self.s * v)) / (self.factor * alpha)
        b = float(found[-1]) if self.problem.fit_intercept else 0.0
        eta, sv = self.A @ w, self.s * v
        inside = np.zeros(len(v), dtype=bool)
        inside[J] = True
        now = self.gap(w, b, eta, v, inside, np.asarray(self.A.T @ sv), float(sv.sum()), alpha)
        return (_State(w, b, v, state.sigma), now) if now < gap else (state, gap)

    def on_kink(self, state: _State) -> NDArray[np.bool_]:
        """Rows that the fit touches with an end of their interval."""
        eta = self.A @ state.w + state.b
        near = 1e-3 * (1.0 + np.abs(eta))
        return np.asarray((np.abs(eta - self.l) <= near) | (np.abs(eta - self.u) <= near))

    def on_kinks(self, state: _State) -> int:
        """Rows on a kink with a slope between the sides': degrees of freedom (Li and Zhu 2008)."""
        return int(np.sum(self.on_kink(state) & (state.v > self.a) & (state.v < self.b)))

    def bordered(
        self, solve: Any, g: FloatArray, push: float, h: FloatArray, c: float, share: float
    ) -> tuple[FloatArray, float]:
        """Step of coefficients and intercept; `solve` applies the inverse of the coefficients' block."""
        if not self.problem.fit_intercept:
            return -solve(g[:, None])[:, 0], 0.0
        columns = solve(np.stack([g, h], axis=1))
        # Without a curved row nothing tells how far to move the intercept: as if there were a share of one.
        room = max(c - float(h @ columns[:, 1]), 1e-2 * share)
        shift = -(push - float(h @ columns[:, 0])) / room
        return -columns[:, 0] - shift * columns[:, 1], shift

    def price(self, w: FloatArray, alpha: float) -> float:
        """The penalty times alpha."""
        return 0.5 * alpha * float(self.factor @ (w * w))

    def step(
        self, w: FloatArray, pull: FloatArray, push: float, sigma: float, inside: NDArray[np.bool_], alpha: float
    ) -> tuple[FloatArray, float, float]:
        """Newton's step of coefficients and intercept, and the change of the objective that its slope promises."""
        g = pull + alpha * self.factor * w
        A, s = self.A[inside], sigma * self.s[inside]
        h, c = np.asarray(A.T @ s), float(s.sum())
        move, shift = self.bordered(lambda right: self.solve(A, s, alpha, right), g, push, h, c, sigma / len(self.s))
        return move, shift, float(g @ move) + push * shift

    def solve(self, A: Any, s: FloatArray, alpha: float, right: FloatArray) -> FloatArray:
        """(A'SA + alpha)^-1 times the columns of `right`: by rows, by columns, or iteratively, whatever is least."""
        rows, columns = A.shape
        bound = bool(np.all(self.factor > 0)) and alpha > 0
        if rows < columns and rows <= FACTORED and bound:
            if rows == 0:
                return np.asarray(right / alpha)
            inner = A @ A.T
            inner = inner.toarray() if sparse.issparse(inner) else inner
            inner[np.diag_indices(rows)] += alpha / s
            factor = linalg.cho_factor(inner, lower=True, overwrite_a=True, check_finite=False)
            return np.asarray((right - A.T @ linalg.cho_solve(factor, A @ right, check_finite=False)) / alpha)
        if columns <= FACTORED or not sparse.issparse(A):
            dense = A.toarray() if sparse.issparse(A) else A
            H = (dense * s[:, None]).T @ dense
            jitter = 1e-12 * (float(np.trace(H)) / columns + alpha)
            H[np.diag_indices(columns)] += alpha * self.factor + jitter + (1e-12 if alpha == 0 else 0.0)
            factor = linalg.cho_factor(H, lower=True, overwrite_a=True, check_finite=False)
            return np.asarray(linalg.cho_solve(factor, right, check_finite=False))
        diagonal = np.asarray(A.multiply(A).T @ s) + alpha
        apply = LinearOperator((columns, columns), matvec=lambda x: A.T @ (s * (A @ x)) + alpha * x, dtype=float)
        scaled = LinearOperator((columns, columns), matvec=lambda x: x / diagonal, dtype=float)
        found = [cg(apply, r, rtol=1e-6, maxiter=500, M=scaled)[0] for r in right.T]
        return np.stack(found, axis=1)

    def relative_gap(self, w: FloatArray, eta: FloatArray, v: FloatArray, pull: FloatArray, alpha: float) -> float:
        """The relative duality gap for slopes that sum to 0."""
        if self.null <= 0.0:
            return 0.0
        free = self.factor == 0 if alpha > 0 else np.ones(len(w), dtype=bool)
        ends = np.where(v < 0, self.l, np.where(v > 0, self.u, 0.0))
        loss = np.where(eta < self.l, self.a * (eta - np.maximum(self.l, -1e300)), 0.0)
        loss += np.where(eta > self.u, self.b * (eta - np.minimum(self.u, 1e300)), 0.0)
        gap = float(self.s @ (loss + v * ends)) + self.price(w, alpha)
        gap += float(np.sum(pull[~free] ** 2 / self.factor[~free])) / (2.0 * alpha) if np.any(~free) else 0.0
        gap += float(np.sum(np.abs(pull[free]) * (2.0 * np.abs(w[free]) + self.null))) if np.any(free) else 0.0
        return max(0.0, gap) / self.null

    def back(self, state: _State) -> tuple[FloatArray, float]:
        """Coefficients and intercept in the units of X."""
        if self.sparse:
            return state.w * self.shrink, state.b
        w, b = self.rotated.back(state.w, np.asarray(state.b))
        return w, float(b)
