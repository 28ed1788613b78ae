"""Poisson, gamma and Tweedie regression: a positive mean exp(Xw + b + offset), with any penalty."""

from __future__ import annotations

from typing import Any, Self, final

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import RegressorMixin
from sklearn.utils.validation import _check_sample_weight

from equipoise.errors import InputError
from equipoise.linear.base import LinearEstimator, check_offset
from equipoise.losses import Gamma, Loss, Poisson, Tweedie
from equipoise.losses.base import FloatArray
from equipoise.penalties import L2, Penalty
from equipoise.solvers.problem import null_intercept

__all__ = ["GammaRegressor", "PoissonRegressor", "TweedieRegressor"]


class _LogLinkRegressor(RegressorMixin, LinearEstimator):  # type: ignore[misc]
    def fit(
        self,
        X: Any,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        groups: ArrayLike | None = None,
        offset: ArrayLike | None = None,
    ) -> Self:
        """Choose alpha and fit.

        Parameters
        ----------
        X : array, sparse matrix or data frame of shape (n, p)
            Numbers without gaps; a data frame (pandas, polars, pyarrow) may also hold categories, strings, booleans,
            dates and missing values, which `equipoise.DesignEncoder` turns into numbers, by all rows given here.
        y : array of shape (n,)
            Target.
        sample_weight : array of shape (n,), optional
            A weight of 2 equals a row twice.
        groups : array of shape (n,), optional
            Rows of one group stay in one fold while alpha is chosen.
        offset : array of shape (n,), optional
            Added to the linear predictor: the log of the exposure of each row.

        Returns
        -------
        self

        Raises
        ------
        InputError
            If a setting or the data cannot be used; the message says which and why.
        """
        return self._fit(X, y, sample_weight, groups, offset)

    def predict(self, X: Any, offset: ArrayLike | None = None, *, alpha: float | None = None) -> FloatArray:
        """Predicted mean.

        Parameters
        ----------
        X : array, sparse matrix or data frame of shape (n, p)
        offset : array of shape (n,), optional
            Log of the exposure of each row; without it the mean for an exposure of 1.
        alpha : float, optional
            Any alpha of the path; `alpha_` if not given.

        Returns
        -------
        array of shape (n,)
        """
        eta = self._predictor(X, alpha)
        return np.exp(eta if offset is None else eta + check_offset(offset, len(eta)))

    def score(
        self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None, offset: ArrayLike | None = None
    ) -> float:
        """Share of the deviance explained, D^2: 1 is perfect, 0 no better than the best constant (times exposure).

        Parameters
        ----------
        X : array, sparse matrix or data frame of shape (n, p)
        y : array of shape (n,)
        sample_weight, offset : arrays of shape (n,), optional

        Returns
        -------
        float
        """
        eta, loss = self._predictor(X), self._terms(0)[0]
        target = np.asarray(y, dtype=np.float64)
        weight = np.asarray(_check_sample_weight(sample_weight, eta, dtype=np.float64))
        shift = np.zeros(len(eta)) if offset is None else check_offset(offset, len(eta))
        if (problem := loss.check_target(target[weight > 0])) is not None:
            raise InputError(problem)
        best = null_intercept(loss, target, shift, weight / weight.sum())[0]
        null = loss.total(target, shift + best, weight)
        return 1.0 - loss.total(target, eta + shift, weight) / null if null > 0.0 else float("nan")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.positive_only = True
        return tags


@final
class PoissonRegressor(_LogLinkRegressor):
    """Poisson regression for counts: half the mean deviance of exp(Xw + b + offset) + alpha * penalty.

    For counts over unequal exposures give `offset=log(exposure)` to `fit` and `predict`. The scale of alpha is that of
    scikit-learn's PoissonRegressor and of glmnet's lambda.

    Parameters
    ----------
    alpha : "auto", float or strategy, default "auto"
        Weight of the penalty; "auto" chooses by the deviance of 5-fold cross-validation.
    penalty : Penalty, optional
        L2 if not given.
    fit_intercept : bool, default True
    standardize : bool, default False
        Whether the penalty sees columns of unit variance.
    tol : float, default 1e-6
        Bound on the relative duality gap.
    n_jobs : int, optional
        Threads over folds; as many as there are cores if not given.

    References
    ----------
    McCullagh and Nelder (1989), "Generalized linear models", chapter 6.

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> X = np.arange(12.0)[:, None]
    >>> y = np.array([0, 1, 0, 2, 1, 1, 3, 2, 4, 3, 6, 5])
    >>> model = eq.PoissonRegressor(alpha=0.01).fit(X, y)
    >>> bool(model.predict([[11.0]])[0] > model.predict([[0.0]])[0] > 0)
    True
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
        return Poisson(), self.penalty or L2()


@final
class GammaRegressor(_LogLinkRegressor):
    """Gamma regression for positive amounts: half the mean deviance of exp(Xw + b + offset) + alpha * penalty.

    The error is relative: the spread grows with the mean. The scale of alpha is scikit-learn's.

    Parameters
    ----------
    alpha : "auto", float or strategy, default "auto"
        Weight of the penalty; "auto" chooses by the deviance of 5-fold cross-validation.
    penalty : Penalty, optional
        L2 if not given.
    fit_intercept : bool, default True
    standardize : bool, default False
        Whether the penalty sees columns of unit variance.
    tol : float, default 1e-6
        Bound on the relative duality gap.
    n_jobs : int, optional
        Threads over folds; as many as there are cores if not given.

    References
    ----------
    McCullagh and Nelder (1989), "Generalized linear models", chapter 8.

    Examples
    --------
    >>> import equipoise as eq
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = eq.GammaRegressor(standardize=True).fit(X, y)
    >>> model.gap_ <= 1e-6, 0.3 < model.score(X, y) < 0.5
    (True, True)
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
        return Gamma(), self.penalty or L2()


@final
class TweedieRegressor(_LogLinkRegressor):
    """Tweedie regression for amounts that are often 0: half the mean deviance of exp(Xw + b + offset) + alpha penalty.

    Parameters
    ----------
    alpha : "auto", float or strategy, default "auto"
        Weight of the penalty; "auto" chooses by the deviance of 5-fold cross-validation.
    power : float in [1, 2], default 1.5
        Variance = dispersion * mean ** power: 1 is Poisson, 2 gamma. Other powers are refused: their loss is not convex
        in the linear predictor, so that no fit could be proved optimal.
    penalty : Penalty, optional
        L2 if not given.
    fit_intercept : bool, default True
    standardize : bool, default False
        Whether the penalty sees columns of unit variance.
    tol : float, default 1e-6
        Bound on the relative duality gap.
    n_jobs : int, optional
        Threads over folds; as many as there are cores if not given.

    References
    ----------
    Jorgensen (1987), "Exponential dispersion models".

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> X = np.arange(12.0)[:, None]
    >>> y = np.array([0, 0.2, 0, 0, 1.5, 0, 2.5, 0.7, 0, 3.1, 4.8, 0])
    >>> eq.TweedieRegressor(alpha=0.01, power=1.5).fit(X, y).gap_ <= 1e-6
    True
    """

    def __init__(
        self, alpha: Any = "auto", *, power: float = 1.5, penalty: Penalty | None = None, fit_intercept: bool = True,
        standardize: bool = False, tol: float = 1e-6, n_jobs: int | None = None,
    ) -> None:  # fmt: skip
        self.alpha = alpha
        self.power = power
        self.penalty = penalty
        self.fit_intercept = fit_intercept
        self.standardize = standardize
        self.tol = tol
        self.n_jobs = n_jobs

    def _terms(self, classes: int) -> tuple[Loss, Penalty]:
        ends: dict[float, Loss] = {1.0: Poisson(), 2.0: Gamma()}
        return ends.get(float(self.power)) or Tweedie(self.power), self.penalty or L2()
