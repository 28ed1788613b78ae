"""Train on synthetic, test on real (TSTR), beside train on real, test on real (TRTR).

Histogram boosting learns to predict a column from the others and is scored on held-out real rows: ROC AUC (of several
classes the mean of one against the rest) and log loss of classes, R^2 of a number. Esteban, Hyland and Rätsch,
*Real-valued (medical) time series generation with recurrent conditional GANs* (2017), section 4.2.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from equipoise.data import Column, Table, TreeEncoder, target_vector
from equipoise.data.target import Target
from equipoise.errors import InputError
from equipoise.evaluate.intervals import Estimate, mean, mean_auc

__all__ = ["utility"]

_LEAST = 1e-6  # probability: one certain error must not decide a log loss
_DRAWS = 200

Floats = NDArray[np.float64]


def utility(learn: Table, test: Table, target: str, like: Table, seed: int = 0) -> dict[str, Estimate]:
    """Learn `target` on one table and score on another.

    Parameters
    ----------
    learn, test : Table
        Synthetic (or real) rows, and real rows put aside.
    target : str
        Column to predict.
    like : Table
        The real training rows, which say whether it is a class or a number, and which classes there are.
    seed : int
        Of the learner, and of the bootstrap over test rows (R^2).

    Returns
    -------
    dict of str to tuple of float
        ``"auc"`` and ``"log_loss"``, or ``"r2"``: value, lower and upper end, given what was learned.

    Raises
    ------
    InputError
        If the target is absent or cannot be predicted, or no row of `learn` or `test` has one of its values.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> iris = embedded("iris")
    >>> odd, even = iris.take(range(0, 150, 2)), iris.take(range(1, 150, 2))
    >>> utility(odd, even, "target", odd)["auc"][0] > 0.9
    True
    """
    task = target_vector(like, target)
    learn, y = _answers(learn, target, task)
    test, truth = _answers(test, target, task)
    if task.task == "regression":
        return {"r2": _r2(truth, _number(learn, test, y, seed), seed)}
    probability = _classes(learn, test, y.astype(np.intp), len(task.classes), seed)
    codes = truth.astype(np.intp)
    losses = -np.log(np.clip(probability[np.arange(len(codes)), codes], _LEAST, 1.0))
    return {"auc": mean_auc(codes, probability), "log_loss": mean(losses)}


def _answers(table: Table, name: str, task: Target) -> tuple[Table, Floats]:
    """Features and answers of the rows that have one of the known answers."""
    column = table[name]
    y = column.values.astype(float) if task.task == "regression" else _coded(column, task.classes)
    known = np.isfinite(y) & ~(y < 0 if task.task != "regression" else np.zeros(len(y), bool))
    if known.sum() < 2:
        raise InputError(f"fewer than two rows of a table have a known value of the target {name!r}; choose another")
    return table.drop([name]).take(known), y[known]


def _coded(column: Column, classes: tuple[str, ...]) -> Floats:
    place = {label: float(code) for code, label in enumerate(classes)}
    return np.array([place.get(label, -1.0) for label in column.labels()])


def _encoded(learn: Table, test: Table) -> tuple[Floats, Floats, Any]:
    encoder = TreeEncoder().fit(learn)
    return encoder.transform(learn), encoder.transform(test), encoder.categorical_


def _number(learn: Table, test: Table, y: Floats, seed: int) -> Floats:
    from sklearn.ensemble import HistGradientBoostingRegressor

    X, Z, labels = _encoded(learn, test)
    model = HistGradientBoostingRegressor(categorical_features=labels, early_stopping=False, random_state=seed)
    return np.asarray(model.fit(X, y).predict(Z))


def _classes(learn: Table, test: Table, y: NDArray[np.intp], count: int, seed: int) -> Floats:
    from sklearn.ensemble import HistGradientBoostingClassifier

    found = np.zeros((len(test), count))
    seen = np.unique(y)
    if len(seen) == 1:  # all synthetic rows are of one class
        found[:, seen] = 1.0
        return found
    X, Z, labels = _encoded(learn, test)
    model = HistGradientBoostingClassifier(categorical_features=labels, early_stopping=False, random_state=seed)
    found[:, seen] = model.fit(X, y).predict_proba(Z)
    return found


def _r2(truth: Floats, predicted: Floats, seed: int) -> Estimate:
    """R^2, with the 2.5 and 97.5 % quantiles of 200 draws of test rows."""
    random = np.random.default_rng((seed, 7))
    draws = [
        _explained(truth[rows], predicted[rows]) for rows in random.integers(len(truth), size=(_DRAWS, len(truth)))
    ]
    low, high = np.nanquantile(draws, [0.025, 0.975])
    return _explained(truth, predicted), float(low), float(high)


def _explained(truth: Floats, predicted: Floats) -> float:
    total = float(np.sum((truth - truth.mean()) ** 2))
    return 1.0 - float(np.sum((truth - predicted) ** 2)) / total if total > 0 else float("nan")
