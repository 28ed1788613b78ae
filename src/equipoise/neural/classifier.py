"""Nets for two classes or more: mean log loss + alpha * penalty."""

from __future__ import annotations

from typing import Any, final

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import column_or_1d

from equipoise.linear.checks import class_codes
from equipoise.linear.classification import most_likely, probabilities
from equipoise.losses import Logistic, Loss, Multinomial
from equipoise.losses.base import FloatArray
from equipoise.neural.base import NeuralEstimator
from equipoise.neural.recipe import Task

__all__ = ["MLPClassifier"]


@final
class MLPClassifier(ClassifierMixin, NeuralEstimator):  # type: ignore[misc]
    """Multilayer perceptron for classes, with alpha chosen by one sweep over alphas and folds.

    Minimises mean log loss + alpha * penalty by batches. Scikit-learn's alpha is ours times the rows of a batch.

    Parameters
    ----------
    alpha : "auto", float, CrossValidation or HoldOut, default "auto"
        Weight of the penalty; "auto" chooses among 13 by the log loss of 5-fold cross-validation.
    hidden_layer_sizes : sequence of int, default (64, 64)
        Units of the hidden layers; ``()`` is logistic regression.
    activation : {"relu", "tanh", "logistic", "identity"}
    penalty : {"l2", "decoupled", "l1", "group_l1", "spectral", "jacobian"}, optional
        L2 of the weights in the objective (the default); decoupled decay, where alpha is the share of the weights lost
        an epoch (AdamW; the default of solver "adamw"); L1, or the norms of each unit's outgoing weights, those of all
        inputs of a column together, by proximal steps that leave true zeros: columns and units drop out; half the
        squared spectral norm of each layer; half the squared slope of the outputs in the (standardised) columns.
    solver : str, default "adam"
        "adam", "adamw", "sgd" (momentum 0.9), "schedule_free", or an optimiser of Optax.
    learning_rate_init : float or sequence, default 0.003
        Several are tried together with alpha.
    learning_rate : {"cosine", "constant"}
        Whether the rate falls to 0 as half a cosine.
    batch_size : int, default 128
        Rows a step at most; those of an epoch are cut into batches of almost equal size.
    max_iter : int, default 100
        Epochs.
    early_stopping : bool, default False
        Put a part of the training rows (of each fold its own) aside, and keep the weights of the epoch in which its
        loss was lowest.
    validation_fraction : float, default 0.1
        That part.
    dropout : float or sequence, default 0
        Share of hidden units left out in a step; several are tried together with alpha.
    input_noise : float, default 0
        Deviation of normal noise added to the columns, in units of theirs.
    mixup : float, default 0
        Parameter of the symmetric beta law of the share in which rows and targets are mixed; 0 is none.
    sharpness : float, default 0
        Radius of sharpness-aware minimisation, which doubles the work; 0 is none.
    cautious : bool, default False
        Whether decoupled decay spares weights that the step makes larger.
    penalize_biases : bool, default False
    starts : int, default 1
        Nets from different starts, whose predictions are averaged.
    halving : int, optional
        3 lets the best third of the settings go on after a part of the epochs, and so forth.
    standardize : bool, default True
        Whether the net sees columns of mean 0 and variance 1, each fold by its own rows.
    numeric_encoding : {"standard", "quantile", "piecewise"}
        What the net sees of a column of more than two numbers: its value; its mid rank among the training rows of the
        fold, brought to mean 0 and variance 1, straight between at most 65 quantiles; or `n_bins` inputs, straight
        pieces between quantiles. Gaps of a data frame do not count for the quantiles.
    n_bins : int, default 16
        Pieces of a number at most, if `numeric_encoding` is "piecewise".
    embedding : None, "auto" or int
        Dimensions in which a category of a data frame is embedded, learned with the net; "auto" is ``1.6 levels^0.56``,
        at most 32. None gives each level a column; so do two levels, and an array has no categories.
    n_jobs : int, optional
        Threads; as many as there are cores if not given. The result does not depend on it.
    random_state : int or None, default 0
        Of starts, order and chance.
    label_smoothing : float, default 0
        Share of each label that is spread over all classes.

    Attributes
    ----------
    classes_ : array of shape (K,)

    References
    ----------
    Loshchilov and Hutter (2019), "Decoupled weight decay regularization"; Gorishniy, Rubachev and Babenko (2022), "On
    embeddings for numerical features in tabular deep learning", equation 1, for the pieces; Guo and Berkhahn (2016),
    "Entity embeddings of categorical variables", section 4.

    Examples
    --------
    >>> import equipoise as eq
    >>> from sklearn.datasets import load_breast_cancer
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> few = eq.CrossValidation(cv=3, alphas=[0.1, 0.01])
    >>> model = eq.MLPClassifier(few, hidden_layer_sizes=(16,), max_iter=20).fit(X, y)
    >>> model.alpha_ in (0.1, 0.01), model.selection_.scores.shape, model.score(X, y) > 0.95
    (True, (3, 2), True)
    """

    def __init__(
        self, alpha: Any = "auto", *, hidden_layer_sizes: Any = (64, 64), activation: str = "relu",
        penalty: str | None = None, solver: str = "adam", learning_rate_init: Any = 0.003,
        learning_rate: str = "cosine", batch_size: int = 128,
        max_iter: int = 100, early_stopping: bool = False, validation_fraction: float = 0.1, dropout: Any = 0.0,
        input_noise: float = 0.0, mixup: float = 0.0, sharpness: float = 0.0, cautious: bool = False,
        penalize_biases: bool = False, starts: int = 1, halving: int | None = None, standardize: bool = True,
        numeric_encoding: str = "standard", n_bins: int = 16, embedding: Any = None,
        n_jobs: int | None = None, random_state: int | None = 0, label_smoothing: float = 0.0,
    ) -> None:  # fmt: skip
        super().__init__(
            alpha, hidden_layer_sizes=hidden_layer_sizes, activation=activation, penalty=penalty, solver=solver,
            learning_rate_init=learning_rate_init, learning_rate=learning_rate, batch_size=batch_size,
            max_iter=max_iter, early_stopping=early_stopping, validation_fraction=validation_fraction, dropout=dropout,
            input_noise=input_noise, mixup=mixup, sharpness=sharpness, cautious=cautious,
            penalize_biases=penalize_biases, starts=starts, halving=halving, standardize=standardize,
            numeric_encoding=numeric_encoding, n_bins=n_bins, embedding=embedding, n_jobs=n_jobs,
            random_state=random_state,
        )  # fmt: skip
        self.label_smoothing = label_smoothing

    def decision_function(self, X: Any) -> FloatArray:
        """Log odds of the second class, or logits of all.

        Parameters
        ----------
        X : array or data frame of shape (n, p)

        Returns
        -------
        array of shape (n,) for two classes, else (n, K)
        """
        return self._predictor(X)

    def predict(self, X: Any) -> NDArray[Any]:
        """The most probable class.

        Parameters
        ----------
        X : array or data frame of shape (n, p)

        Returns
        -------
        array of shape (n,)
        """
        return most_likely(self._predictor(X), self.classes_)

    def predict_proba(self, X: Any) -> FloatArray:
        """Probability of each class.

        Parameters
        ----------
        X : array or data frame of shape (n, p)

        Returns
        -------
        array of shape (n, K)
        """
        return probabilities(self._predictor(X))

    def predict_log_proba(self, X: Any) -> FloatArray:
        """Logarithm of `predict_proba`.

        Parameters
        ----------
        X : array or data frame of shape (n, p)

        Returns
        -------
        array of shape (n, K)
        """
        return np.log(self.predict_proba(X))

    def _encode(self, y: Any) -> tuple[FloatArray, NDArray[np.intp] | None]:
        self.classes_, codes = class_codes(column_or_1d(y, warn=True))
        target = codes[:, None].astype(np.float64) if len(self.classes_) == 2 else np.eye(len(self.classes_))[codes]
        return target, codes

    def _task(self) -> tuple[Task, Loss]:
        return ("binary", Logistic()) if len(self.classes_) == 2 else ("multiclass", Multinomial())

    def _combine(self, outputs: list[FloatArray]) -> FloatArray:
        outputs = [eta[:, 0] if eta.shape[1] == 1 else eta for eta in outputs]
        if len(outputs) == 1:
            return outputs[0]
        tiny = np.finfo(np.float64).tiny
        p = np.clip(np.mean([probabilities(eta) for eta in outputs], axis=0), tiny, 1.0 - np.finfo(np.float64).epsneg)
        return np.asarray(logit(p[:, 1]) if outputs[0].ndim == 1 else np.log(p))
