"""Cross-validation: alpha by the mean loss on held-out folds, the best or the one-standard-error rule.

The one-standard-error rule (Breiman et al. 1984, section 3.4.3) takes the most regularised model whose score cannot
be told from the best: fewer features for the same evidence. Standard errors as in glmnet: weighted deviation of the
fold scores over sqrt(folds).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

from equipoise.errors import InputError
from equipoise.losses.base import FloatArray
from equipoise.selection.base import Context, Rule, Selection, Strategy, alpha_grid, check_rule
from equipoise.selection.partial_likelihood import added_deviance
from equipoise.solvers import Path, Problem, fold_paths

__all__ = ["CrossValidation"]

Split = tuple[NDArray[np.intp], NDArray[np.intp]]


@final
@dataclass(frozen=True, eq=False)
class CrossValidation(Strategy):
    """Choose alpha by cross-validation.

    Parameters
    ----------
    cv : int, splitter or iterable of (train, test), default 5
        A number means shuffled folds (seed 0): stratified for classes, whole groups where groups are given.
    alphas : int or array, default 100
        Number of points of the grid, or the grid.
    rule : {"best", "1se"}
        Lowest score, or the largest alpha within one standard error of it.

    Examples
    --------
    >>> import equipoise as eq
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = eq.Lasso(alpha=eq.CrossValidation(cv=5, rule="1se")).fit(X, y)
    >>> int((model.coef_ != 0).sum()) < 10
    True
    """

    cv: Any = 5
    alphas: int | ArrayLike = 100
    rule: Rule = "best"

    def select(self, problem: Problem, context: Context) -> Selection:
        """Fit every fold's path and score it on the rows held out."""
        check_rule(self.rule)
        splits = _splits(self.cv, problem, context)
        grid = alpha_grid(problem, self.alphas)
        *paths, whole = fold_paths(problem, grid, [train for train, _ in splits], context.tol, context.n_jobs)
        tests = [test for _, test in splits]
        score = _scores if problem.loss.separable else added_deviance
        pairs = [score(path, problem, test) for path, test in zip(paths, tests, strict=True)]
        scores, weights = np.array([s for s, _ in pairs]), np.array([w for _, w in pairs])
        found = Selection.of(grid, scores, weights, problem.loss.score_name, self.rule, path=whole)
        return replace(found, predictions=_held_out(paths, problem, tests, found.index))


def _held_out(paths: list[Path], problem: Problem, tests: list[NDArray[np.intp]], index: int) -> FloatArray:
    """Linear predictor of each row from the fold that did not see it, at one alpha; nan for rows never held out."""
    predictions = np.full(problem.y.shape, np.nan)
    for path, test in zip(paths, tests, strict=True):
        predictions[test] = problem.predictor_of(test, path.coefs[index], path.intercepts[index])
    return predictions


def _scores(path: Path, problem: Problem, rows: NDArray[np.intp]) -> tuple[FloatArray, float]:
    """Weighted mean score of some rows at every alpha, and their weight; in blocks, so that X is never copied."""
    total = np.zeros(len(path.alphas))
    weight = problem.weight[rows]
    for start in range(0, len(rows), 1024) if np.any(weight > 0) else ():
        part = rows[start : start + 1024]
        etas = problem.predictor_of(part, path.coefs, path.intercepts)
        y, w = problem.y[part], problem.weight[part] / weight.sum()
        for k, eta in enumerate(np.moveaxis(etas, 1, 0)):
            total[k] += problem.loss.score_factor * float(w @ problem.loss.value(y, eta))
    return total, float(weight.sum())


def _splits(cv: Any, problem: Problem, context: Context) -> list[Split]:
    """Folds as rows, only those of positive weight in the training parts."""
    if isinstance(cv, (int, np.integer)):
        cv = _default_splitter(int(cv), problem, context)
    if hasattr(cv, "split"):
        target = problem.weight if context.labels is None else context.labels
        found: Iterable[Any] = cv.split(np.zeros((problem.n, 1)), target, context.groups)
    elif isinstance(cv, Iterable) and not isinstance(cv, str):
        found = cv
    else:
        raise InputError(f"cv={cv!r} is neither a number of folds, a splitter, nor a list of (train, test)")
    splits = [(np.asarray(train), np.asarray(test)) for train, test in found]
    if not splits:
        raise InputError("cv gave no folds; at least one (train, test) pair is needed")
    for k, (train, _) in enumerate(splits):
        if not np.any(problem.weight[train] > 0):
            raise InputError(f"fold {k} has no training row of positive weight; use fewer folds")
    return splits


def _default_splitter(folds: int, problem: Problem, context: Context) -> Any:
    if folds < 2:
        raise InputError(f"cv={folds}: cross-validation needs at least 2 folds")
    if folds > problem.n:
        raise InputError(f"{folds} folds need at least {folds} rows, but n_samples={problem.n}")
    if context.labels is None:
        return GroupKFold(folds) if context.groups is not None else KFold(folds, shuffle=True, random_state=0)
    values, counts = np.unique(context.labels, return_counts=True)
    if counts.min() < 2:
        raise InputError(f"class number {values[counts.argmin()]} has one row; it cannot be in training and test")
    folds = min(folds, int(counts.min()))
    if context.groups is not None:
        return StratifiedGroupKFold(folds, shuffle=True, random_state=0)
    return StratifiedKFold(folds, shuffle=True, random_state=0)
