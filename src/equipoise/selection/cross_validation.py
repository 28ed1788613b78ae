"""Cross-validation: alpha by the score of held-out folds, the best or the simplest that is about as good.

The one-standard-error rule (Breiman et al. 1984, section 3.4.3) takes the most regularised model whose score cannot
be told from the best: fewer features for the same evidence. Standard errors as in glmnet: weighted deviation of the
fold scores over sqrt(folds).

An automatic grid goes on where its end is the best point, a decade at a time, until the score gains less than 0.1 % in
one. Several l1_ratios are tried on the same folds; the one with the lowest score is chosen, and within it the rule
chooses alpha.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.errors import InputError
from equipoise.losses.base import FloatArray
from equipoise.penalties import L1, L2, ElasticNet, Penalty
from equipoise.selection.base import Context, Rule, Selection, Strategy, alpha_grid, check_rule
from equipoise.selection.folds import Split, folds, rounds
from equipoise.selection.scoring import Score, scorer_of
from equipoise.solvers import Path, Problem, alpha_max, fold_paths

__all__ = ["CrossValidation", "with_ratio"]

DECADES = 3  # that a grid may be extended by
FLAT = 1e-3  # gain a decade below which the score counts as level


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

    References
    ----------
    Stone (1974), "Cross-validatory choice and assessment of statistical predictions".
    Breiman, Friedman, Olshen and Stone (1984), "Classification and regression trees", section 3.4.3.

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
    """

    cv: Any = 5
    alphas: int | ArrayLike = 100
    rule: Rule = "best"
    scoring: Any = None
    l1_ratios: ArrayLike | None = field(default=None, kw_only=True)
    refine: int = field(default=0, kw_only=True)

    def select(self, problem: Problem, context: Context) -> Selection:
        """Fit every fold's path and score it on the rows held out."""
        check_rule(self.rule)
        if not isinstance(self.refine, (int, np.integer)) or isinstance(self.refine, bool) or self.refine < 0:
            raise InputError(f"refine={self.refine!r} is not a number of points >= 0")
        splits = folds(self.cv, problem, context)
        if self.l1_ratios is None:
            return self._choose(problem, context, splits)
        ratios = _ratios(self.l1_ratios)
        penalties = [with_ratio(problem.penalty, ratio) for ratio in ratios]
        tried = [self._choose(replace(problem, penalty=penalty), context, splits) for penalty in penalties]
        k = int(np.nanargmin([found.mean[found.best] for found in tried]))
        why = f"l1_ratio {ratios[k]:g} has the lowest score of {len(ratios)} on the same folds; there {tried[k].why}"
        return replace(tried[k], why=why, l1_ratio=ratios[k], tried=tuple(tried))

    def _choose(self, problem: Problem, context: Context, splits: list[Split]) -> Selection:
        score, name = scorer_of(self.scoring, problem, context)
        scan = _Scan(problem, context, splits, score)
        scan.add(alpha_grid(problem, self.alphas))
        if np.ndim(self.alphas) == 0:
            _extend(scan)
        if self.refine and len(scan.alphas) > 1:
            scan.add(_between(scan.alphas, scan.best, int(self.refine)))
        share = rounds(scan.tests, problem.n)
        found = Selection.of(scan.alphas, scan.scores, scan.weights, name, self.rule, share, path=scan.paths[-1])
        return replace(found, predictions=_held_out(scan.paths, problem, scan.tests, found.index))


class _Scan:
    """Paths of all folds and of all rows, with their scores, to which alphas are added."""

    def __init__(self, problem: Problem, context: Context, splits: list[Split], score: Score) -> None:
        self.problem, self.context, self.score = problem, context, score
        self.trains, self.tests = [train for train, _ in splits], [test for _, test in splits]
        self.paths: list[Path] = []
        self.scores = np.empty((len(splits), 0))
        self.weights = np.empty(len(splits))

    @property
    def alphas(self) -> FloatArray:
        return self.paths[-1].alphas

    @property
    def mean(self) -> FloatArray:
        return np.asarray(self.weights / self.weights.sum() @ self.scores)

    @property
    def best(self) -> int:
        mean = self.mean
        return int(np.nanargmin(mean)) if np.any(np.isfinite(mean)) else 0

    def add(self, alphas: FloatArray) -> None:
        """Fit and score; of points added to others only those that are certified in every fold are kept."""
        tol = self.context.tol
        paths = fold_paths(self.problem, alphas, self.trains, tol, self.context.n_jobs)
        if self.paths:
            proved = np.all([path.gaps <= tol for path in paths], axis=0)
            paths = [path.only(proved) for path in paths]
        pairs = [self.score(path, self.problem, test) for path, test in zip(paths, self.tests, strict=False)]
        scores, self.weights = np.array([s for s, _ in pairs]), np.array([w for _, w in pairs])
        if self.paths:
            order = np.argsort(-np.concatenate([self.alphas, paths[-1].alphas]), kind="stable")
            scores = np.concatenate([self.scores, scores], axis=1)[:, order]
            paths = [old.joined(new) for old, new in zip(self.paths, paths, strict=True)]
        self.paths, self.scores = paths, scores


def _extend(scan: _Scan) -> None:
    """Go on beyond the end of the grid while the best point lies there and the score still falls."""
    if len(scan.alphas) < 2 or scan.alphas[-1] <= 0.0:
        return
    step = float(scan.alphas[1] / scan.alphas[0])
    decade = max(1, round(-1.0 / np.log10(step)))
    for _ in range(DECADES):
        mean, best, last = scan.mean, scan.best, len(scan.alphas) - 1
        inner = min(decade, last) if best == 0 else max(0, last - decade)
        # with an L1 part nothing changes above the first point: every coefficient is 0 there
        if best not in (0, last) or (best == 0 and np.isfinite(alpha_max(scan.problem))):
            return
        if not mean[inner] - mean[best] > FLAT * abs(mean[best]):
            return
        powers = np.arange(decade, 0, -1.0) if best == 0 else -np.arange(1.0, decade + 1.0)
        scan.add(scan.alphas[best] * step**-powers)
        if len(scan.alphas) == last + 1:
            return


def _between(alphas: FloatArray, best: int, count: int) -> FloatArray:
    """So many points between the neighbours of the best one, half on each side, evenly in log alpha."""
    low, high = min(best + 1, len(alphas) - 1), max(best - 1, 0)
    above = (count + 1) // 2 if low != best else count
    above = above if high != best else 0
    parts = [_inside(alphas[high], alphas[best], above), _inside(alphas[best], alphas[low], count - above)]
    return np.concatenate(parts)


def _inside(high: float, low: float, count: int) -> FloatArray:
    if count == 0:
        return np.empty(0)
    if low <= 0.0:  # a grid that was given may end at 0
        return np.linspace(high, low, count + 2)[1:-1]
    return np.geomspace(high, low, count + 2)[1:-1]


def _ratios(l1_ratios: ArrayLike) -> list[float]:
    try:
        ratios = np.unique(np.asarray(l1_ratios, dtype=np.float64))
    except (TypeError, ValueError):
        ratios = np.empty(0)
    if ratios.size == 0 or not np.all((ratios >= 0) & (ratios <= 1)):
        raise InputError(f"l1_ratios={l1_ratios!r} are not numbers in [0, 1]")
    return [float(ratio) for ratio in ratios]


def with_ratio(penalty: Penalty, ratio: float) -> Penalty:
    """The penalty with another share of its L1 part."""
    if isinstance(penalty, (L1, L2)):
        return ElasticNet(l1_ratio=ratio, factor=penalty.factor)
    if any(known.name == "l1_ratio" for known in fields(penalty)):
        changed: dict[str, Any] = {"l1_ratio": ratio}
        return replace(penalty, **changed)
    raise InputError(f"l1_ratios are for penalties with an L1 and an L2 part, not for {type(penalty).__name__}")


def _held_out(paths: list[Path], problem: Problem, tests: list[NDArray[np.intp]], index: int) -> FloatArray:
    """Linear predictor of each row from the folds that did not see it, at one alpha; nan for rows never held out."""
    total, times = np.zeros(problem.y.shape), np.zeros(problem.n)
    for path, test in zip(paths, tests, strict=False):  # the last path is that of all rows
        total[test] += problem.predictor_of(test, path.coefs[index], path.intercepts[index])
        times[test] += 1.0
    times = np.where(times > 0, times, np.nan)
    return total / (times if total.ndim == 1 else times[:, None])
