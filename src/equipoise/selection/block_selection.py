"""Alpha from second moments alone: what each strategy becomes when the rows have gone by.

Cross-validation scores the held-out rows of a fold by their moments; the criteria need the loss of all rows, a
quadratic form too. What looks at single rows (leave-one-out, a splitter of your own) needs them in memory.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from equipoise.errors import InputError
from equipoise.losses import Squared
from equipoise.losses.base import FloatArray
from equipoise.selection.base import Selection, check_rule
from equipoise.selection.criterion import CRITERIA, GCV, InformationCriterion
from equipoise.selection.cross_validation import CrossValidation, with_ratio
from equipoise.selection.scan import Layers, Scan, lowest, shares
from equipoise.solvers import Path, Problem
from equipoise.solvers.block_paths import MomentProblem
from equipoise.solvers.degrees import gram_degrees

__all__ = ["block_folds_of", "select_from_moments"]

USABLE = "CrossValidation(cv=<number of folds>), GCV() or InformationCriterion()"


def block_folds_of(strategy: Any) -> int:
    """Number of folds whose moments a strategy needs, 1 if none; and raise if moments are not enough for it."""
    if isinstance(strategy, CrossValidation):
        cv = strategy.cv
        if not isinstance(cv, (int, np.integer)) or isinstance(cv, bool):
            raise InputError(f"cv={cv!r}: blocks are dealt to folds by row number; give cv a number of folds")
        if cv < 2:
            raise InputError(f"cv={cv}: cross-validation needs at least 2 folds")
        if strategy.scoring is not None:
            raise InputError(f"scoring={strategy.scoring!r} needs single rows; blocks have squared error, scoring=None")
        if not isinstance(strategy.refine, (int, np.integer)) or strategy.refine < 0:
            raise InputError(f"refine={strategy.refine!r} is not a number of points >= 0")
        if strategy.relax is not None:
            raise InputError(f"relax={strategy.relax!r} needs all rows in memory; blocks are fitted with relax=None")
        check_rule(strategy.rule)
        return int(cv)
    if isinstance(strategy, (GCV, InformationCriterion)):
        return 1
    raise InputError(f"{type(strategy).__name__} needs all rows in memory; blocks take a number, {USABLE}")


def select_from_moments(strategy: Any, problem: MomentProblem) -> tuple[Selection, Path]:
    """Score a grid of alphas and choose one; the selection, and the path of all rows."""
    folds = block_folds_of(strategy)
    if isinstance(strategy, CrossValidation):
        if folds != len(problem.parts):
            raise InputError(
                f"cv={folds}, but the statistics were collected for {len(problem.parts)} folds; use the same number"
            )
        found = _cross_validate(strategy, problem)
        return found, found.path or problem.path(found.alphas)
    path = problem.path(problem.grid(strategy.alphas))
    size = path.dfs
    path = replace(path, dfs=gram_degrees(problem.normal(problem.whole).gram, problem.penalty, path))
    scores, name = _criterion(strategy, problem, path, size)
    if not np.any(np.isfinite(scores)):
        raise InputError(
            f"{name} is infinite at every alpha: the fits use as many degrees of freedom as there are rows"
        )
    return replace(Selection.of(path.alphas, scores[None, :], np.ones(1), name, "best"), path=path), path


def _cross_validate(strategy: CrossValidation, problem: MomentProblem) -> Selection:
    if strategy.l1_ratios is None:
        return _scan(strategy, problem)
    tried = []
    for ratio in shares("l1_ratios", strategy.l1_ratios):
        part = replace(problem, penalty=with_ratio(problem.penalty, ratio))
        tried.append(replace(_scan(strategy, part), l1_ratio=ratio))
    return lowest(tried) if len(tried) > 1 else replace(tried[0], tried=tuple(tried))


def _scan(strategy: CrossValidation, problem: MomentProblem) -> Selection:
    scan = _MomentScan(problem)
    scan.search(problem.grid(strategy.alphas), np.ndim(strategy.alphas) == 0, int(strategy.refine))
    name, path = Squared.score_name, scan.paths[0][-1]
    return Selection.of(scan.alphas, scan.scores[0], scan.weights, name, strategy.rule, path=path)


class _MomentScan(Scan):
    """Paths and scores of all folds, as for rows in memory, from their moments."""

    def __init__(self, problem: MomentProblem) -> None:
        super().__init__(_without_rows(problem), problem.tol)
        self.moments = problem

    def fit(self, alphas: FloatArray) -> list[Path]:
        return self.moments.fold_paths(alphas)

    def score(self, paths: list[Path]) -> tuple[Layers, FloatArray, FloatArray]:
        parts = self.moments.parts
        scores = np.array([self.moments.error(path, part) for path, part in zip(paths, parts, strict=False)])
        return [paths], scores[None], np.array([part.weight for part in parts])


def _without_rows(problem: MomentProblem) -> Problem:
    """Loss, penalty and size for what asks about no more than these; its one row says nothing."""
    row = (np.zeros((1, problem.p)), np.zeros(1))
    return Problem(*row, Squared(), problem.penalty, np.ones(1), problem.fit_intercept, problem.standardize)


def _criterion(
    strategy: GCV | InformationCriterion, problem: MomentProblem, path: Path, size: FloatArray
) -> tuple[FloatArray, str]:
    n, degrees = problem.whole.weight, path.dfs + problem.fit_intercept
    errors = problem.error(path, problem.whole)
    if isinstance(strategy, GCV):
        share = 1.0 - degrees / n
        return np.where(share > 0, errors / np.where(share > 0, share, 1.0) ** 2, np.inf), "GCV"
    if strategy.criterion not in CRITERIA:
        raise InputError(f"criterion {strategy.criterion!r} is not known; choose one of {', '.join(CRITERIA)}")
    floor = 1e-14 * float(problem.normal(problem.whole).squares[0])
    scores = n * np.log(np.maximum(errors, max(floor, 1e-300)))
    return scores + strategy._price(n, degrees, size, _without_rows(problem)), strategy.criterion.upper()
