"""The general linear model: any loss with any penalty."""

from __future__ import annotations

from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import accuracy_score, r2_score
from sklearn.utils import ClassifierTags, RegressorTags
from sklearn.utils.metaestimators import available_if

from equipoise.errors import InputError
from equipoise.linear.base import LinearEstimator
from equipoise.linear.classification import most_likely, probabilities
from equipoise.losses import Logistic, Loss, Multinomial, Squared
from equipoise.losses.base import FloatArray
from equipoise.penalties import L2, Penalty

__all__ = ["LinearModel"]


def _has_probabilities(model: LinearModel) -> bool:
    return isinstance(model.loss, (Logistic, Multinomial))


def _classifies(model: LinearModel) -> bool:
    return model._classifies()


@final
class LinearModel(LinearEstimator):
    """mean loss(y, Xw + b) + alpha * penalty(w): a regressor or a classifier, by the loss.

    Parameters
    ----------
    loss : Loss, optional
        Squared if not given. With `Multinomial` a target of two classes is fitted by the logistic loss.
    penalty : Penalty, optional
        L2 if not given; one of `equipoise.penalties`, or of your own.
    alpha : "auto", float or strategy, default "auto"
        Weight of the penalty; "auto" chooses by 5-fold cross-validation.
    fit_intercept : bool, default True
    standardize : bool, default False
        Whether the penalty sees columns of unit variance.
    tol : float, default 1e-6
        Bound on the relative duality gap, or on the stationarity where there is none.
    n_jobs : int, optional
        Threads over folds; as many as there are cores if not given.

    Attributes
    ----------
    classes_ : array of shape (K,)
        Of a classifier.

    Examples
    --------
    >>> import equipoise as eq
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = eq.LinearModel(eq.losses.Squared(), eq.penalties.MCP(gamma=3.0), alpha=3.0).fit(X, y)
    >>> model.gap_ <= 1e-6
    True
    """

    def __init__(
        self, loss: Loss | None = None, penalty: Penalty | None = None, alpha: Any = "auto", *,
        fit_intercept: bool = True, standardize: bool = False, tol: float = 1e-6, n_jobs: int | None = None,
    ) -> None:  # fmt: skip
        self.loss = loss
        self.penalty = penalty
        self.alpha = alpha
        self.fit_intercept = fit_intercept
        self.standardize = standardize
        self.tol = tol
        self.n_jobs = n_jobs

    def _terms(self, classes: int) -> tuple[Loss, Penalty]:
        loss = self.loss or Squared()
        if loss.task == "binary" and classes > 2:
            raise InputError(f"Only binary classification is supported by {loss!r}; {classes} classes need Multinomial")
        return (Logistic() if loss.task == "multiclass" and classes == 2 else loss), self.penalty or L2()

    def predict(self, X: Any, *, alpha: float | None = None) -> NDArray[Any]:
        """Predicted target: the mean that the loss models, or the most probable class.

        Parameters
        ----------
        X : array, sparse matrix or data frame of shape (n, p)
        alpha : float, optional
            Any alpha of the path; `alpha_` if not given.

        Returns
        -------
        array of shape (n,)
        """
        if not self._classifies():
            return np.asarray((self.loss or Squared()).mean(self._predictor(X, alpha)))
        return most_likely(self.decision_function(X, alpha=alpha), self.classes_)

    @available_if(_classifies)  # type: ignore[untyped-decorator]
    def decision_function(self, X: Any, *, alpha: float | None = None) -> FloatArray:
        """Linear predictor of a classifier.

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
        return eta[:, 0] if eta.shape[1] == 1 else eta

    @available_if(_has_probabilities)  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any, *, alpha: float | None = None) -> FloatArray:
        """Probability of each class, where the loss models one.

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

    def score(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Accuracy of a classifier, R^2 of a regressor.

        Parameters
        ----------
        X : array, sparse matrix or data frame of shape (n, p)
        y : array of shape (n,)
        sample_weight : array of shape (n,), optional
        """
        measure = accuracy_score if self._classifies() else r2_score
        return float(measure(y, self.predict(X), sample_weight=sample_weight))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        loss = self.loss or Squared()
        if loss.task in ("binary", "multiclass"):
            tags.estimator_type = "classifier"
            tags.classifier_tags = ClassifierTags(multi_class=loss.task == "multiclass")
        else:
            tags.estimator_type = "regressor"
            tags.regressor_tags = RegressorTags()
            tags.target_tags.positive_only = loss.check_target(-np.ones(1)) is not None
        return tags
