"""Alpha by the evidence: the density of the target once the coefficients are integrated out, no folds needed.

The objective is minus the log posterior of a model whose n rows have density exp(-f / sigma^2) and whose coefficients
are normal a priori with variance sigma^2 / (n alpha); intercept and unpenalised features are flat a priori. Type-II
maximum likelihood takes the alpha under which the target was most probable (MacKay 1992; Bishop 2006, section 3.5).

Squared loss, exact, with lambda the eigenvalues of X'SX (centred) and nu = n - number of flat coefficients:

    -log p(y | alpha) = nu/2 (log 2 pi sigma^2 + 1) + sum_j log(1 + lambda_j / alpha) / 2 + log|n F'SF| / 2
    sigma^2(alpha)    = n (|y|^2 - sum_j c_j^2 / (lambda_j + alpha)) / nu        c = V'X'Sy

F being the flat columns; sigma^2 is profiled: it is the one of highest density at that alpha. Logistic and Poisson loss
(sigma^2 = 1) by Laplace's approximation around the fit (Bishop 2006, equation 4.137), with d penalised coefficients and
H the curvature of the mean loss in all of them:

    -log p(y | alpha) ~ n objective - d/2 log(n alpha) + log|n (H + alpha)| / 2 - (flat coefficients)/2 log 2 pi
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np
from numpy.typing import ArrayLike
from scipy import linalg, optimize

from equipoise.errors import InputError
from equipoise.losses import Logistic, Poisson, Squared
from equipoise.losses.base import FloatArray
from equipoise.selection.base import Context, Selection, Strategy, alpha_grid
from equipoise.solvers import Path, Problem, objective, solve_path
from equipoise.solvers.rotation import is_l2, rotate

__all__ = ["Evidence"]


@final
@dataclass(frozen=True, eq=False)
class Evidence(Strategy):
    """Choose alpha by the marginal likelihood: for an L2 penalty with squared, logistic or Poisson loss.

    Exact for squared loss, by Laplace's approximation otherwise. The score is minus the log evidence (for Poisson loss
    up to a constant of the counts).

    Parameters
    ----------
    alphas : int or array, default 100
        Number of points of the grid, or the grid. For squared loss an automatic grid gets one more point, the maximum
        between its points.

    References
    ----------
    MacKay (1992), "Bayesian interpolation", Neural Computation 4(3).
    Bishop (2006), "Pattern recognition and machine learning", sections 3.5 and 4.5.1.

    Examples
    --------
    >>> import equipoise as eq
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = eq.Ridge(alpha=eq.Evidence()).fit(X, y)
    >>> model.selection_.score_name, bool(0.5 < model.score(X, y) < 0.53)
    ('minus log evidence', True)
    """

    alphas: int | ArrayLike = 100

    def select(self, problem: Problem, context: Context) -> Selection:
        """Integrate the coefficients out at every alpha."""
        if not (isinstance(problem.loss, (Squared, Logistic, Poisson)) and problem.y.ndim == 1 and is_l2(problem)):
            raise InputError(
                f"Evidence is for squared, logistic and Poisson loss with an L2 penalty, not for {problem.loss!r} with "
                f"{type(problem.penalty).__name__}; use CrossValidation"
            )
        grid = alpha_grid(problem, self.alphas)
        if grid[-1] <= 0.0:
            raise InputError("Evidence needs alphas > 0: at alpha=0 the prior has no density")
        n = context.rows(problem)
        if isinstance(problem.loss, Squared):
            exact = _Marginal(problem, n)
            grid = np.sort(np.append(grid, exact.maximum(grid)))[::-1] if np.ndim(self.alphas) == 0 else grid
            path = solve_path(problem, grid, context.tol)
            scores = np.array([exact(alpha) for alpha in grid])
        else:
            path = solve_path(problem, grid, context.tol)
            scores = _laplace(problem, path, n)
        found = Selection.of(grid, scores[None, :], np.ones(1), "minus log evidence", "best", path=path)
        if isinstance(problem.loss, Squared):
            found = replace(found, why=f"{found.why}; noise variance {exact.variance(found.alpha):.4g}")
        return found


class _Marginal:
    """Minus the log density of the target as a function of alpha, from one eigendecomposition."""

    def __init__(self, problem: Problem, n: float) -> None:
        rows = problem.rows
        root = np.sqrt(problem.weight[rows])
        rotated = rotate(problem)
        bound = rotated.penalty > 0
        flat = rotated.Z[rows][:, ~bound]
        if problem.fit_intercept:
            flat = np.column_stack([np.ones(len(rows)), flat])
        y = problem.y if problem.offset is None else problem.y - problem.offset
        A, b, F = rotated.Z[rows][:, bound] * root[:, None], y[rows] * root, flat * root[:, None]
        self.n, self.left, self.constant = n, float(n - F.shape[1]), 0.0
        if self.left <= 0:
            raise InputError(f"Evidence: {n:g} rows cannot tell the noise from {F.shape[1]} unpenalised coefficients")
        if F.shape[1]:
            Q, R = linalg.qr(F, mode="economic", check_finite=False)
            A, b = A - Q @ (Q.T @ A), b - Q @ (Q.T @ b)
            size = np.abs(np.diag(R))
            if np.min(size) <= 1e-12 * np.max(size):
                raise InputError("Evidence: the unpenalised features depend on each other; drop one or penalise it")
            self.constant = 0.5 * F.shape[1] * np.log(n) + float(np.sum(np.log(size)))
        U, singular, _ = linalg.svd(A, full_matrices=False, check_finite=False)
        self.values, self.parts = singular**2, (U.T @ b) ** 2
        rest = b - U @ (U.T @ b)
        self.rest = float(rest @ rest)  # what no coefficients can explain

    def variance(self, alpha: float) -> float:
        """Of the noise, the one of highest density at this alpha."""
        unexplained = self.rest + float(np.sum(self.parts * (alpha / (self.values + alpha))))
        return float(max(self.n * unexplained / self.left, 1e-300))

    def __call__(self, alpha: float) -> float:
        price = 0.5 * float(np.sum(np.log1p(self.values / alpha)))
        fit = 0.5 * self.left * float(np.log(2.0 * np.pi * self.variance(alpha)) + 1.0)
        return fit + price + self.constant

    def maximum(self, grid: FloatArray) -> FloatArray:
        """The best alpha between the neighbours of the best point of the grid; none where that is an end."""
        k = int(np.argmin([self(alpha) for alpha in grid]))
        if k in (0, len(grid) - 1):
            return np.empty(0)
        ends = (np.log(grid[k + 1]), np.log(grid[k - 1]))
        found = optimize.minimize_scalar(
            lambda t: self(np.exp(t)), bounds=ends, method="bounded", options={"xatol": 1e-6}
        )
        return np.array([np.exp(found.x)])


def _laplace(problem: Problem, path: Path, n: float) -> FloatArray:
    rows, s = problem.rows, problem.weight[problem.rows]
    rotated = rotate(problem)
    A, penalty = rotated.Z[rows], rotated.penalty
    if problem.fit_intercept:
        A, penalty = np.column_stack([A, np.ones(len(rows))]), np.append(penalty, 0.0)
    d = np.count_nonzero(penalty)
    scores = np.empty(len(path.alphas))
    for k, (alpha, coef, intercept) in enumerate(zip(path.alphas, path.coefs, path.intercepts, strict=True)):
        bend = s * problem.loss.curvature(problem.y[rows], problem.predictor(coef, intercept)[rows])
        sign, volume = np.linalg.slogdet(n * ((A * bend[:, None]).T @ A + alpha * np.diag(penalty)))
        fit = n * objective(problem, coef, intercept, float(alpha)) - 0.5 * d * np.log(n * alpha)
        flat = 0.5 * (len(penalty) - d) * np.log(2.0 * np.pi)
        scores[k] = fit + 0.5 * volume - flat if sign > 0 else np.inf
    return scores
