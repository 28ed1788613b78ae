"""Leave-one-out for ridge, in closed form: as many folds as rows for the price of one fit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from numpy.typing import ArrayLike

from equipoise.errors import InputError
from equipoise.losses import Squared
from equipoise.selection.base import Context, Rule, Selection, Strategy, alpha_grid, check_rule
from equipoise.solvers import Problem, leave_one_out
from equipoise.solvers.rotation import is_l2

__all__ = ["LeaveOneOut"]


@final
@dataclass(frozen=True, eq=False)
class LeaveOneOut(Strategy):
    """Choose alpha by exact leave-one-out error (Allen 1974); for squared loss with an L2 penalty.

    Parameters
    ----------
    alphas : int or array, default 100
        Number of points of the grid, or the grid.
    rule : {"best", "1se"}
        Lowest error, or the largest alpha within one standard error of it.

    Examples
    --------
    >>> import equipoise as eq
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> eq.Ridge(alpha=eq.LeaveOneOut()).fit(X, y).selection_.score_name
    'mean squared error'
    """

    alphas: int | ArrayLike = 100
    rule: Rule = "best"

    def select(self, problem: Problem, context: Context) -> Selection:
        """Score every alpha by the squared error of each row under the fit on all others."""
        check_rule(self.rule)
        if not (isinstance(problem.loss, Squared) and problem.y.ndim == 1 and is_l2(problem)):
            raise InputError(
                f"LeaveOneOut is exact for squared loss with an L2 penalty, not for {problem.loss!r} with "
                f"{type(problem.penalty).__name__}; use CrossValidation"
            )
        if problem.n < 2:
            raise InputError(f"leaving one out needs at least two rows, but n_samples={problem.n}")
        grid = alpha_grid(problem, self.alphas)
        fitted = leave_one_out(problem, grid)
        errors = (problem.y - fitted).T ** 2
        rows = problem.weight > 0
        found = Selection.of(grid, errors[rows], problem.weight[rows], problem.loss.score_name, self.rule)
        return replace(found, predictions=fitted[found.index])
