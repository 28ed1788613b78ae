"""Learners of a trial: fitted on the rows of an arm; how strongly to regularise is chosen anew in each arm.

A probability is never 0 for a learner that saw n rows: what it says is mixed with the uniform law by one row's weight,
(n p + 1/K) / (n + 1), n the real training rows, in all arms alike. Without it one wrong and certain leaf of a forest
decides the log loss of a fold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import has_fit_parameter

from equipoise import penalties
from equipoise.data import DesignEncoder, Table, TreeEncoder
from equipoise.errors import InputError
from equipoise.judge.fitting import boosting, estimator
from equipoise.judge.models import predict_all
from equipoise.judge.sample import Sample
from equipoise.judge.seeds import derive
from equipoise.judge.trial_inner import Part
from equipoise.selection import CrossValidation

__all__ = ["LEARNERS", "Learner", "Predictor", "learners_of"]

Floats = NDArray[np.float64]
_ALPHAS, _ALPHA = 20, 0.1  # points of the grid; alpha where a class is too small for inner folds


@dataclass(frozen=True)
class Predictor:
    """A fitted learner."""

    encoder: Any
    model: Any
    n_classes: int
    n_real: int

    def predict(self, features: Table) -> Floats:
        """Probabilities of shape (n, K), or numbers of shape (n,)."""
        p = predict_all(self.model, self.encoder.transform(features), self.n_classes)
        if not self.n_classes:
            return p
        return (self.n_real * p + 1.0 / self.n_classes) / (self.n_real + 1)


@dataclass(frozen=True)
class Learner:
    """A learner on the real rows of one training fold.

    Attributes
    ----------
    encoder : DesignEncoder or TreeEncoder
        Fitted on the real rows.
    template : estimator
        It is cloned for each arm.
    n_classes, n_real : int
        Classes (0 for a number), and real rows.
    chooses : bool
        Whether the template has an alpha that `chosen` sets.
    """

    encoder: Any
    template: Any
    n_classes: int
    n_real: int
    chooses: bool = False

    def takes_weights(self) -> bool:
        """Whether it can weigh rows."""
        last = self.template[-1] if hasattr(self.template, "steps") else self.template
        return bool(has_fit_parameter(last, "sample_weight"))

    def fit(self, sample: Sample, weight: Floats | None) -> Predictor:
        """Fit on the rows of an arm; where a generator made one class only, that one is foretold."""
        template = self.template if not self.n_classes or _has_two(sample) else DummyClassifier()
        model, X, options = clone(template), self.encoder.transform(sample.features), {}
        if weight is not None:
            name = f"{model.steps[-1][0]}__sample_weight" if hasattr(model, "steps") else "sample_weight"
            options = {name: weight}
        return Predictor(self.encoder, model.fit(X, sample.y, **options), self.n_classes, self.n_real)

    def chosen(self, parts: Sequence[Part]) -> Learner:
        """Set alpha to what is best on the rest of inner folds, where it has one; there may be none of them."""
        if self.n_classes:
            parts = [part for part in parts if _has_two(part.training.sample)]
        if not self.chooses or not parts:
            return self
        samples = [part.training.sample for part in parts]
        starts = np.cumsum([0, *map(len, samples)])
        rests = np.cumsum([starts[-1], *(len(part.rest) for part in parts)])
        folds = [(np.arange(starts[k], starts[k + 1]), np.arange(rests[k], rests[k + 1])) for k in range(len(parts))]
        every = [*samples, *(part.rest for part in parts)]
        X = np.concatenate([_dense(self.encoder.transform(sample.features)) for sample in every])
        y = np.concatenate([sample.y for sample in every])
        weight = None
        if parts[0].training.weight is not None:
            weight = np.concatenate([*(part.training.weight for part in parts), np.ones(rests[-1] - starts[-1])])
        model = clone(self.template).set_params(alpha=CrossValidation(folds, alphas=_ALPHAS))
        alpha = float(model.fit(X, y, sample_weight=weight).alpha_)
        return replace(self, template=clone(self.template).set_params(alpha=alpha))


Make = Callable[[Sample, int], Learner]


def _has_two(sample: Sample) -> bool:
    return bool(sample.y.min() < sample.y.max())


def _dense(X: Any) -> Floats:
    return np.asarray(X.toarray() if hasattr(X, "toarray") else X)


def _logistic(sample: Sample, seed: int) -> Learner:
    """L2-penalised; alpha by inner folds."""
    del seed
    encoder = DesignEncoder().fit(sample.features)
    template = estimator(sample.task, penalties.L2(), _ALPHA)
    return Learner(encoder, template, len(sample.classes), len(sample), chooses=True)


def _forest(sample: Sample, seed: int) -> Learner:
    kind = RandomForestRegressor if sample.task == "regression" else RandomForestClassifier
    return _learner(DesignEncoder().fit(sample.features), kind(100, random_state=derive(seed, "forest")), sample)


def _boosting(sample: Sample, seed: int) -> Learner:
    encoder = TreeEncoder().fit(sample.features)
    return _learner(encoder, boosting(sample.task, encoder.categorical_, seed), sample)


def _knn(sample: Sample, seed: int) -> Learner:
    del seed
    kind = KNeighborsRegressor if sample.task == "regression" else KNeighborsClassifier
    return _scaled(sample, kind(min(5, len(sample))))


def _mlp(sample: Sample, seed: int) -> Learner:
    kind = MLPRegressor if sample.task == "regression" else MLPClassifier
    # lbfgs ends on small data without a rate to choose; a cut at 200 iterations is a setting, not a failure
    model = kind(hidden_layer_sizes=(32,), solver="lbfgs", alpha=1.0, max_iter=200, random_state=derive(seed, "mlp"))
    return _scaled(sample, model)


def _scaled(sample: Sample, model: Any) -> Learner:
    encoder = DesignEncoder().fit(sample.features)
    scaler = StandardScaler().fit(encoder.transform(sample.features))
    return _learner(_Scaled(encoder, scaler), model, sample)


@dataclass(frozen=True)
class _Scaled:
    """An encoder and a scaler, both fitted on the real rows."""

    encoder: DesignEncoder
    scaler: StandardScaler

    def transform(self, features: Table) -> Floats:
        return np.asarray(self.scaler.transform(self.encoder.transform(features)))


def _learner(encoder: Any, template: Any, sample: Sample) -> Learner:
    return Learner(encoder, template, len(sample.classes), len(sample))


LEARNERS: dict[str, Make] = {
    "logistic": _logistic,
    "forest": _forest,
    "boosting": _boosting,
    "knn": _knn,
    "mlp": _mlp,
}


def learners_of(given: Any, task: str) -> dict[str, Make]:
    """Return learners by name.

    Parameters
    ----------
    given : str, estimator, mapping of name to estimator, or sequence of these
    task : str

    Raises
    ------
    InputError
        If a name is not known, given twice, or an estimator does not suit the task.
    """
    if isinstance(given, str | Mapping) or not isinstance(given, Sequence):
        given = [given]
    found: dict[str, Make] = {}
    for item in given:
        named = item if isinstance(item, Mapping) else {item if isinstance(item, str) else type(item).__name__: item}
        for name, learner in named.items():
            if name in found:
                raise InputError(f"learner {name!r} is given twice; give the second another name, {{name: estimator}}")
            found[name] = _make(name, learner, task)
    if not found:
        raise InputError(f"learners is empty; give at least one of {', '.join(LEARNERS)}, or an estimator")
    return found


def _make(name: str, learner: Any, task: str) -> Make:
    if isinstance(learner, str):
        if learner not in LEARNERS:
            raise InputError(f"learner {learner!r} is not known; choose among {', '.join(LEARNERS)}")
        return LEARNERS[learner]
    if not (hasattr(learner, "fit") and hasattr(learner, "get_params")):
        raise InputError(f"learner {name!r} is a {type(learner).__name__}; give a name or an estimator")
    if task == "regression":
        if not is_regressor(learner):
            raise InputError(f"learner {name!r} is no regressor, and the target is a number; give a regressor")
    elif not (is_classifier(learner) and hasattr(learner, "predict_proba")):
        raise InputError(f"learner {name!r} is no classifier with predict_proba, which log loss needs; give one")

    def make(sample: Sample, seed: int) -> Learner:
        del seed  # the user's own estimator has its own
        return _learner(DesignEncoder().fit(sample.features), learner, sample)

    return make
