"""Ridge, lasso and elastic net: squared loss with a penalty."""

from __future__ import annotations

from typing import Any, final

from sklearn.base import RegressorMixin

from equipoise.linear.base import LinearEstimator
from equipoise.linear.blocks import BlockEstimator
from equipoise.losses import Loss, Squared
from equipoise.losses.base import FloatArray
from equipoise.penalties import L1, L2, Penalty
from equipoise.penalties import ElasticNet as ElasticNetPenalty

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

    Scikit-learn's Ridge(alpha) is this one with alpha / n.

    Parameters
    ----------
    alpha : "auto", float or strategy, default "auto"
        Weight of the penalty; "auto" chooses by 5-fold cross-validation.
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
    l1_ratio : float in [0, 1], default 0.5
        Share of the L1 part.
    fit_intercept : bool, default True
    standardize : bool, default False
        Whether the penalty sees columns of unit variance.
    tol : float, default 1e-6
        Bound on the relative duality gap.
    n_jobs : int, optional
        Threads over folds; as many as there are cores if not given.

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
    """

    def __init__(
        self, alpha: Any = "auto", *, l1_ratio: float = 0.5, fit_intercept: bool = True, standardize: bool = False,
        tol: float = 1e-6, n_jobs: int | None = None,
    ) -> None:  # fmt: skip
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.fit_intercept = fit_intercept
        self.standardize = standardize
        self.tol = tol
        self.n_jobs = n_jobs

    def _terms(self, classes: int) -> tuple[Loss, Penalty]:
        return Squared(), ElasticNetPenalty(l1_ratio=self.l1_ratio)
