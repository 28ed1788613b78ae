"""Cross-validation: alpha by the score of held-out folds, the best or the simplest that is about as good.

The one-standard-error rule (Breiman et al. 1984, section 3.4.3) takes the most regularised model whose score cannot
be told from the best: fewer features for the same evidence. Standard errors as in glmnet: weighted deviation of the
fold scores over sqrt(folds).

Several l1_ratios and relaxed fits are tried on the same folds; the one with the lowest score is chosen, and within it
the rule chooses alpha.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any, final

import numpy as np
from joblib import Parallel, cpu_count, delayed
from numpy.typing import ArrayLike

from equipoise.errors import InputError
from equipoise.losses.base import FloatArray
from equipoise.penalties import L1, L2, ElasticNet, Penalty
from equipoise.selection.base import Context, Rule, Selection, Strategy, alpha_grid, check_rule
from equipoise.selection.folds import Split, folds, held_out, rounds
from equipoise.selection.relaxed import blend, refits
from equipoise.selection.scan import Layers, Scan, lowest, shares
from equipoise.selection.scoring import Score, scorer_of
from equipoise.solvers import Path, Problem, alpha_max, fold_paths

__all__ = ["CrossValidation", "with_ratio"]


@final
@dataclass(frozen=True, eq=False)
class CrossValidation(Strategy):
    """Choose alpha by cross-validation.

    Parameters
    ----------
    cv : int, splitter or iterable of (train, test), default 5
        A number means shuffled folds (seed 0): stratified for classes, whole groups where groups are given. Folds may
        overlap or leave rows out (repeated, shuffled, time-series splits).
    alphas : int or array, default 100
        Number of points of the grid, or the grid. An automatic grid is extended where its end is the best point.
    rule : {"best", "1se"} or float
        Lowest score; the largest alpha within one standard error of it; or the largest within a share of it, 0.05 for
        5 %.
    scoring : str or callable, optional
        A scorer of scikit-learn, or a callable (estimator, X, y) -> number, larger for a better model: its score is
        stored with the other sign, since lower is better here. The loss of the estimator if not given.
    l1_ratios : array, optional
        Shares of the L1 part to choose among, for a penalty that has one (or L1 or L2, which become elastic nets).
    refine : int, default 0
        Points to add around the best one once the grid is scored.
    relax : array, optional
        Values of gamma in [0, 1] to choose among, for a penalty that selects features: gamma * penalised fit +
        (1 - gamma) * unpenalised refit on its features. `coef_` and `path_` are then those of the relaxed fits, and
        their certificates the larger one of the two that each is made of.

    References
    ----------
    Stone (1974), "Cross-validatory choice and assessment of statistical predictions".
    Breiman, Friedman, Olshen and Stone (1984), "Classification and regression trees", section 3.4.3.
    Meinshausen (2007), "Relaxed lasso".

    Examples
    --------
    >>> import equipoise as eq
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = eq.Lasso(alpha=eq.CrossValidation(cv=5, rule="1se")).fit(X, y)
    >>> int((model.coef_ != 0).sum()) < 10
    True
    >>> strategy = eq.CrossValidation(scoring="neg_mean_absolute_error", l1_ratios=[0.1, 0.5, 0.9])
    >>> chosen = eq.ElasticNet(alpha=strategy).fit(X, y).selection_
    >>> chosen.score_name, chosen.l1_ratio in (0.1, 0.5, 0.9)
    ('mean absolute error', True)
    >>> relaxed = eq.Lasso(alpha=eq.CrossValidation(relax=[0.0, 0.5, 1.0])).fit(X, y)
    >>> relaxed.selection_.gamma in (0.0, 0.5, 1.0)
    True
    """

    cv: Any = 5
    alphas: int | ArrayLike = 100
    rule: Rule = "best"
    scoring: Any = None
    l1_ratios: ArrayLike | None = field(default=None, kw_only=True)
    refine: int = field(default=0, kw_only=True)
    relax: ArrayLike | None = field(default=None, kw_only=True)

    def select(self, problem: Problem, context: Context) -> Selection:
        """Fit every fold's path and score it on the rows held out."""
        check_rule(self.rule)
        if not isinstance(self.refine, (int, np.integer)) or isinstance(self.refine, bool) or self.refine < 0:
            raise InputError(f"refine={self.refine!r} is not a number of points >= 0")
        splits = folds(self.cv, problem, context)
        if self.l1_ratios is None:
            return lowest(self._try(problem, context, splits))
        tried = []
        for ratio in shares("l1_ratios", self.l1_ratios):
            part = replace(problem, penalty=with_ratio(problem.penalty, ratio))
            tried += [replace(one, l1_ratio=ratio) for one in self._try(part, context, splits)]
        return lowest(tried) if len(tried) > 1 else replace(tried[0], tried=tuple(tried))

    def _try(self, problem: Problem, context: Context, splits: list[Split]) -> list[Selection]:
        """One selection for each gamma, or a single one."""
        score, name = scorer_of(self.scoring, problem, context)
        gammas: list[float | None] = [None]
        if self.relax is not None:
            gammas = list(reversed(shares("relax", self.relax)))  # of equal scores the unrelaxed one
            if not np.isfinite(alpha_max(problem)):
                kind = type(problem.penalty).__name__
                raise InputError(f"relax is for penalties that select features, not for {kind}")
        scan = _FoldScan(problem, context, splits, score, gammas)
        scan.search(alpha_grid(problem, self.alphas), np.ndim(self.alphas) == 0, int(self.refine))
        share = rounds(scan.tests, problem.n)
        tried = []
        for gamma, scores, paths in zip(gammas, scan.scores, scan.paths, strict=True):
            found = Selection.of(scan.alphas, scores, scan.weights, name, self.rule, share, path=paths[-1], gamma=gamma)
            predictions = held_out(paths, [problem] * len(scan.tests), scan.tests, found.index)
            tried.append(replace(found, predictions=predictions))
        return tried


class _FoldScan(Scan):
    """By the rows of each fold; a layer for each gamma."""

    def __init__(
        self, problem: Problem, context: Context, splits: list[Split], score: Score, gammas: list[float | None]
    ) -> None:
        super().__init__(problem, context.tol)
        self.n_jobs, self.judge, self.gammas = context.n_jobs, score, gammas
        self.trains, self.tests = [train for train, _ in splits], [test for _, test in splits]

    def fit(self, alphas: FloatArray) -> list[Path]:
        return fold_paths(self.problem, alphas, self.trains, self.tol, self.n_jobs)

    def score(self, paths: list[Path]) -> tuple[Layers, FloatArray, FloatArray]:
        layers = [paths] if self.gammas == [None] else self._relaxed(paths)
        pairs = [
            [self.judge(path, self.problem, test) for path, test in zip(layer, self.tests, strict=False)]
            for layer in layers
        ]
        return layers, np.array([[s for s, _ in layer] for layer in pairs]), np.array([w for _, w in pairs[0]])

    def _relaxed(self, paths: list[Path]) -> Layers:
        parts = [*(self.problem.on_rows(train) for train in self.trains), self.problem]
        jobs = [delayed(refits)(part, path, self.tol) for part, path in zip(parts, paths, strict=True)]
        workers = self.n_jobs if self.n_jobs is not None and self.n_jobs > 0 else cpu_count()
        free = list(Parallel(n_jobs=workers, backend="threading")(jobs))
        return [[blend(*pair, 1.0 if g is None else g) for pair in zip(paths, free, strict=True)] for g in self.gammas]


def with_ratio(penalty: Penalty, ratio: float) -> Penalty:
    """The penalty with another share of its L1 part."""
    if isinstance(penalty, (L1, L2)):
        return ElasticNet(l1_ratio=ratio, factor=penalty.factor)
    if any(known.name == "l1_ratio" for known in fields(penalty)):
        changed: dict[str, Any] = {"l1_ratio": ratio}
        return replace(penalty, **changed)
    raise InputError(f"l1_ratios are for penalties with an L1 and an L2 part, not for {type(penalty).__name__}")
