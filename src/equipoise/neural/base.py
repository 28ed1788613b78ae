"""What both estimators of nets do: read data, choose alpha by a sweep, train on all rows, predict."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from equipoise.errors import InputError, TrainingError
from equipoise.linear.checks import check_rows, check_two_classes, shares_of
from equipoise.linear.columns import fit_columns, is_frame, numbers_encoder, predict_columns
from equipoise.losses import Loss
from equipoise.losses.base import FloatArray
from equipoise.neural.inputs import Inputs
from equipoise.neural.job import Job, seeds_of
from equipoise.neural.network import Network
from equipoise.neural.recipe import Task
from equipoise.neural.selecting import Grid, NetSelection, checked, grid_of, scorer_named, select
from equipoise.neural.settings import RANGES, settings_of
from equipoise.neural.sweep import Member
from equipoise.neural.views import Rows
from equipoise.selection import Context, CrossValidation

if TYPE_CHECKING:
    from equipoise.data import DesignEncoder

__all__ = ["NeuralEstimator"]

_AUTO: Final = CrossValidation(cv=5, alphas=13)


class NeuralEstimator(BaseEstimator, ABC):  # type: ignore[misc]
    """A multilayer perceptron fitted by minimising mean loss + alpha * penalty.

    Attributes
    ----------
    networks_ : tuple of Network
        The fitted nets, one a start, in the units of X and y.
    coefs_, intercepts_ : list of arrays
        Weights of shape (inputs, outputs) and biases of each layer of the first net.
    alpha_, learning_rate_, dropout_ : float
        What the nets were trained with.
    selection_ : NetSelection or None
        Scores of every alpha and fold and the choice; None if alpha was given.
    loss_curve_ : array of shape (max_iter,)
        Mean training loss of each epoch, penalties of the proximal and the decoupled kind left out.
    n_iter_ : int
        Epochs.
    encoder_ : DesignEncoder or None
        What turns a data frame into numbers; None if X was an array.
    inputs_ : Inputs
        Which of these numbers are encoded or embedded.
    n_features_in_ : int
        Columns of X.
    feature_names_in_ : array of str
        Their names, where they have some.
    """

    encoder_: DesignEncoder | None

    def __init__(
        self, alpha: Any = "auto", *, hidden_layer_sizes: Any = (64, 64), activation: str = "relu",
        penalty: str | None = None, solver: str = "adam", learning_rate_init: Any = 0.003,
        learning_rate: str = "cosine", batch_size: int = 128,
        max_iter: int = 100, early_stopping: bool = False, validation_fraction: float = 0.1, dropout: Any = 0.0,
        input_noise: float = 0.0, mixup: float = 0.0, sharpness: float = 0.0, cautious: bool = False,
        penalize_biases: bool = False, starts: int = 1, halving: int | None = None, standardize: bool = True,
        numeric_encoding: str = "standard", n_bins: int = 16, embedding: Any = None,
        n_jobs: int | None = None, random_state: int | None = 0,
    ) -> None:  # fmt: skip
        self.alpha = alpha
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.penalty = penalty
        self.solver = solver
        self.learning_rate_init = learning_rate_init
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.dropout = dropout
        self.input_noise = input_noise
        self.mixup = mixup
        self.sharpness = sharpness
        self.cautious = cautious
        self.penalize_biases = penalize_biases
        self.starts = starts
        self.halving = halving
        self.standardize = standardize
        self.numeric_encoding = numeric_encoding
        self.n_bins = n_bins
        self.embedding = embedding
        self.n_jobs = n_jobs
        self.random_state = random_state

    @abstractmethod
    def _encode(self, y: Any) -> tuple[FloatArray, NDArray[np.intp] | None]:
        """Target as numbers, shape (n, K), and class codes if it has any."""

    @abstractmethod
    def _task(self) -> tuple[Task, Loss]:
        """The task, and its loss in NumPy."""

    @abstractmethod
    def _combine(self, outputs: list[FloatArray]) -> FloatArray:
        """One linear predictor of the mean prediction of several nets, from their outputs of shape (n, K)."""

    def fit(
        self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None, groups: ArrayLike | None = None
    ) -> Self:
        """Choose alpha and train.

        Parameters
        ----------
        X : array or data frame of shape (n, p)
            Numbers without gaps; a data frame (pandas, polars, pyarrow) may also hold categories, strings, booleans,
            dates and missing values, which `equipoise.DesignEncoder` turns into numbers, by all rows given here.
        y : array of shape (n,)
            Target.
        sample_weight : array of shape (n,), optional
            Factors of the rows' losses; a row of weight 0 is left out.
        groups : array of shape (n,), optional
            Rows of one group stay in one fold while alpha is chosen.

        Returns
        -------
        self

        Raises
        ------
        InputError
            If a setting or the data cannot be used; the message says which and why.
        TrainingError
            If weights grew beyond all numbers.
        """
        self._train(self._prepare(X, y, sample_weight, groups))
        return self

    def _prepare(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None, groups: ArrayLike | None) -> Job:
        """Check settings and data."""
        recipe, numbers = settings_of(self)
        check_rows(X, y, sample_weight, numbers=not hasattr(self, "predict_proba"))
        frame = X if is_frame(X) else None
        columns, target, labels = self._read(X, y, sample_weight)
        weight = _shares(sample_weight, columns)
        check_two_classes(labels, weight)
        if frame is not None and self.encoder_ is None:
            self.encoder_ = numbers_encoder(frame, np.average(columns, axis=0, weights=weight))
        self.inputs_ = Inputs.of(
            columns[weight > 0], self._names(), self.encoder_, self.numeric_encoding, self.n_bins, self.embedding
        )
        sizes = (columns.shape[1], *recipe.sizes[1:-1], target.shape[1])
        return Job(
            recipe=replace(recipe, sizes=sizes, task=self._task()[0]),
            rows=Rows(columns, target, weight),
            context=Context(labels=labels, groups=groups, target=np.asarray(y)),
            inputs=self.inputs_,
            seeds=seeds_of(self.random_state, int(self.starts)),
            rates=numbers.pop("rates"),
            dropouts=numbers.pop("dropouts"),
            numbers=numbers,
            fraction=float(self.validation_fraction) if self.early_stopping else 0.0,
            epochs=int(self.max_iter),
            standardize=bool(self.standardize),
            n_jobs=self.n_jobs,
        )

    def _train(self, job: Job) -> None:
        self.selection_: NetSelection | None = None
        alpha = self.alpha
        if isinstance(alpha, (int, float, np.number)) and not isinstance(alpha, bool):
            if not 0 <= alpha < np.inf:
                raise InputError(f"alpha={alpha} is not a number >= 0")
            if len(job.rates) > 1 or len(job.dropouts) > 1:
                raise InputError(
                    f"alpha={alpha} is given, so that nothing is chosen: give one learning_rate_init and one dropout, "
                    "or alpha=equipoise.CrossValidation(alphas=[...])"
                )
            chosen = Member(0, float(alpha), job.rates[0], job.dropouts[0])
        else:
            strategy = checked(_AUTO if isinstance(alpha, str) and alpha == "auto" else alpha)
            grid = Grid(grid_of(strategy, *RANGES[job.recipe.penalty]), job.rates, job.dropouts)
            judge, name = self._judge(getattr(strategy, "scoring", None), job.rows, job.context)
            self.selection_ = select(
                strategy, grid, job.rows, job.context, job.seeds, job.fraction, job.sweep, judge,
                lambda nets, test: self._combine([net(job.rows.X[test]) for net in nets]), name, self.halving,
            )  # fmt: skip
            chosen = Member(0, self.selection_.alpha, self.selection_.learning_rate, self.selection_.dropout)
        self.alpha_, self.learning_rate_, self.dropout_ = chosen.alpha, chosen.rate, chosen.dropout
        decks = job.decks([np.arange(job.rows.n)])
        final = job.sweep(decks, [replace(chosen, deck=k) for k in range(len(decks))])
        final.run()
        nets = final.networks()
        self._set(tuple(nets[k] for k in range(len(decks))))
        self.loss_curve_, self.n_iter_ = final.curves.mean(axis=1), final.done
        if not all(net.finite for net in self.networks_):
            raise TrainingError(
                f"weights grew beyond all numbers at learning_rate_init={chosen.rate:g} and alpha={chosen.alpha:g}; "
                "lower learning_rate_init"
            )

    def _judge(self, scoring: Any, rows: Rows, context: Context) -> tuple[Any, str]:
        """Score of the nets of a fold on held-out rows, lower is better, and its name."""
        loss = self._task()[1]
        target = rows.target[:, 0] if rows.target.shape[1] == 1 else rows.target
        if scoring is None:

            def by_loss(nets: list[Network], test: NDArray[np.intp]) -> float:
                eta = self._combine([net(rows.X[test]) for net in nets])
                return loss.score(target[test], eta, rows.weight[test])

            return by_loss, loss.score_name
        scorer, name = scorer_named(scoring)
        assert context.target is not None
        given = np.asarray(context.target).ravel()

        def by_scorer(nets: list[Network], test: NDArray[np.intp]) -> float:
            weight = rows.weight[test]
            extra = {} if np.all(weight == weight[0]) else {"sample_weight": weight}
            return -float(scorer(self._with(tuple(nets)), rows.X[test], given[test], **extra))

        return by_scorer, name

    def _read(self, X: Any, y: Any, sample_weight: ArrayLike | None) -> tuple[FloatArray, FloatArray, Any]:
        def check(X: Any) -> tuple[Any, Any]:
            numeric = not hasattr(self, "predict_proba")
            checked = validate_data(self, X, y, dtype=np.float64, y_numeric=numeric, multi_output=True)
            return checked[0], checked[1]

        columns, target = fit_columns(self, X, sample_weight, check)
        return columns, *self._encode(target)

    def _set(self, networks: tuple[Network, ...]) -> None:
        self.networks_ = networks
        self.coefs_, self.intercepts_ = list(networks[0].weights), list(networks[0].biases)

    def _with(self, networks: tuple[Network, ...]) -> Self:
        """A copy that predicts with other nets, from arrays."""
        model = copy.copy(self)
        model.__dict__.pop("feature_names_in_", None)
        model.encoder_, model.n_features_in_ = None, networks[0].columns
        model._set(networks)
        return model

    def _predictor(self, X: Any) -> FloatArray:
        check_is_fitted(self)
        columns = self._columns(X)
        return self._combine([net(columns) for net in self.networks_])

    def _columns(self, X: Any) -> FloatArray:
        """X as the numbers that the nets take."""

        def check(X: Any) -> Any:
            return validate_data(self, X, dtype=np.float64, reset=False)

        return np.asarray(predict_columns(self, X, check))

    @property
    def coef_names_(self) -> NDArray[np.object_]:
        """Names of the rows of ``coefs_[0]``: ``age``, ``age=missing``, ``job=clerk``, ``pay[1]`` (a piece), ..."""
        check_is_fitted(self)
        names = self._names() if self.encoder_ is None else self.encoder_.get_feature_names_out()
        return np.array(self.inputs_.named(list(names)), dtype=object)

    def _names(self) -> list[str]:
        return [str(name) for name in getattr(self, "feature_names_in_", [f"x{k}" for k in range(self.n_features_in_)])]

    @property
    def used_(self) -> NDArray[np.bool_]:
        """Whether any net has a weight other than 0 for each column of `coef_names_`, shape (p,)."""
        check_is_fitted(self)
        return np.asarray(np.any([np.any(net.weights[0] != 0, axis=1) for net in self.networks_], axis=0))


def _shares(sample_weight: ArrayLike | None, X: FloatArray) -> FloatArray:
    return shares_of(np.asarray(_check_sample_weight(sample_weight, X, dtype=np.float64)))
