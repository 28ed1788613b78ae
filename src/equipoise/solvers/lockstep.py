"""All folds of a smooth loss with an L2 penalty at once, n > p: quasi-Newton in lockstep along the path.

The folds and the fit of all rows go through the alphas together, so that each pass over X serves all of them: their
gradients are one product X'G, their predictors one product XW. All step with the curvature at the fit of all rows, one
factor an alpha, which is that of a fold but for the rows held out; it is kept until the steps get poor. Anderson
acceleration (Walker and Ni 2011) makes up for both. The gradient and the duality gap are always exact.
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

PATIENCE = 8
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
    past: Point | None = None  # at the alpha before
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
                self.refresh()
            self.prepare(float(alpha))
            each(lambda fit, k=k: self.foresee(fit, alphas[: k + 1]), self.fits)
            steps = self.solve(float(alpha), each)
            for q, fit in enumerate(self.fits):
                w, _, b = fit.point
                coefs[q, k], intercepts[q, k], gaps[q, k] = w * fit.problem.scale, b, fit.gap
            dfs[-1, k] = self.degrees(self.fits[-1], float(alpha))  # an inverse each: only where it is shown
        return [Path(alphas, *parts) for parts in zip(coefs, intercepts, gaps, dfs, strict=True)]

    def prepare(self, alpha: float) -> None:
        """Factor the curvature plus the penalty of one alpha."""
        system = self.hessian.copy()
        jitter = 1e-14 * np.trace(system) / len(system)
        system[np.diag_indices_from(system)] += alpha * self.factors + jitter
        self.factor = linalg.cho_factor(system, lower=True, overwrite_a=True, check_finite=False)
        for fit in self.fits:
            fit.history = []

    def foresee(self, fit: _Fit, alphas: FloatArray) -> None:
        """Go on along the path in log alpha, if that is a lower start than the last point."""
        last, fit.past = fit.past, fit.point
        if last is None or len(alphas) < 3 or alphas[-1] <= 0.0:
            return
        far = float(np.log(alphas[-1] / alphas[-2]) / np.log(alphas[-2] / alphas[-3]))
        (w, eta, b), (old, eta_old, b_old) = fit.point, last
        w, eta, b = w + far * (w - old), eta + far * (eta - eta_old), b + far * (b - b_old)
        if self.objective(fit, (w, eta, b), float(alphas[-1])) < self.objective(fit, fit.point, float(alphas[-1])):
            fit.point = (w, eta, b)

    def solve(self, alpha: float, each: Each) -> int:
        """Step all folds until each is certified; returns how many steps the slowest took."""
        pending, steps = self.fits, 0
        while True:
            each(self.settle, pending)
            pulls = self.problem.X.T @ np.stack([fit.slope for fit in pending], axis=1)
            slopes = [self.gradient(fit, pull, alpha) for fit, pull in zip(pending, pulls.T, strict=True)]
            left = [(fit, slope) for fit, slope in zip(pending, slopes, strict=True) if fit.gap > self.tol]
            if not left or steps >= 200:
                return steps
            steps += 1
            if steps % (2 * PATIENCE) == 0:
                self.refresh()
                self.prepare(alpha)
            moves = -linalg.cho_solve(self.factor, np.stack([slope for _, slope in left], axis=1), check_finite=False)
            moving = [(fit, np.ascontiguousarray(move)) for (fit, _), move in zip(left, moves.T, strict=True)]
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

    def gradient(self, fit: _Fit, pull: FloatArray, alpha: float) -> FloatArray:
        """Gradient of the objective; the gap goes into the fit."""
        pull = np.asarray(pull * fit.problem.scale, dtype=np.float64)
        fit.gap = self.certify(fit, pull, alpha)
        return pull + alpha * self.factors * fit.point[0]

    def advance(self, fit: _Fit, move: FloatArray, along: FloatArray, alpha: float) -> None:
        """Take the accelerated step if it lowers the objective, else the proposed one, halved until it does."""
        shift = -float(self.centre @ move) if self.problem.fit_intercept else 0.0
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
        inverse, _ = linalg.lapack.dpotri(self.factor[0], lower=1)
        return float(fit.problem.p - alpha * (self.factors @ np.diag(inverse)))

    def refresh(self) -> None:
        """The curvature at the fit of all rows, in the scale of its columns."""
        whole = self.fits[-1]
        (total,) = Moments.of(self.problem.X, np.zeros(self.problem.n), whole.bend, self.problem.means, np.zeros(1))
        mean, scale = total.x / total.weight, self.problem.scale
        self.hessian = total.xx - np.outer(total.x, mean) if self.problem.fit_intercept else total.about_zero()
        self.hessian *= scale
        self.hessian *= scale[:, None]
        self.centre = scale * (total.origin + mean)


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
