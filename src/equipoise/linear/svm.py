"""Linear support vector machines: margin losses with any penalty, the intercept never penalised."""

from __future__ import annotations

from typing import Any, Literal, final

from equipoise.errors import InputError
from equipoise.linear.classification import LinearClassifier
from equipoise.linear.regression import LinearRegressor
from equipoise.losses import EpsilonInsensitive, Hinge, Loss, SquaredHinge
from equipoise.penalties import L2, Penalty

__all__ = ["LinearSVC", "LinearSVR"]

MARGINS: dict[str, type[Loss]] = {"hinge": Hinge, "squared_hinge": SquaredHinge}


@final
class LinearSVC(LinearClassifier):
    """Support vector classification: mean hinge loss + alpha * penalty; one class against the rest for more than two.

    Scikit-learn's C is 1 / (n * alpha); with `loss="squared_hinge"`, whose loss there has no factor 1/2,
    1 / (2 * n * alpha). Its `LinearSVC` penalises the intercept, its `SVC(kernel="linear")` does not, as here.

    Parameters
    ----------
    alpha : "auto", float or strategy, default "auto"
        Weight of the penalty; "auto" chooses by the loss of 5-fold cross-validation.
    loss : {"hinge", "squared_hinge"}, default "hinge"
        Hinge loss leaves most rows without influence; its square is smooth.
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

    Attributes
    ----------
    classes_ : array of shape (K,)

    References
    ----------
    Cortes and Vapnik (1995), "Support-vector networks".

    Examples
    --------
    >>> import equipoise as eq
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> model = eq.LinearSVC(alpha=0.01, standardize=True).fit(X, y)
    >>> model.gap_ <= 1e-6, model.score(X, y) > 0.9
    (True, True)
    """

    def __init__(
        self, alpha: Any = "auto", *, loss: Literal["hinge", "squared_hinge"] = "hinge",
        penalty: Penalty | None = None, fit_intercept: bool = True,
        standardize: bool = False, tol: float = 1e-6, n_jobs: int | None = None,
    ) -> None:  # fmt: skip
        self.alpha = alpha
        self.loss = loss
        self.penalty = penalty
        self.fit_intercept = fit_intercept
        self.standardize = standardize
        self.tol = tol
        self.n_jobs = n_jobs

    def _terms(self, classes: int) -> tuple[Loss, Penalty]:
        if self.loss not in MARGINS:
            raise InputError(f"loss={self.loss!r} is not known; choose 'hinge' or 'squared_hinge'")
        return MARGINS[self.loss](), self.penalty or L2()


@final
class LinearSVR(LinearRegressor):
    """Support vector regression: mean epsilon-insensitive loss + alpha * penalty.

    Scikit-learn's C is 1 / (n * alpha).

    Parameters
    ----------
    alpha : "auto", float or strategy, default "auto"
        Weight of the penalty; "auto" chooses by the loss of 5-fold cross-validation.
    epsilon : float >= 0, default 0
        Errors up to it are free, in the units of the target; 0 is least absolute deviations.
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
    Vapnik (1995), "The nature of statistical learning theory".

    Examples
    --------
    >>> import equipoise as eq
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = eq.LinearSVR(alpha=1e-3, epsilon=10.0, standardize=True).fit(X, y)
    >>> model.gap_ <= 1e-6, model.score(X, y) > 0.45
    (True, True)
    """

    def __init__(
        self, alpha: Any = "auto", *, epsilon: float = 0.0, penalty: Penalty | None = None, fit_intercept: bool = True,
        standardize: bool = False, tol: float = 1e-6, n_jobs: int | None = None,
    ) -> None:  # fmt: skip
        self.alpha = alpha
        self.epsilon = epsilon
        self.penalty = penalty
        self.fit_intercept = fit_intercept
        self.standardize = standardize
        self.tol = tol
        self.n_jobs = n_jobs

    def _terms(self, classes: int) -> tuple[Loss, Penalty]:
        return EpsilonInsensitive(self.epsilon), self.penalty or L2()
