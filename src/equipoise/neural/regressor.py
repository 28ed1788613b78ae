"""Nets for a number: mean squared error / 2 of the standardised target + alpha * penalty."""

from __future__ import annotations

from typing import Any, final

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin
from sklearn.utils.validation import column_or_1d

from equipoise.losses import Loss, Squared
from equipoise.losses.base import FloatArray
from equipoise.neural.base import NeuralEstimator
from equipoise.neural.recipe import Task

__all__ = ["MLPRegressor"]


@final
class MLPRegressor(RegressorMixin, NeuralEstimator):  # type: ignore[misc]
    """Multilayer perceptron for a number, with alpha chosen by one sweep over alphas and folds.

    Minimises the mean of half the squared error + alpha * penalty by batches, the target brought to mean 0 and variance
    1 by the training rows. Settings and attributes are those of `MLPClassifier`, but for label smoothing; alpha is
    chosen by mean squared error.

    Parameters
    ----------
    alpha : "auto", float, CrossValidation or HoldOut, default "auto"
    hidden_layer_sizes : sequence of int, default (64, 64)
    activation : {"relu", "tanh", "logistic", "identity"}
    penalty : {"l2", "decoupled", "l1", "group_l1", "spectral", "jacobian"}, optional
    solver : str, default "adam"
    learning_rate_init : float or sequence, default 0.003
    learning_rate : {"cosine", "constant"}
    batch_size : int, default 128
    max_iter : int, default 100
    early_stopping : bool, default False
    validation_fraction : float, default 0.1
    dropout : float or sequence, default 0
    input_noise, mixup, sharpness : float, default 0
    cautious, penalize_biases : bool, default False
    starts : int, default 1
    halving : int, optional
    standardize : bool, default True
    numeric_encoding : {"standard", "quantile", "piecewise"}
    n_bins : int, default 16
    embedding : None, "auto" or int
    n_jobs : int, optional
    random_state : int or None, default 0

    Examples
    --------
    >>> import equipoise as eq
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> few = eq.CrossValidation(cv=3, alphas=[1.0, 0.01])
    >>> model = eq.MLPRegressor(few, hidden_layer_sizes=(16,), max_iter=20).fit(X, y)
    >>> model.selection_.score_name, model.score(X, y) > 0.4
    ('mean squared error', True)
    """

    def predict(self, X: Any) -> FloatArray:
        """Predicted value.

        Parameters
        ----------
        X : array or data frame of shape (n, p)

        Returns
        -------
        array of shape (n,)
        """
        return self._predictor(X)

    def _encode(self, y: Any) -> tuple[FloatArray, NDArray[np.intp] | None]:
        return np.asarray(column_or_1d(y, warn=True), dtype=np.float64)[:, None], None

    def _task(self) -> tuple[Task, Loss]:
        return "regression", Squared()

    def _combine(self, outputs: list[FloatArray]) -> FloatArray:
        return np.asarray(np.mean([eta[:, 0] for eta in outputs], axis=0))
