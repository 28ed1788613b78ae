"""Ridge, lasso and elastic net: squared loss with a penalty."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import RegressorMixin
from sklearn.utils.validation import check_is_fitted

from equipoise.errors import InputError
from equipoise.linear.base import LinearEstimator
from equipoise.linear.blocks import BlockEstimator
from equipoise.linear.targets import learn_targets
from equipoise.losses import Loss, Squared
from equipoise.losses.base import FloatArray
from equipoise.penalties import L1, L2, Penalty
from equipoise.penalties import ElasticNet as ElasticNetPenalty
from equipoise.selection import Context, CrossValidation, Selection, Strategy
from equipoise.solvers import Path, Problem

__all__ = ["ElasticNet", "Lasso", "LinearRegressor", "Ridge"]


class LinearRegressor(RegressorMixin, LinearEstimator):  # type: ignore[misc]
    """A linear predictor of a number."""

    def predict(self, X: Any, *, alpha: float | None = None) -> FloatArray:
        """Predicted target.

        Parameters
        ----------
        X : array, sparse matrix or data frame of shape (n, p)
        alpha : float, optional
            Any alpha of the path; `alpha_` if not given.

        Returns
        -------
        array of shape (n,)
        """
        return self._predictor(X, alpha)


@final
class Ridge(BlockEstimator, LinearRegressor):
    """Least squares with an L2 penalty: mean (y - Xw - b)^2 / 2 + alpha * |w|^2 / 2.

    Scikit-learn's Ridge(alpha) is this one with alpha / n. A y of shape (n, T) is T targets, which share all work on X:
    `coef_` is (T, p), `intercept_` and `alpha_` (T,), `gap_` the largest of all.

    Parameters
    ----------
    alpha : "auto", float, array of shape (T,) or strategy, default "auto"
        Weight of the penalty; "auto" chooses by 5-fold cross-validation. Where y has T columns each gets its own, given
        or chosen: by CrossValidation, LeaveOneOut or GCV.
    penalty : Penalty, optional
        Another penalty than L2.
    fit_intercept : bool, default True
    standardize : bool, default False
        Whether the penalty sees columns of unit variance.
    tol : float, default 1e-6
        Bound on the relative duality gap.
    n_jobs : int, optional
        Threads over folds; as many as there are cores if not given.

    References
    ----------
    Hoerl and Kennard (1970), "Ridge regression: biased estimation for nonorthogonal problems".

    Examples
    --------
    >>> import equipoise as eq
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = eq.Ridge(alpha=eq.LeaveOneOut()).fit(X, y)
    >>> model.gap_ < 1e-6
    True
    >>> eq.Ridge().fit(X[:, :8], X[:, 8:]).alpha_.shape
    (2,)
    """

    def __init__(
        self, alpha: Any = "auto", *, penalty: Penalty | None = None, fit_intercept: bool = True,
        standardize: bool = False, tol: float = 1e-6, n_jobs: int | None = None,
    ) -> None:  # fmt: skip
        self.alpha = alpha
        self.penalty = penalty
        self.fit_intercept = fit_intercept
        self.standardize = standardize
        self.tol = tol
        self.n_jobs = n_jobs

    def _terms(self, classes: int) -> tuple[Loss, Penalty]:
        return Squared(), self.penalty or L2()

    def _target(self, y: NDArray[Any]) -> NDArray[Any]:
        return y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y

    def _learn(self, problem: Problem, context: Context) -> None:
        if problem.y.ndim == 2:
            learn_targets(self, problem, context)
        else:
            super()._learn(problem, context)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


@final
class Lasso(BlockEstimator, LinearRegressor):
    """Least squares with an L1 penalty: mean (y - Xw - b)^2 / 2 + alpha * |w|_1. The scale of alpha is scikit-learn's.

    Parameters
    ----------
    alpha : "auto", float or strategy, default "auto"
        Weight of the penalty; "auto" chooses by 5-fold cross-validation.
    penalty : Penalty, optional
        Another penalty than L1.
    fit_intercept : bool, default True
    standardize : bool, default False
        Whether the penalty sees columns of unit variance.
    tol : float, default 1e-6
        Bound on the relative duality gap.
    n_jobs : int, optional
        Threads over folds; as many as there are cores if not given.

    References
    ----------
    Tibshirani (1996), "Regression shrinkage and selection via the lasso".

    Examples
    --------
    >>> import equipoise as eq
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = eq.Lasso().fit(X, y)
    >>> model.gap_ <= 1e-6, model.path_.coefs.shape
    (True, (100, 10))
    """

    def __init__(
        self, alpha: Any = "auto", *, penalty: Penalty | None = None, fit_intercept: bool = True,
        standardize: bool = False, tol: float = 1e-6, n_jobs: int | None = None,
    ) -> None:  # fmt: skip
        self.alpha = alpha
        self.penalty = penalty
        self.fit_intercept = fit_intercept
        self.standardize = standardize
        self.tol = tol
        self.n_jobs = n_jobs

    def _terms(self, classes: int) -> tuple[Loss, Penalty]:
        return Squared(), self.penalty or L1()


@final
class ElasticNet(BlockEstimator, LinearRegressor):
    """Least squares with L1 and L2: mean (y - Xw - b)^2 / 2 + alpha * (l1_ratio |w|_1 + (1 - l1_ratio) |w|^2 / 2).

    Parameters
    ----------
    alpha : "auto", float or strategy, default "auto"
        Weight of the penalty; "auto" chooses by 5-fold cross-validation. The scale is scikit-learn's.
    l1_ratio : float in [0, 1] or list of them, default 0.5
        Share of the L1 part. Among several the folds that choose alpha choose too, as `l1_ratios` of `CrossValidation`.
    fit_intercept : bool, default True
    standardize : bool, default False
        Whether the penalty sees columns of unit variance.
    tol : float, default 1e-6
        Bound on the relative duality gap.
    n_jobs : int, optional
        Threads over folds; as many as there are cores if not given.

    Attributes
    ----------
    l1_ratio_ : float
        The share of the L1 part in `coef_`.

    References
    ----------
    Zou and Hastie (2005), "Regularization and variable selection via the elastic net".

    Examples
    --------
    >>> import equipoise as eq
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> eq.ElasticNet(l1_ratio=0.9).fit(X, y).gap_ <= 1e-6
    True
    >>> eq.ElasticNet(l1_ratio=[0.1, 0.5, 0.9]).fit(X, y).l1_ratio_ in (0.1, 0.5, 0.9)
    True
    """

    def __init__(
        self, alpha: Any = "auto", *, l1_ratio: float | ArrayLike = 0.5, fit_intercept: bool = True,
        standardize: bool = False, tol: float = 1e-6, n_jobs: int | None = None,
    ) -> None:  # fmt: skip
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.fit_intercept = fit_intercept
        self.standardize = standardize
        self.tol = tol
        self.n_jobs = n_jobs

    def _terms(self, classes: int) -> tuple[Loss, Penalty]:
        ratio: Any = self.l1_ratio if np.ndim(self.l1_ratio) == 0 else 0.5  # of several each fold tries its own
        return Squared(), ElasticNetPenalty(l1_ratio=ratio)

    def _strategy(self) -> Strategy | None:
        strategy = super()._strategy()
        if np.ndim(self.l1_ratio) == 0:
            return strategy
        if not isinstance(strategy, CrossValidation):
            raise InputError(
                f"l1_ratio={self.l1_ratio!r} is chosen by folds, but alpha={self.alpha!r}; give one number, or "
                "alpha='auto' or a CrossValidation"
            )
        if strategy.l1_ratios is not None:
            raise InputError(
                f"l1_ratio={self.l1_ratio!r} and CrossValidation(l1_ratios=...) both list shares; give one"
            )
        return replace(strategy, l1_ratios=self.l1_ratio)

    def _choose(self, problem: Problem, context: Context) -> tuple[Selection | None, Path, float]:
        strategy = self._strategy()
        if strategy is None or np.ndim(self.l1_ratio) == 0:
            return super()._choose(problem, context)
        selection = strategy.select(problem, context)
        assert selection.path is not None
        return selection, selection.path, selection.alpha

    @property
    def l1_ratio_(self) -> float:
        """The share of the L1 part in `coef_`."""
        check_is_fitted(self)
        chosen = None if self.selection_ is None else self.selection_.l1_ratio
        return float(self.l1_ratio if chosen is None else chosen)  # type: ignore[arg-type]
