"""Huber regression: least squares for most rows, absolute error for outliers, with any penalty."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, final

import numpy as np

from equipoise.errors import InputError
from equipoise.linear.regression import LinearRegressor
from equipoise.losses import Huber, Loss
from equipoise.losses.base import FloatArray
from equipoise.penalties import L2, Penalty
from equipoise.selection import Context
from equipoise.selection.cross_validation import with_ratio
from equipoise.solvers import Path, Problem, solve_path

__all__ = ["HuberRegressor"]

CONSISTENT = 1.4826  # median absolute residual -> standard deviation, for normal noise


@final
class HuberRegressor(LinearRegressor):
    """Huber regression: mean Huber loss of y - Xw - b + alpha * penalty; linear beyond residuals of delta * scale.

    With `scale="auto"` the scale is the median absolute residual times 1.4826, which makes it the standard deviation of
    normal noise. A first fit takes the scale of the target itself and chooses alpha; at that alpha scale and fit are
    found in turn until the scale stays (at most 10 times); with it alpha is chosen again and the fit is made. So a
    target in other units gives the same fit in those units.

    Parameters
    ----------
    alpha : "auto", float or strategy, default "auto"
        Weight of the penalty; "auto" chooses by the Huber loss of 5-fold cross-validation.
    delta : float > 0, default 1.345
        Threshold in units of the scale; 1.345 loses 5 % against least squares if the noise is normal.
    scale : "auto" or float > 0, default "auto"
        Scale of the noise, in the units of the target.
    penalty : Penalty, optional
        L2 if not given.
    fit_intercept : bool, default True
    standardize : bool, default False
        Whether the penalty sees columns of unit variance.
    tol : float, default 1e-6
        Bound on the relative duality gap.
    n_jobs : int, optional
        Threads over folds; as many as there are cores if not given.

    Attributes
    ----------
    scale_ : float
        Scale of the noise.

    References
    ----------
    Huber (1964), "Robust estimation of a location parameter".

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> x = np.linspace(0.0, 1.0, 30)
    >>> y = 2.0 * x + 0.01 * np.cos(40.0 * x)
    >>> y[3] = 1000.0
    >>> eq.HuberRegressor(alpha=0.0).fit(x[:, None], y).coef_.round(1)
    array([2.])
    """

    def __init__(
        self, alpha: Any = "auto", *, delta: float = 1.345, scale: Any = "auto", penalty: Penalty | None = None,
        fit_intercept: bool = True, standardize: bool = False, tol: float = 1e-6, n_jobs: int | None = None,
    ) -> None:  # fmt: skip
        self.alpha = alpha
        self.delta = delta
        self.scale = scale
        self.penalty = penalty
        self.fit_intercept = fit_intercept
        self.standardize = standardize
        self.tol = tol
        self.n_jobs = n_jobs

    def _terms(self, classes: int) -> tuple[Loss, Penalty]:
        return Huber(self.delta), self.penalty or L2()

    def _learn(self, problem: Problem, context: Context) -> None:
        if isinstance(self.scale, str) and self.scale == "auto":
            spread = _scale(problem.y - _median(problem.y, problem.weight), problem.weight)
            found, path, alpha = self._choose(self._with_scale(problem, spread), context)
            chosen = problem
            if found is not None and found.l1_ratio is not None:
                chosen = replace(problem, penalty=with_ratio(problem.penalty, found.l1_ratio))
            self.scale_ = self._settle(chosen, path, alpha)
        else:
            self.scale_ = _positive(self.scale)
        super()._learn(self._with_scale(problem, self.scale_), context)

    def _settle(self, problem: Problem, path: Path, alpha: float) -> float:
        """Scale and fit in turn at one alpha, until the scale stays."""
        scale = 0.0
        for _ in range(10):
            before, scale = scale, _scale(problem.y - problem.predictor(*path.at(alpha)), problem.weight)
            if abs(scale - before) <= 1e-3 * scale:
                break
            path = solve_path(self._with_scale(problem, scale), np.array([alpha]), min(self.tol, 1e-14))
        return scale

    def _with_scale(self, problem: Problem, scale: float) -> Problem:
        return replace(problem, loss=Huber(self.delta * scale))


def _median(values: FloatArray, weight: FloatArray) -> float:
    return Huber().start(values, weight)


def _scale(residual: FloatArray, weight: FloatArray) -> float:
    """Median absolute residual as a standard deviation; the mean if most are 0, and 1 if all are."""
    size = np.abs(residual)
    median, mean = CONSISTENT * _median(size, weight), float(weight @ size)
    floor = 1e-10 * float(np.max(size[weight > 0]))
    return median if median > floor else mean if mean > 0.0 else 1.0


def _positive(scale: Any) -> float:
    if isinstance(scale, (int, float, np.number)) and not isinstance(scale, bool) and 0.0 < scale < np.inf:
        return float(scale)
    raise InputError(f"scale={scale!r} is neither a positive number nor 'auto'")
