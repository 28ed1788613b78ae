"""Alpha without held-out rows: information criteria and generalised cross-validation, from degrees of freedom.

With n rows, the loss `mean` and k degrees of freedom (the effective ones of the path, plus one for an intercept):

    aic  = D + 2 k                        Akaike (1974)
    aicc = aic + 2 k (k + 1) / (n - k - 1)    Hurvich and Tsai (1989); inf where k >= n - 1
    bic  = D + log(n) k                   Schwarz (1978)
    ebic = bic + 2 log C(p, s)            Chen and Chen (2008), gamma = 1: for p of the order of n and above
    gcv  = mean squared error / (1 - k/n)^2   Golub, Heath and Wahba (1979); squared loss

s is the number of features in use, or k without the intercept where all are (L2). D is twice the sum of the losses,
and n log(mean squared error) for squared loss, whose variance is not known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln

from equipoise.errors import InputError
from equipoise.losses import Squared
from equipoise.losses.base import FloatArray
from equipoise.selection.base import Context, Selection, Strategy, alpha_grid
from equipoise.solvers import Path, Problem, effective_degrees, solve_path

__all__ = ["GCV", "InformationCriterion"]

Criterion = Literal["aic", "aicc", "bic", "ebic"]
CRITERIA: tuple[Criterion, ...] = ("aic", "aicc", "bic", "ebic")


@final
@dataclass(frozen=True, eq=False)
class InformationCriterion(Strategy):
    """Choose alpha by an information criterion on the fit of all rows.

    Parameters
    ----------
    criterion : {"aic", "aicc", "bic", "ebic"}, default "bic"
        "aic" aims at prediction, "bic" at the true features, "ebic" does so among very many.
    alphas : int or array, default 100
        Number of points of the grid, or the grid.

    Examples
    --------
    >>> import equipoise as eq
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = eq.Lasso(alpha=eq.selection.InformationCriterion("bic")).fit(X, y)
    >>> model.selection_.score_name
    'BIC'
    """

    criterion: Criterion = "bic"
    alphas: int | ArrayLike = 100

    def select(self, problem: Problem, context: Context) -> Selection:
        """Score every point of the path of all rows."""
        if self.criterion not in CRITERIA:
            raise InputError(f"criterion {self.criterion!r} is not known; choose one of {', '.join(CRITERIA)}")
        path = solve_path(problem, alpha_grid(problem, self.alphas), context.tol)
        size, path = path.dfs, _with_degrees(problem, path)
        n, k = context.rows(problem), path.dfs + _intercepts(problem)
        losses = _losses(problem, path)
        if isinstance(problem.loss, Squared):
            floor = 1e-14 * problem.null.objective  # an exact fit has no variance left to estimate
            scores = n * np.log(2.0 * np.maximum(losses, max(floor, 1e-300)))
        else:
            scores = 2.0 * n * losses
        return _chosen(path, scores + self._price(n, k, size, problem), self.criterion.upper())

    def _price(self, n: float, k: FloatArray, size: FloatArray, problem: Problem) -> FloatArray:
        if self.criterion == "aic":
            return 2.0 * k
        if self.criterion == "aicc":
            room = n - k - 1.0
            return np.where(room > 0, 2.0 * k + 2.0 * k * (k + 1.0) / np.where(room > 0, room, 1.0), np.inf)
        price = np.log(n) * k
        if self.criterion == "bic":
            return np.asarray(price)
        p = problem.p * problem.outputs
        used = np.clip(size, 0.0, p)
        return np.asarray(price - 2.0 * (np.log(p + 1.0) + betaln(used + 1.0, p - used + 1.0)))


@final
@dataclass(frozen=True, eq=False)
class GCV(Strategy):
    """Choose alpha by generalised cross-validation: leave-one-out with the mean leverage in place of each row's.

    Parameters
    ----------
    alphas : int or array, default 100
        Number of points of the grid, or the grid.

    Examples
    --------
    >>> import equipoise as eq
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> eq.Ridge(alpha=eq.selection.GCV()).fit(X, y).selection_.score_name
    'GCV'
    """

    alphas: int | ArrayLike = 100

    def select(self, problem: Problem, context: Context) -> Selection:
        """Score every point of the path of all rows."""
        if not isinstance(problem.loss, Squared):
            raise InputError(f"GCV is for squared loss, not for {problem.loss!r}; use InformationCriterion")
        path = solve_path(problem, alpha_grid(problem, self.alphas), context.tol)
        path = _with_degrees(problem, path)
        share = 1.0 - (path.dfs + _intercepts(problem)) / context.rows(problem)
        errors = 2.0 * _losses(problem, path)
        scores = np.where(share > 0, errors / np.where(share > 0, share, 1.0) ** 2, np.inf)
        return _chosen(path, scores, "GCV")


def _chosen(path: Path, scores: FloatArray, name: str) -> Selection:
    if not np.any(np.isfinite(scores)):
        raise InputError(
            f"{name} is infinite at every alpha: the fits use as many degrees of freedom as there are rows"
        )
    return replace(Selection.of(path.alphas, scores[None, :], np.ones(1), name, "best"), path=path)


def _with_degrees(problem: Problem, path: Path) -> Path:
    """The path with its effective degrees of freedom, which an elastic net has only where a criterion asks."""
    if np.any(np.isnan(path.dfs)):
        raise InputError(
            f"degrees of freedom of a sparse {problem.n} x {problem.p} matrix need a dense one; use CrossValidation()"
        )
    return replace(path, dfs=effective_degrees(problem, path))


def _intercepts(problem: Problem) -> int:
    return problem.outputs if problem.fit_intercept else 0


def _losses(problem: Problem, path: Path) -> FloatArray:
    points = zip(path.coefs, path.intercepts, strict=True)
    values = (problem.loss.value(problem.y, problem.predictor(coef, b)) for coef, b in points)
    rows = problem.rows
    return np.array([float(problem.weight[rows] @ value[rows]) for value in values])
