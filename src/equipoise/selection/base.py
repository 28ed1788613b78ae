"""How alpha is chosen: a strategy turns a problem into a grid of alphas, scores, and one choice with its reason."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.errors import InputError
from equipoise.losses.base import FloatArray
from equipoise.losses.kinked import Kinked
from equipoise.solvers import Path, Problem, alpha_max
from equipoise.solvers.grid import spaced_alphas

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Context", "Rule", "Selection", "Strategy", "alpha_grid", "check_rule", "over_folds"]

Rule = Literal["best", "1se"] | float


@dataclass(frozen=True)
class Context:
    """What a strategy may use besides the problem.

    Attributes
    ----------
    labels : array of shape (n,), optional
        Class codes, for stratified folds.
    groups : array of shape (n,), optional
        Rows of one group stay in one fold.
    tol : float
        Bound on the relative duality gap of every fit.
    n_jobs : int, optional
        Threads over folds; as many as there are cores if not given.
    size : float, optional
        Sum of the sample weights: the number of rows, each as often as its weight says.
    target : array of n rows, optional
        The target as it was given, for scorers.
    model : callable, optional
        (coefficients, intercept) -> an estimator that predicts with them, for scorers.
    """

    labels: NDArray[Any] | None = None
    groups: ArrayLike | None = None
    tol: float = 1e-6
    n_jobs: int | None = None
    size: float | None = None
    target: NDArray[Any] | None = field(default=None, repr=False)
    model: Callable[[FloatArray, Any], Any] | None = field(default=None, repr=False)

    def rows(self, problem: Problem) -> float:
        """Sum of the sample weights: a row of weight 2 counts as two."""
        return self.size if self.size is not None else float(np.count_nonzero(problem.weight))


@dataclass(frozen=True)
class Selection:
    """Scores over the grid and the choice.

    Attributes
    ----------
    alphas : array of shape (m,)
        Decreasing.
    scores : array of shape (folds, m)
        Score of each fold, lower is better; one row where there are no folds.
    mean, se : arrays of shape (m,)
        Mean over folds weighted by the weight of their rows, and its standard error (0 where there are no folds). Folds
        of a second round look at the same rows again: they do not count as more folds.
    score_name : str
    best, one_se : int
        Index of the lowest mean, and of the largest alpha within one standard error of it.
    index : int
        The choice.
    why : str
        The reason in one sentence.
    predictions : array of shape (n,) or (n, K), or None
        Linear predictor of each row at the chosen alpha from the fold that did not see it (nan if there is none, the
        mean if there are several).
    path : Path or None
        The path of all rows over `alphas`, where the strategy fitted it beside the folds.
    l1_ratio, gamma : float or None
        The chosen share of the L1 part, and of the penalised fit in a relaxed one, where several were tried.
    tried : tuple of Selection
        One for each combination of them.
    """

    alphas: FloatArray
    scores: FloatArray
    mean: FloatArray
    se: FloatArray
    score_name: str
    best: int
    one_se: int
    index: int
    why: str
    predictions: FloatArray | None = field(default=None, repr=False)
    path: Path | None = field(default=None, repr=False)
    l1_ratio: float | None = None
    gamma: float | None = None
    tried: tuple[Selection, ...] = field(default=(), repr=False)

    @property
    def alpha(self) -> float:
        """The chosen alpha."""
        return float(self.alphas[self.index])

    @classmethod
    def of(
        cls,
        alphas: FloatArray,
        scores: FloatArray,
        weight: FloatArray,
        name: str,
        rule: Rule,
        rounds: float = 1.0,
        **rest: Any,
    ) -> Selection:
        """Aggregate fold scores and choose by the rule."""
        mean, se = over_folds(scores, weight, rounds)
        if np.all(np.isnan(mean)):
            raise InputError(f"the {name} is not a number in some fold at every alpha; use fewer or stratified folds")
        best = int(np.nanargmin(mean))
        one_se = _largest(mean, mean[best] + se[best])
        lowest = f"the lowest ({mean[best]:.4g})"
        if rule == "best":
            index = best
            ends = {0: ", at the upper end of the grid", len(mean) - 1: ", at the lower end of the grid"}
            where = ends.get(index, "") if len(mean) > 1 else ""
            why = f"alpha {alphas[index]:.4g} has the lowest {name}, {mean[best]:.4g}{where}"
        else:
            index, near = one_se, f"one standard error ({se[best]:.2g})"
            if rule != "1se":
                index, near = _largest(mean, mean[best] + float(rule) * abs(mean[best])), f"{100.0 * float(rule):.3g} %"
            reached = f"{name} ({mean[index]:.4g})"
            why = f"alpha {alphas[index]:.4g} is the largest whose {reached} lies within {near} of {lowest}"
        return cls(alphas, scores, mean, se, name, best, one_se, index, why, **rest)

    def plot(self, ax: Any = None) -> Axes:
        """Score over alpha with one standard error, the best and the one-standard-error alpha marked.

        Above it stands how many features have a coefficient other than 0, where the path of all rows is at hand.
        """
        from equipoise.report import validation_curve

        best, one_se = float(self.alphas[self.best]), float(self.alphas[self.one_se])
        marks: dict[str, Any] = {"best": best, "one_se": one_se, "nonzero": self._features()}
        return validation_curve(self.alphas, self.mean, self.se, **marks, label=self.score_name, ax=ax)

    def _features(self) -> NDArray[np.intp] | None:
        """Number of features with a coefficient other than 0 at each alpha."""
        if self.path is None:
            return None
        used = self.path.coefs != 0
        return np.asarray(np.count_nonzero(used if used.ndim == 2 else used.any(axis=1), axis=1))


class Strategy(ABC):
    """A way to choose alpha."""

    @abstractmethod
    def select(self, problem: Problem, context: Context) -> Selection:
        """Score a grid of alphas and choose one."""


def over_folds(scores: FloatArray, weight: FloatArray, rounds: float) -> tuple[FloatArray, FloatArray]:
    """Mean and standard error of scores of shape (folds, m), as glmnet's.

    The weighted mean, and the weighted deviation / sqrt(folds of one round).
    """
    share, folds = weight / weight.sum(), len(scores)
    mean = share @ scores
    spread = share @ (scores - mean) ** 2 * rounds / max(folds - 1, 1)
    return mean, np.sqrt(spread) if folds > 1 else np.zeros_like(mean)


def _largest(mean: FloatArray, limit: float) -> int:
    """Index of the largest alpha whose score is at most `limit`."""
    return int(np.flatnonzero(mean <= limit)[0])


def check_rule(rule: Any) -> None:
    """Raise if the rule is not known."""
    if isinstance(rule, str) and rule in ("best", "1se"):
        return
    if isinstance(rule, (int, float, np.number)) and not isinstance(rule, bool) and 0.0 <= rule < 1.0:
        return
    raise InputError(
        f"rule {rule!r} is not known; choose 'best', '1se', or a share of the lowest score such as 0.05 for within 5 %"
    )


def alpha_grid(problem: Problem, alphas: int | ArrayLike) -> FloatArray:
    """Decreasing alphas for a problem, by `solvers.grid.spaced_alphas`."""
    return spaced_alphas(
        alphas,
        top=alpha_max(problem),
        tall=problem.n > problem.p,
        penalty=problem.penalty,
        curvature=partial(_curvature, problem),
    )


def _curvature(problem: Problem) -> float:
    """Ten times the trace of the loss's curvature, centred and scaled.

    A loss of straight lines bends by one over its size.
    """
    squares = problem.X.multiply(problem.X) if problem.is_sparse else None
    if squares is not None:
        second = np.asarray(squares.T @ problem.weight).ravel()
    else:
        second = np.einsum("ij,ij,i->j", problem.X, problem.X, problem.weight, optimize=True)
    if problem.fit_intercept:
        second = np.maximum(second - problem.means**2, 0.0)
    factor = problem.penalty.factors(problem.p)
    scaled = second * problem.scale**2
    bend = 1.0
    if isinstance(problem.loss, Kinked) and problem.loss.task == "regression" and problem.null.objective > 0.0:
        bend = 1.0 / problem.null.objective
    return float(10.0 * bend * np.sum(scaled[factor > 0] / factor[factor > 0]))
