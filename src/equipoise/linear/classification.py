"""Logistic regression with any penalty: binary, and true softmax for more classes."""

from __future__ import annotations

from typing import Any, final

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin

from equipoise.linear.base import LinearEstimator
from equipoise.losses import Logistic, Loss, Multinomial
from equipoise.losses.base import FloatArray
from equipoise.penalties import L2, Penalty

__all__ = ["LinearClassifier", "LogisticRegression", "most_likely", "probabilities"]


class LinearClassifier(ClassifierMixin, LinearEstimator):  # type: ignore[misc]
    """A linear predictor of classes: its sign for two, the largest of one for each class for more."""

    def decision_function(self, X: Any, *, alpha: float | None = None) -> FloatArray:
        """Linear predictor.

        Parameters
        ----------
        X : array, sparse matrix or data frame of shape (n, p)
        alpha : float, optional
            Any alpha of the path; `alpha_` if not given.

        Returns
        -------
        array of shape (n,) for two classes, else (n, K)
        """
        eta = self._predictor(X, alpha)
        return eta[:, 0] if len(self.classes_) == 2 else eta

    def predict(self, X: Any, *, alpha: float | None = None) -> NDArray[Any]:
        """Class with the largest linear predictor: the most probable one, where there are probabilities.

        Parameters
        ----------
        X : array, sparse matrix or data frame of shape (n, p)
        alpha : float, optional
            Any alpha of the path; `alpha_` if not given.

        Returns
        -------
        array of shape (n,)
        """
        return most_likely(self.decision_function(X, alpha=alpha), self.classes_)


@final
class LogisticRegression(LinearClassifier):
    """Logistic regression: mean log loss + alpha * penalty; softmax for more than two classes.

    Scikit-learn's C is 1 / (n * alpha).

    Parameters
    ----------
    alpha : "auto", float or strategy, default "auto"
        Weight of the penalty; "auto" chooses by the log loss of 5-fold cross-validation.
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
    classes_ : array of shape (K,)

    Examples
    --------
    >>> import equipoise as eq
    >>> from sklearn.datasets import load_breast_cancer
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> model = eq.LogisticRegression(penalty=eq.penalties.L1(), standardize=True).fit(X, y)
    >>> model.gap_ <= 1e-6, model.score(X, y) > 0.97
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
        return (Logistic() if classes == 2 else Multinomial()), self.penalty or L2()

    def predict_proba(self, X: Any, *, alpha: float | None = None) -> FloatArray:
        """Probability of each class.

        Parameters
        ----------
        X : array, sparse matrix or data frame of shape (n, p)
        alpha : float, optional
            Any alpha of the path; `alpha_` if not given.

        Returns
        -------
        array of shape (n, K)
        """
        return probabilities(self.decision_function(X, alpha=alpha))

    def predict_log_proba(self, X: Any, *, alpha: float | None = None) -> FloatArray:
        """Logarithm of `predict_proba`.

        Parameters
        ----------
        X : array, sparse matrix or data frame of shape (n, p)
        alpha : float, optional
            Any alpha of the path; `alpha_` if not given.

        Returns
        -------
        array of shape (n, K)
        """
        return np.log(self.predict_proba(X, alpha=alpha))


def most_likely(eta: FloatArray, classes: NDArray[Any]) -> NDArray[Any]:
    """Classes by their linear predictors: the sign of one, the largest of K."""
    codes = (eta > 0).astype(int) if eta.ndim == 1 else np.argmax(eta, axis=1)
    return np.asarray(classes[codes])


def probabilities(eta: FloatArray) -> FloatArray:
    """Probabilities of the classes, shape (n, K): logistic of one linear predictor, softmax of K."""
    if eta.ndim == 2:
        return Multinomial().mean(eta)
    p = Logistic().mean(eta)
    return np.column_stack([1.0 - p, p])
