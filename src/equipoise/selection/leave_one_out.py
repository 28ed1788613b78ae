"""Leave-one-out with an L2 penalty: as many folds as rows for about the price of one path.

Exact in closed form for squared loss (Allen 1974); otherwise by one step of Newton's method for each row (see
`approximate`), and held to exact refits of the rows that move most.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from equipoise.errors import InputError
from equipoise.losses import Squared
from equipoise.selection.approximate import approximate_leave_one_out, approximates, exact_without
from equipoise.selection.base import Context, Rule, Selection, Strategy, alpha_grid, check_rule
from equipoise.solvers import Problem, solve_path
from equipoise.solvers.ridge import left_out_path

__all__ = ["LeaveOneOut"]


@final
@dataclass(frozen=True, eq=False)
class LeaveOneOut(Strategy):
    """Choose alpha by the error of each row under the fit on all others; for an L2 penalty.

    Exact for squared loss, in closed form; for logistic, Poisson, gamma, Tweedie and Huber loss by one Newton step for
    each row, from the leverages.

    Parameters
    ----------
    alphas : int or array, default 100
        Number of points of the grid, or the grid.
    rule : {"best", "1se"} or float
        Lowest error; the largest alpha within one standard error of it; or the largest within a share of it, 0.05 for
        5 %.
    check : int, default 3
        Where it is not exact: number of rows, those that move most, to refit exactly at the chosen alpha;
        `selection_.why` tells by how much their linear predictors differ at most.

    References
    ----------
    Allen (1974), "The relationship between variable selection and data augmentation and a method for prediction".
    Rahnama Rad and Maleki (2020), "A scalable estimate of the out-of-sample prediction error via approximate
    leave-one-out cross-validation", JRSS B 82(4).

    Examples
    --------
    >>> import equipoise as eq
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> eq.Ridge(alpha=eq.LeaveOneOut()).fit(X, y).selection_.score_name
    'mean squared error'
    >>> model = eq.LogisticRegression(alpha=eq.LeaveOneOut(alphas=20)).fit(X, y > 150)
    >>> "3 rows refitted" in model.selection_.why
    True
    """

    alphas: int | ArrayLike = 100
    rule: Rule = "best"
    check: int = field(default=3, kw_only=True)

    def select(self, problem: Problem, context: Context) -> Selection:
        """Score every alpha by the loss of each row under the fit on all others."""
        check_rule(self.rule)
        if not isinstance(self.check, (int, np.integer)) or isinstance(self.check, bool) or self.check < 0:
            raise InputError(f"LeaveOneOut: check={self.check!r} is not a number of rows >= 0")
        if not approximates(problem):
            raise InputError(
                f"LeaveOneOut is for smooth losses of one linear predictor with an L2 penalty, not for "
                f"{problem.loss!r} with {type(problem.penalty).__name__}; use CrossValidation"
            )
        if len(problem.rows) < 2:
            raise InputError(f"leaving one out needs at least two rows, but n_samples={len(problem.rows)}")
        grid = alpha_grid(problem, self.alphas)
        exact = isinstance(problem.loss, Squared) and not np.any(problem.penalty.free(problem.p))
        if exact:
            path, fitted = left_out_path(problem, grid)
        else:
            path = solve_path(problem, grid, context.tol)
            fitted = approximate_leave_one_out(problem, path)
        rows, loss = problem.rows, problem.loss
        errors = loss.score_factor * np.stack([loss.value(problem.y[rows], eta[rows]) for eta in fitted]).T
        found = Selection.of(grid, errors, problem.weight[rows], loss.score_name, self.rule, path=path)
        found = replace(found, predictions=fitted[found.index])
        return found if exact or self.check == 0 else self._checked(found, problem, context)

    def _checked(self, found: Selection, problem: Problem, context: Context) -> Selection:
        assert found.path is not None
        assert found.predictions is not None
        point = found.path.coefs[found.index], found.path.intercepts[found.index]
        moved = np.abs(found.predictions - problem.predictor(*point))[problem.rows]
        rows = problem.rows[np.argsort(-moved, kind="stable")[: self.check]]
        tol = min(context.tol, 1e-10)
        gaps = [abs(found.predictions[row] - exact_without(problem, int(row), found.alpha, tol)) for row in rows]
        note = (
            f"approximate: of the {len(rows)} rows refitted exactly, those that move most (by up to {moved.max():.2g})"
        )
        return replace(found, why=f"{found.why}; {note}, the linear predictors differ by at most {max(gaps):.2g}")
