"""All folds of a smooth loss with an L2 penalty at once, n > p: quasi-Newton in lockstep along the path.

The folds and the fit of all rows go through the alphas together, so that each pass over X serves all of them: their
gradients are one product X'G, their predictors one product XW. Each fold steps with its own curvature, taken from the
partition of the rows (as in `moments`) at the fit of all rows and kept until the steps get poor; Anderson
acceleration (Walker and Ni 2011) makes up for its age. The gradient and the duality gap are always exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from equipoise.losses.base import FloatArray
from equipoise.solvers import _native
from equipoise.solvers.moments import Moments
from equipoise.solvers.path import Path
from equipoise.solvers.problem import Problem

__all__ = ["lockstep_paths"]

PATIENCE = 6
"""Steps at one alpha after which the curvature counts as stale."""
MEMORY = 5
"""Steps that Anderson acceleration looks back on."""

Point = tuple[FloatArray, FloatArray, float]
Each = Callable[[Callable[..., Any], Iterable[Any]], list[Any]]


@dataclass
class _Fit:
    """One fold (or all rows) on its way along the path; coefficients are those of scaled columns."""

    problem: Problem
    point: Point  # coefficients, linear predictor, intercept
    slope: FloatArray
    bend: FloatArray
    gap: float = np.inf
    hessian: FloatArray = field(default_factory=lambda: np.empty((0, 0)))
    centre: FloatArray = field(default_factory=lambda: np.empty(0))
    factor: Any = None
    history: list[tuple[Point, FloatArray]] = field(default_factory=list)  # targets and the steps to them


def lockstep_paths(
    problem: Problem, alphas: FloatArray, folds: Sequence[NDArray[np.intp]], tol: float, workers: int
) -> list[Path]:
    """Paths of all folds and, last, of all rows.

    Parameters
    ----------
    folds : list of arrays of rows
        The training rows of each fold.
    tol : float
        Bound on the relative duality gap.
    workers : int
        Threads.
    """
    run = _Lockstep(problem, folds, tol)
    with ThreadPoolExecutor(workers) as pool:
        return run.paths(alphas, lambda f, items: list(pool.map(f, items)))


class _Lockstep:
    def __init__(self, problem: Problem, folds: Sequence[NDArray[np.intp]], tol: float) -> None:
        self.problem, self.tol = problem, tol
        self.loss = _native.weighted_loss(problem.loss.name, problem.loss.parameter)
        self.y = np.ascontiguousarray(problem.y)
        self.offset = None if problem.offset is None else np.ascontiguousarray(problem.offset)
        self.factors = problem.penalty.factors(problem.p)
        self.held = np.ones((len(folds), problem.n), dtype=bool)
        for k, rows in enumerate(folds):
            self.held[k, rows] = False
        self.partition = bool(np.all(self.held.sum(axis=0) == 1))
        self.fits = [self.begin(part) for part in [*(problem.on_rows(rows) for rows in folds), problem]]

    def begin(self, part: Problem) -> _Fit:
        b = float(part.null.intercept[0])
        eta = np.full(part.n, b) + (0.0 if self.offset is None else self.offset)
        fit = _Fit(part, (np.zeros(part.p), eta, b), np.empty(part.n), np.empty(part.n))
        self.settle(fit)
        return fit

    def paths(self, alphas: FloatArray, each: Each) -> list[Path]:
        shape = (len(self.fits), len(alphas))
        coefs, dfs = np.empty((*shape, self.problem.p)), np.full(shape, np.nan)
        intercepts, gaps = np.empty(shape), np.empty(shape)
        steps = PATIENCE
        for k, alpha in enumerate(alphas):
            if steps >= PATIENCE:
                self.refresh(each)
            each(lambda fit, a=float(alpha): self.prepare(fit, a), self.fits)
            steps = self.solve(float(alpha), each)
            for q, fit in enumerate(self.fits):
                w, _, b = fit.point
                coefs[q, k], intercepts[q, k], gaps[q, k] = w * fit.problem.scale, b, fit.gap
            dfs[-1, k] = self.degrees(self.fits[-1], float(alpha))  # an inverse each: only where it is shown
        return [Path(alphas, *parts) for parts in zip(coefs, intercepts, gaps, dfs, strict=True)]

    def prepare(self, fit: _Fit, alpha: float) -> None:
        """Factor the curvature plus the penalty of one alpha."""
        system = fit.hessian.copy()
        jitter = 1e-14 * np.trace(system) / len(system)
        system[np.diag_indices_from(system)] += alpha * self.factors + jitter
        fit.factor = linalg.cho_factor(system, lower=True, overwrite_a=True, check_finite=False)
        fit.history = []

    def solve(self, alpha: float, each: Each) -> int:
        """Step all folds until each is certified; returns how many steps the slowest took."""
        pending, steps = self.fits, 0
        while True:
            each(self.settle, pending)
            pulls = self.problem.X.T @ np.stack([fit.slope for fit in pending], axis=1)
            moves = each(lambda job: self.step(job[0], job[1], alpha), zip(pending, pulls.T, strict=True))
            moving = [(fit, move) for fit, move in zip(pending, moves, strict=True) if move is not None]
            if not moving or steps >= 200:
                return steps
            steps += 1
            if steps % (2 * PATIENCE) == 0:
                self.refresh(each)
                each(lambda fit: self.prepare(fit, alpha), self.fits)
            along = self.problem.X @ np.stack([fit.problem.scale * move for fit, move in moving], axis=1)
            each(lambda job: self.advance(job[0][0], job[0][1], job[1], alpha), zip(moving, along.T, strict=True))
            pending = [fit for fit, _ in moving]

    def settle(self, fit: _Fit) -> None:
        """The best intercept, and slope and curvature of the loss there."""
        w, eta, b = fit.point
        s = fit.problem.weight
        self.loss.derivatives(self.y, eta, s, fit.slope, fit.bend)
        for _ in range(20 if self.problem.fit_intercept else 0):
            step = float(np.clip(-fit.slope.sum() / fit.bend.sum(), -2.0, 2.0))
            if abs(step) <= 1e-13 * (1.0 + abs(b)):
                break
            eta, b = eta + step, b + step
            self.loss.derivatives(self.y, eta, s, fit.slope, fit.bend)
        fit.point = (w, eta, b)

    def step(self, fit: _Fit, pull: FloatArray, alpha: float) -> FloatArray | None:
        """The step that the curvature proposes, or None if the fit is certified."""
        w = fit.point[0]
        gradient = np.asarray(pull * fit.problem.scale, dtype=np.float64)
        fit.gap = self.certify(fit, gradient, alpha)
        if fit.gap <= self.tol:
            return None
        return np.asarray(-linalg.cho_solve(fit.factor, gradient + alpha * self.factors * w, check_finite=False))

    def advance(self, fit: _Fit, move: FloatArray, along: FloatArray, alpha: float) -> None:
        """Take the accelerated step if it lowers the objective, else the proposed one, halved until it does."""
        shift = -float(fit.centre @ move) if self.problem.fit_intercept else 0.0
        along = np.ascontiguousarray(along, dtype=np.float64) + shift
        now = self.objective(fit, fit.point, alpha)
        w, eta, b = fit.point
        fit.history = [*fit.history[-MEMORY:], ((w + move, eta + along, b + shift), move)]
        if len(fit.history) > 1:
            mixed = _anderson(fit.history)
            if self.objective(fit, mixed, alpha) < now:
                fit.point = mixed
                return
        t = 1.0
        while t > 1e-6:
            point = (w + t * move, eta + t * along, b + t * shift)
            if self.objective(fit, point, alpha) <= now + 1e-15 * abs(now):
                fit.point = point
                return
            t *= 0.5

    def objective(self, fit: _Fit, point: Point, alpha: float) -> float:
        w, eta, _ = point
        return self.loss.value(self.y, eta, fit.problem.weight) + 0.5 * alpha * float(self.factors @ w**2)

    def certify(self, fit: _Fit, gradient: FloatArray, alpha: float) -> float:
        """Relative duality gap; a feature without penalty counts by what its gradient still promises."""
        null = fit.problem.null.objective
        if null <= 0.0:
            return 0.0
        w, eta, _ = fit.point
        weight = alpha * self.factors
        bound = weight > 0
        gap = self.loss.gap(self.y, eta, fit.problem.weight, self.offset, fit.slope, 1.0)
        gap += 0.5 * float(weight @ w**2) + 0.5 * float(np.sum(gradient[bound] ** 2 / weight[bound]))
        return max(0.0, gap + float(np.abs(gradient[~bound]) @ np.abs(w[~bound]))) / null

    def degrees(self, fit: _Fit, alpha: float) -> float:
        """Trace of H (H + alpha)^-1 = p - alpha * sum of the factors' share in the inverse."""
        inverse, _ = linalg.lapack.dpotri(fit.factor[0], lower=1)
        return float(fit.problem.p - alpha * (self.factors @ np.diag(inverse)))

    def refresh(self, each: Each) -> None:
        """Curvature of all folds from one pass over X, weighted by the fit of all rows."""
        whole = self.fits[-1]
        data = (self.problem.X, np.zeros(self.problem.n), whole.bend, self.problem.means, np.zeros(1))
        if self.partition:
            parts = Moments.of(*data, np.argmax(self.held, axis=0), len(self.held))
            total = sum(parts[1:], parts[0])
            trains = [total - part for part in parts]
            shares = [1.0 - float(self.problem.weight[out].sum()) for out in self.held]
        else:
            (total,) = Moments.of(*data)
            trains, shares = [total] * len(self.held), [1.0] * len(self.held)
        jobs = zip(self.fits, [*trains, total], [*shares, 1.0], strict=True)
        each(lambda job: self.adopt(*job), jobs)

    def adopt(self, fit: _Fit, part: Moments, share: float) -> None:
        scale = fit.problem.scale
        mean = part.x / part.weight
        hessian = part.xx - np.outer(part.x, mean) if self.problem.fit_intercept else part.about_zero()
        hessian *= scale / share
        hessian *= scale[:, None]
        fit.hessian, fit.centre = hessian, scale * (part.origin + mean)


def _anderson(history: list[tuple[Point, FloatArray]]) -> Point:
    """The combination of past targets whose steps cancel best; predictors and intercepts are linear and follow."""
    (target, last), earlier = history[-1], history[:-1]
    differences = np.stack([last - step for _, step in earlier], axis=1)
    mix = np.linalg.lstsq(differences, last, rcond=1e-10)[0]
    w, eta, b = target
    for weight, (past, _) in zip(mix, earlier, strict=True):
        w = w - weight * (target[0] - past[0])
        eta = eta - weight * (target[1] - past[1])
        b = b - weight * (target[2] - past[2])
    return w, eta, float(b)
