"""Fitted models of a study: a table of features in, probabilities or numbers out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from equipoise.data import DesignEncoder, Table, TreeEncoder

__all__ = ["BoostingModel", "ConstantModel", "LinearModel", "Model", "linked", "predict_all"]

Floats = NDArray[np.float64]


class Model(Protocol):
    """What every arm ends in."""

    def predict(self, features: Table) -> Floats:
        """Probabilities of shape (n, K) for classes, values of shape (n,) for a regression."""


@final
@dataclass(frozen=True)
class ConstantModel:
    """The same prediction for every row: shares of the classes, or the mean."""

    value: Floats

    def predict(self, features: Table) -> Floats:
        """Repeat the value for each row."""
        return np.broadcast_to(self.value, (len(features), *self.value.shape)).copy()


@final
@dataclass(frozen=True)
class LinearModel:
    """A linear predictor; `coef` and `intercept` are (p,) and () for a number or two classes, else (K, p) and (K,)."""

    encoder: DesignEncoder
    coef: Floats
    intercept: Floats
    task: str

    def predict(self, features: Table) -> Floats:
        """Encode and predict."""
        return self.predict_encoded(self.encoder.transform(features))

    def predict_encoded(self, X: Floats) -> Floats:
        """Predict from the design matrix."""
        return linked(X @ self.coef.T + self.intercept, self.task)

    @property
    def n_features(self) -> int:
        """Features with a weight that is not 0 (in any class)."""
        return int(np.count_nonzero(np.any(np.atleast_2d(self.coef) != 0, axis=0)))


@final
@dataclass(frozen=True)
class BoostingModel:
    """Histogram boosting; classes that were absent in fitting get probability 0."""

    encoder: TreeEncoder
    estimator: Any
    n_classes: int

    def predict(self, features: Table) -> Floats:
        """Encode and predict."""
        return predict_all(self.estimator, self.encoder.transform(features), self.n_classes)


def linked(eta: Floats, task: str) -> Floats:
    """Predictions from a linear predictor: numbers, or probabilities of shape (n, K).

    Examples
    --------
    >>> import numpy as np
    >>> linked(np.array([0.0]), "binary").tolist()
    [[0.5, 0.5]]
    """
    if task == "regression":
        return np.asarray(eta, dtype=np.float64)
    if task == "binary":
        return np.column_stack([expit(-eta), expit(eta)])
    return np.asarray(softmax(eta, axis=1), dtype=np.float64)


def predict_all(estimator: Any, X: Floats, n_classes: int) -> Floats:
    """Probabilities of shape (n, K), 0 for classes that were absent in fitting; numbers where there are no classes."""
    if n_classes == 0:
        return np.asarray(estimator.predict(X), dtype=np.float64)
    p = np.zeros((len(X), n_classes))
    p[:, np.asarray(estimator.classes_, dtype=np.intp)] = estimator.predict_proba(X)
    return p
