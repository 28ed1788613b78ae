"""Newton's method with a Cholesky factor for smooth losses and an L2 penalty, warm along the path.

In at most min(n, p) dimensions (see `rotation`), a few steps an alpha; near the solution the steps square the error, so
one step past the tolerance reaches machine precision.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg, optimize

from equipoise.losses.base import FloatArray
from equipoise.solvers.path import Path
from equipoise.solvers.problem import Problem
from equipoise.solvers.rotation import Rotated, rotate

__all__ = ["degrees_along", "newton_path", "solve_scaled"]


def newton_path(
    problem: Problem,
    alphas: FloatArray,
    tol: float,
    rotated: Rotated | None = None,
    degrees: bool = True,
    max_steps: int = 200,
) -> Path:
    """Solutions for all alphas, each with its gap; alpha = 0 by the limit of a vanishing ridge.

    Parameters
    ----------
    rotated : Rotated, optional
        The rotation of these rows among others, where folds share one.
    degrees : bool
        Whether to count degrees of freedom, an eigenvalue problem a point; nan if not.
    """
    rotated = rotated or rotate(problem)
    system = _System(problem, rotated)
    K, d = problem.outputs, rotated.Z.shape[1]
    theta = np.zeros((K, d + 1))
    theta[:, -1] = problem.null.intercept
    points: list[FloatArray] = []
    gaps, dfs = [], []
    for k, alpha in enumerate(alphas):
        theta = system.foresee(theta, points, alphas[: k + 1])
        theta, gap = system.minimise(theta, float(alpha), tol, max_steps)
        points.append(theta)
        gaps.append(gap)
        dfs.append(system.degrees(system.eta(theta), float(alpha)) if degrees else np.nan)
    stacked = np.stack(points)
    coefs, intercepts = rotated.back(stacked[..., :-1], stacked[..., -1])
    if problem.y.ndim == 1:
        coefs, intercepts = coefs[:, 0], intercepts[:, 0]
    return Path(np.asarray(alphas, dtype=float), coefs, intercepts, np.array(gaps), np.array(dfs))


def degrees_along(problem: Problem, path: Path) -> FloatArray:
    """Degrees of freedom of the points of a path that another solver found."""
    system = _System(problem, rotate(problem))
    rows = problem.rows

    def eta(w: FloatArray, b: FloatArray) -> FloatArray:
        return np.asarray(problem.X[rows] @ w.T + b + system.offset)

    return np.array(
        [system.degrees(eta(*point), a) for *point, a in zip(path.coefs, path.intercepts, path.alphas, strict=True)]
    )


@dataclass
class _System:
    """The objective in rotated coordinates: value, gradient, Hessian."""

    problem: Problem
    rotated: Rotated

    def __post_init__(self) -> None:
        rows = self.problem.rows
        n, d = len(rows), self.rotated.Z.shape[1]
        self.A = np.empty((n, d + 1))
        self.A[:, :-1] = self.rotated.Z[rows]
        self.A[:, -1] = 1.0 if self.problem.fit_intercept else 0.0
        self.y = self.problem.y[rows]
        self.s = self.problem.weight[rows]
        offset = np.zeros(self.problem.n) if self.problem.offset is None else self.problem.offset
        self.offset = offset[rows] if self.y.ndim == 1 else offset[rows, None]
        self.factor = np.append(self.rotated.penalty, 0.0)
        self.null = self.problem.null.objective
        # how far a coefficient may be from where it stands at most, beside its own size: as in `certificate`
        spread, turned = np.sqrt(self.s @ self.A**2), self.rotated.basis is not None
        shifted = spread.max(initial=0.0) if turned else np.abs(self.rotated.means * self.rotated.scale)
        varies = spread > np.append(np.broadcast_to(1e-12 * shifted, d), 0.0)  # a constant column leaves rounding only
        self.reach = np.where(varies, np.sqrt(max(self.null, 0.0)) / np.where(varies, spread, 1.0), 0.0)

    def eta(self, theta: FloatArray) -> FloatArray:
        eta = np.asarray(self.A @ theta.T)
        return (eta if self.y.ndim == 2 else eta[:, 0]) + self.offset

    def value(self, theta: FloatArray, eta: FloatArray, alpha: float) -> float:
        return float(self.s @ self.problem.loss.value(self.y, eta) + 0.5 * alpha * np.sum(self.factor * theta**2))

    def foresee(self, theta: FloatArray, points: list[FloatArray], alphas: FloatArray) -> FloatArray:
        """Go on along the path in log alpha, if that is a lower start than the last point."""
        if len(points) < 2 or alphas[-1] <= 0.0:
            return theta
        ahead = np.log(alphas[-1] / alphas[-2]) / np.log(alphas[-2] / alphas[-3])
        guess = theta + ahead * (theta - points[-2])
        alpha = float(alphas[-1])
        lower = self.value(guess, self.eta(guess), alpha) < self.value(theta, self.eta(theta), alpha)
        return guess if lower else theta

    def minimise(self, theta: FloatArray, alpha: float, tol: float, max_steps: int) -> tuple[FloatArray, float]:
        eta = self.eta(theta)
        now = self.value(theta, eta, alpha)
        # Where a point of a path would do, a single fit gets the last step that squares the error once more. Half the
        # tolerance leaves room for the intercept, which the reference bounds in another way.
        gap, polished, tol = np.inf, tol > 1e-10, 0.5 * tol
        for _ in range(max_steps):
            slope = self.problem.loss.gradient(self.y, eta)
            pull = np.atleast_2d((self.s * slope.T) @ self.A)
            gap = self.gap(theta, slope, pull, now, alpha)
            if gap <= tol and polished:
                break
            polished = gap <= tol
            gradient = pull + alpha * self.factor * theta
            H = self.hessian(eta)
            step = -solve_scaled(H, np.tile(alpha * self.factor, len(theta)), gradient.ravel()).reshape(theta.shape)
            theta, eta, now, moved = self.search(theta, step, eta, now, alpha, float(np.sum(gradient * step)))
            if not moved:
                break
        if self.separated(eta, alpha):
            gap = np.inf
        return theta, gap

    def search(
        self, theta: FloatArray, step: FloatArray, eta: FloatArray, now: float, alpha: float, slope: float
    ) -> tuple[FloatArray, FloatArray, float, bool]:
        along = self.eta(theta + step) - eta
        t = 1.0
        while t > 1e-8:
            trial = theta + t * step
            value = self.value(trial, eta + t * along, alpha)
            if value <= now + 1e-4 * t * slope + 1e-14 * abs(now):
                return trial, eta + t * along, value, True
            t *= 0.5
        return theta, eta, now, False

    def hessian(self, eta: FloatArray) -> FloatArray:
        curvature = self.problem.loss.model_curvature(self.y, eta)
        if curvature.ndim == 1:
            return np.asarray((self.A * (self.s * curvature)[:, None]).T @ self.A)
        K, d = curvature.shape[1], self.A.shape[1]
        H = np.empty((K, d, K, d))
        for k in range(K):
            for m in range(k, K):
                block = (self.A * (self.s * curvature[:, k, m])[:, None]).T @ self.A
                H[k, :, m, :] = block
                H[m, :, k, :] = block.T
        return H.reshape(K * d, K * d)

    def gap(self, theta: FloatArray, slope: FloatArray, pull: FloatArray, now: float, alpha: float) -> float:
        """Duality gap at the dual point `slope`; without penalty, what the gradient still promises."""
        if self.null <= 0.0:
            return 0.0
        free = self.factor == 0
        # any value up to twice its size, as in `certificate`: an intercept counts too until its slope is 0
        loose = 2.0 * float(np.abs(pull[:, free]).ravel() @ np.abs(theta[:, free]).ravel())
        if alpha == 0.0:
            return float(np.sum(np.abs(pull) * (2.0 * np.abs(theta) + self.reach))) / self.null
        dual = -float(self.s @ self.problem.loss.conjugate(self.y, slope))
        if self.problem.offset is not None:
            dual += float(np.sum((self.s * slope.T) * np.reshape(self.offset, -1)))
        dual -= float(np.sum(pull[:, ~free] ** 2 / self.factor[~free])) / (2.0 * alpha)
        return max(0.0, now - dual + loose) / self.null

    def separated(self, eta: FloatArray, alpha: float) -> bool:
        """Whether the data is separated and nothing holds the coefficients back: no finite minimiser exists."""
        if alpha > 0.0 or self.problem.loss.task == "regression":
            return False
        if self.y.ndim == 1:
            sides = 2.0 * self.y - 1.0
            return bool(np.all(sides * eta > 0.0)) or (np.max(np.abs(eta)) > 15.0 and _separable(self.A, sides))
        return bool(np.all(np.argmax(eta, axis=1) == np.argmax(self.y, axis=1)))

    def degrees(self, eta: FloatArray, alpha: float) -> float:
        """Trace of (H + alpha)^-1 H without the intercept's share, class by class."""
        bend = self.problem.loss.model_curvature(self.y, eta)
        last = None if self.problem.fit_intercept else -1
        A, factor = self.A[:, :last], self.factor[:last]
        total = 0.0
        for k in range(self.problem.outputs):
            H = (A * (self.s * (bend if bend.ndim == 1 else bend[:, k, k]))[:, None]).T @ A
            total += float(np.trace(solve_scaled(H, alpha * factor, H)))
            total -= 1.0 if self.problem.fit_intercept else 0.0
        return total


def _separable(A: FloatArray, sides: FloatArray) -> bool:
    """Whether some direction puts no row on the wrong side and one on its own (Albert and Anderson 1984)."""
    signed = A * sides[:, None]
    found = optimize.linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(A)), bounds=(-1.0, 1.0))
    return bool(found.status == 0 and -found.fun > 1e-6 * np.abs(signed).max())


def solve_scaled(H: FloatArray, diagonal: FloatArray, g: FloatArray) -> FloatArray:
    """(H + diag)^-1 g for a vector or for columns.

    A ridge of rounding size keeps a singular H (no penalty, softmax shift) factorable. The system is scaled to a
    diagonal of ones before: the intercept has its own unit, and so may every column.
    """
    system = H + np.diag(diagonal)
    size = np.sqrt(np.maximum(np.diag(system), 0.0))
    unit = 1.0 / np.where(size > 0, size, 1.0)
    system *= unit
    system *= unit[:, None]
    index, jitter = np.diag_indices_from(system), 1e-13
    right = (unit * g.T).T
    for _ in range(20):
        try:
            M = system.copy()
            M[index] += jitter
            factor = linalg.cho_factor(M, lower=True, overwrite_a=True, check_finite=False)
            return np.asarray((unit * linalg.cho_solve(factor, right, check_finite=False).T).T)
        except linalg.LinAlgError:
            jitter *= 100.0
    return np.asarray((unit * linalg.lstsq(system, right, check_finite=False)[0].T).T)
