"""Quantile regression with any penalty: a conditional quantile, the median by default."""

from __future__ import annotations

from typing import Any, final

from equipoise.linear.regression import LinearRegressor
from equipoise.losses import Loss, Quantile
from equipoise.penalties import L2, Penalty

__all__ = ["QuantileRegressor"]


@final
class QuantileRegressor(LinearRegressor):
    """Quantile regression: mean quantile loss + alpha * penalty.

    Scikit-learn's `QuantileRegressor(alpha)` is this one with `penalty=L1()`.

    Parameters
    ----------
    alpha : "auto", float or strategy, default "auto"
        Weight of the penalty; "auto" chooses by the quantile loss of 5-fold cross-validation.
    quantile : float, default 0.5
        Strictly between 0 and 1.
    penalty : Penalty, optional
        L2 if not given.
    fit_intercept : bool, default True
        The intercept is not penalised.
    standardize : bool, default False
        Whether the penalty sees columns of unit variance.
    tol : float, default 1e-6
        Bound on the relative duality gap.
    n_jobs : int, optional
        Threads over folds; as many as there are cores if not given.

    References
    ----------
    Koenker and Bassett (1978), "Regression quantiles".

    Examples
    --------
    >>> import equipoise as eq
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = eq.QuantileRegressor(alpha=1e-4, quantile=0.9, standardize=True).fit(X, y)
    >>> model.gap_ <= 1e-6, bool(abs((y <= model.predict(X)).mean() - 0.9) < 0.01)
    (True, True)
    """

    def __init__(
        self, alpha: Any = "auto", *, quantile: float = 0.5, penalty: Penalty | None = None, fit_intercept: bool = True,
        standardize: bool = False, tol: float = 1e-6, n_jobs: int | None = None,
    ) -> None:  # fmt: skip
        self.alpha = alpha
        self.quantile = quantile
        self.penalty = penalty
        self.fit_intercept = fit_intercept
        self.standardize = standardize
        self.tol = tol
        self.n_jobs = n_jobs

    def _terms(self, classes: int) -> tuple[Loss, Penalty]:
        return Quantile(self.quantile), self.penalty or L2()
