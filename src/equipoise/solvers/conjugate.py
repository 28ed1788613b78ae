"""Ridge regression on a sparse matrix that is large both ways: conjugate gradients, all alphas side by side.

    (A'A + alpha I) u = A'b,   A = S^(1/2) (X - 1 m') T,   w = T u

with m the column means, T the scale of the columns over the roots of their penalty factors, and neither A nor A'A ever
formed: a product costs one pass over the nonzeros for a group of alphas, and a sparse X stays sparse. The diagonal of
the system preconditions it (Hestenes and Stiefel 1952; Golub and Van Loan, *Matrix computations*, algorithm 11.5.1).
The certificate is the bound of strong convexity, |gradient|^2 / (2 alpha) over the objective of the null model.
"""

from __future__ import annotations

import numpy as np

from equipoise.losses.base import FloatArray
from equipoise.solvers.path import Path
from equipoise.solvers.problem import Problem

__all__ = ["conjugate_path", "is_vast"]

SIDE, SIZE = 3000, 50_000_000
"""A sparse X beyond these (its shorter side, its numbers if it were dense) is never made dense or squared."""

_GROUP = 16  # alphas side by side: as many vectors of n and p numbers are held at a time
_ITERATIONS = 5000


def is_vast(problem: Problem) -> bool:
    """Whether neither X nor a second moment of it may be made dense."""
    return problem.is_sparse and (min(problem.n, problem.p) > SIDE or problem.n * problem.p > SIZE)


def conjugate_path(problem: Problem, alphas: FloatArray, tol: float) -> Path:
    """Every alpha of a ridge problem whose features are all penalised; degrees of freedom are not known (nan).

    Parameters
    ----------
    problem : Problem
        Squared loss of one target, L2.
    alphas : array of shape (m,)
        Decreasing, >= 0.
    tol : float
        Bound on the relative duality gap.
    """
    system = _System(problem)
    grid = np.asarray(alphas, dtype=np.float64)
    thetas, gaps = np.empty((len(grid), problem.p)), np.empty(len(grid))
    start = np.zeros(problem.p)
    for first in range(0, len(grid), _GROUP):
        group = slice(first, first + _GROUP)
        solved, gaps[group] = system.solve(grid[group], start, tol)
        thetas[group], start = solved.T, solved[:, -1]
    coefs = thetas * system.scale
    return Path(grid, coefs, system.y_mean - coefs @ system.means, gaps, np.full(len(grid), np.nan))


class _System:
    """The matrix A as an operator, its right-hand side and the diagonal of A'A."""

    def __init__(self, problem: Problem) -> None:
        self.X, weight = problem.X, problem.weight
        self.root = np.sqrt(weight)
        y = problem.y if problem.offset is None else problem.y - problem.offset
        self.y_mean = float(weight @ y) if problem.fit_intercept else 0.0
        self.means = problem.means if problem.fit_intercept else np.zeros(problem.p)
        self.scale = problem.scale / np.sqrt(problem.penalty.factors(problem.p))
        target = self.root * (y - self.y_mean)
        self.null = 0.5 * float(target @ target)
        self.cross = self.backward(target[:, None])[:, 0]
        second = np.asarray(self.X.multiply(self.X).T @ weight).ravel()
        self.diagonal = self.scale**2 * np.maximum(second - self.means**2, 0.0)

    def forward(self, u: FloatArray) -> FloatArray:
        """A u, for columns u."""
        w = self.scale[:, None] * u
        return np.asarray(self.root[:, None] * (self.X @ w - self.means @ w))

    def backward(self, r: FloatArray) -> FloatArray:
        """A' r, for columns r."""
        weighted = self.root[:, None] * r
        back = np.asarray(self.X.T @ weighted) - self.means[:, None] * weighted.sum(axis=0)
        return np.asarray(self.scale[:, None] * back)

    def residual(self, u: FloatArray, alphas: FloatArray) -> FloatArray:
        """Minus the gradient of the objective."""
        return np.asarray(self.cross[:, None] - self.backward(self.forward(u)) - alphas * u)

    def gaps(self, u: FloatArray, residual: FloatArray, alphas: FloatArray) -> FloatArray:
        """Relative duality gaps; without a penalty, the slope along the solution."""
        if self.null == 0.0:
            return np.zeros(len(alphas))
        bound = np.sum(residual**2, axis=0) / np.where(alphas > 0, 2.0 * alphas, 1.0)
        return np.asarray(np.where(alphas > 0, bound, np.sum(np.abs(residual * u), axis=0)) / self.null)

    def solve(self, alphas: FloatArray, start: FloatArray, tol: float) -> tuple[FloatArray, FloatArray]:
        """Solutions as columns, and their gaps; each column leaves when it is certified."""
        u = np.repeat(start[:, None], len(alphas), axis=1)
        left = np.arange(len(alphas))
        for _ in range(8):  # restarts: the residual of the recurrence drifts away from the true one
            left = left[self.gaps(u[:, left], self.residual(u[:, left], alphas[left]), alphas[left]) > 0.5 * tol]
            if len(left) == 0:
                break
            u[:, left] = self._descend(u[:, left], alphas[left], 0.25 * tol)
        return u, self.gaps(u, self.residual(u, alphas), alphas)

    def _descend(self, u: FloatArray, alphas: FloatArray, tol: float) -> FloatArray:
        """Conjugate gradients until each column's recurrence meets the bound."""
        done = u.copy()
        left = np.arange(len(alphas))
        inverse = np.where(alphas > 0, 1.0 / np.maximum(self.diagonal[:, None] + alphas, 1e-300), 1.0)
        r = self.residual(u, alphas)
        z = inverse * r
        direction, rho = z, np.sum(r * z, axis=0)
        for _ in range(_ITERATIONS):
            pushed = self.backward(self.forward(direction)) + alphas[left] * direction
            curve = np.sum(direction * pushed, axis=0)
            step = rho / np.where(curve > 0.0, curve, np.inf)
            u, r = u + step * direction, r - step * pushed
            open_ = (self.gaps(u, r, alphas[left]) > tol) & (step > 0.0)
            done[:, left] = u
            if not np.any(open_):
                break
            left, u, r = left[open_], u[:, open_], r[:, open_]
            z = inverse[:, left] * r
            before, rho = rho[open_], np.sum(r * z, axis=0)
            direction = z + (rho / before) * direction[:, open_]
        return done
