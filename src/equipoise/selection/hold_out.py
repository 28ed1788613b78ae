"""One split: alpha by the loss on a part that is put aside. For data so large that folds say nothing new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

from numpy.typing import ArrayLike
from sklearn.model_selection import GroupShuffleSplit, ShuffleSplit, StratifiedShuffleSplit

from equipoise.errors import InputError
from equipoise.selection.base import Context, Selection, Strategy
from equipoise.selection.cross_validation import CrossValidation
from equipoise.solvers import Problem

__all__ = ["HoldOut"]


@final
@dataclass(frozen=True, eq=False)
class HoldOut(Strategy):
    """Choose alpha on one part of the rows that the fits do not see.

    Parameters
    ----------
    share : float in (0, 1), default 0.2
        Part of the rows that is put aside; stratified for classes, whole groups where groups are given.
    alphas : int or array, default 100
        Number of points of the grid, or the grid.
    seed : int
        Of the split.

    Examples
    --------
    >>> import equipoise as eq
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> len(eq.Lasso(alpha=eq.HoldOut(0.2)).fit(X, y).selection_.scores)
    1
    """

    share: float = 0.2
    alphas: int | ArrayLike = 100
    seed: int = 0

    def select(self, problem: Problem, context: Context) -> Selection:
        """Fit the path on one part and score it on the other."""
        return CrossValidation(self.splitter(context), self.alphas).select(problem, context)

    def splitter(self, context: Context) -> Any:
        """The single split, as one of scikit-learn's splitters."""
        if not 0.0 < self.share < 1.0:
            raise InputError(f"HoldOut: share {self.share} is not between 0 and 1")
        if context.groups is not None:
            return GroupShuffleSplit(1, test_size=self.share, random_state=self.seed)
        if context.labels is not None:
            return StratifiedShuffleSplit(1, test_size=self.share, random_state=self.seed)
        return ShuffleSplit(1, test_size=self.share, random_state=self.seed)
