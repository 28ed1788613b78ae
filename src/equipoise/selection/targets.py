"""Alpha for each of many targets of a ridge problem, by the strategies that need nothing but its moments and rows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equipoise.errors import InputError
from equipoise.losses.base import FloatArray
from equipoise.selection.base import Context, Rule, alpha_grid, check_rule, over_folds
from equipoise.selection.criterion import GCV
from equipoise.selection.cross_validation import CrossValidation
from equipoise.selection.folds import folds, rounds
from equipoise.selection.leave_one_out import LeaveOneOut
from equipoise.solvers.targets import TargetDesign, TargetPath

__all__ = ["TargetSelection", "select_targets"]


@dataclass(frozen=True)
class TargetSelection:
    """Scores of T targets over the grid and the choice for each.

    Attributes
    ----------
    alphas : array of shape (m,)
        Decreasing.
    mean, se : arrays of shape (m, T)
        Mean score over folds or rows, lower is better, and its standard error.
    score_name : str
    best, one_se, index : arrays of shape (T,)
        Index of the lowest mean, of the largest alpha within one standard error of it, and of the choice.
    why : str
        The reason in one sentence, and how many targets have their best alpha at an end of the grid.
    predictions : array of shape (n, T) or None
        Prediction of each row at the chosen alphas from the fit that did not see it; nan if there is none.
    """

    alphas: FloatArray
    mean: FloatArray
    se: FloatArray
    score_name: str
    best: NDArray[np.intp]
    one_se: NDArray[np.intp]
    index: NDArray[np.intp]
    why: str
    predictions: FloatArray | None = field(default=None, repr=False)

    @property
    def alpha(self) -> FloatArray:
        """The chosen alphas, shape (T,)."""
        return np.asarray(self.alphas[self.index])


def select_targets(design: TargetDesign, strategy: Any, context: Context) -> tuple[TargetSelection, TargetPath]:
    """Choose an alpha for each target.

    Raises
    ------
    InputError
        If the strategy is for one target only.
    """
    plain = isinstance(strategy, CrossValidation) and (
        strategy.scoring is None and strategy.l1_ratios is None and strategy.relax is None and strategy.refine == 0
    )
    if not (plain or isinstance(strategy, (LeaveOneOut, GCV))):
        raise InputError(
            f"{type(strategy).__name__} with these settings is for one target; for many use "
            "CrossValidation(cv, alphas, rule), LeaveOneOut or GCV, or fit one target at a time"
        )
    problem = design.problem
    rule: Rule = getattr(strategy, "rule", "best")
    check_rule(rule)
    alphas = alpha_grid(problem, strategy.alphas)
    path = design.path(alphas)
    if isinstance(strategy, CrossValidation):
        splits = folds(strategy.cv, problem, context)
        spectra, errors, weight = design.held_out(splits, alphas)
        tests = [test for _, test in splits]
        mean, se = over_folds(errors.reshape(len(splits), -1), weight, rounds(tests, problem.n))
        found = _chosen(
            alphas, mean.reshape(errors.shape[1:]), se.reshape(errors.shape[1:]), "mean squared error", rule
        )
        total, seen = np.zeros(problem.y.shape), np.zeros(problem.n)
        for spectrum, test in zip(spectra, tests, strict=True):
            total[test] += design.predict(spectrum, test, found.alpha)
            seen[test] += 1.0
        predictions = total / np.where(seen > 0, seen, np.nan)[:, None]
    elif isinstance(strategy, LeaveOneOut):
        if len(problem.rows) < 2:
            raise InputError(f"leaving one out needs at least two rows, but n_samples={len(problem.rows)}")
        mean, variance = design.left_out(path.spectrum, alphas)
        se = np.sqrt(variance / max(len(problem.rows) - 1, 1))
        found = _chosen(alphas, mean, se, "mean squared error", rule)
        predictions = design.left_out_at(path.spectrum, found.alpha)
    else:
        found, predictions = _chosen(alphas, *_gcv(path, problem, context), "GCV", rule), None
    return replace(found, predictions=predictions), path


def _gcv(path: TargetPath, problem: Any, context: Context) -> tuple[FloatArray, FloatArray]:
    spectrum = path.spectrum
    values, cross, squares = spectrum.values[:, None], spectrum.turned, spectrum.normal.squares
    scores = np.empty((len(path.alphas), problem.outputs))
    for k, alpha in enumerate(path.alphas):
        w = spectrum.weights(float(alpha))
        error = squares - np.sum(w * (2.0 * cross - values * w), axis=0)
        used = np.sum(spectrum.values / (spectrum.values + alpha)) + problem.fit_intercept
        share = 1.0 - used / context.rows(problem)
        scores[k] = np.maximum(error, 0.0) / share**2 if share > 0 else np.inf
    return scores, np.zeros_like(scores)


def _chosen(alphas: FloatArray, mean: FloatArray, se: FloatArray, name: str, rule: Rule) -> TargetSelection:
    best = np.argmin(mean, axis=0)
    lowest = np.take_along_axis(mean, best[None], axis=0)[0]

    def largest(limit: FloatArray) -> NDArray[np.intp]:
        return np.asarray(np.argmax(mean <= limit, axis=0))

    one_se = largest(lowest + np.take_along_axis(se, best[None], axis=0)[0])
    index = best if rule == "best" else one_se if rule == "1se" else largest(lowest * (1.0 + float(rule)))
    said = {"best": "the lowest", "1se": "the largest alpha within one standard error of the lowest"}
    what = said[rule] if isinstance(rule, str) else f"the largest alpha within {100.0 * rule:.3g} % of the lowest"
    ends = {"upper": int(np.sum(best == 0)), "lower": int(np.sum(best == len(alphas) - 1))}
    where = [f"{count} of {len(best)} have theirs at the {end} end of the grid" for end, count in ends.items() if count]
    why = "; ".join([f"each target has {what} {name}", *where])
    return TargetSelection(alphas, mean, se, name, best, one_se, index, why)
