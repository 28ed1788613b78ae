"""Nested cross-validation of nets: what the whole procedure is worth, the choice of alpha included."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.utils import _safe_indexing

from equipoise.errors import InputError
from equipoise.linear.nested import NestedScore
from equipoise.neural.base import NeuralEstimator
from equipoise.neural.selecting import scorer_named
from equipoise.selection import Selection
from equipoise.selection.folds import folds, rounds

__all__ = ["nested_net_score"]


def nested_net_score(
    estimator: NeuralEstimator, X: Any, y: Any, cv: Any, scoring: Any, sample_weight: ArrayLike | None,
    groups: ArrayLike | None,
) -> NestedScore:  # fmt: skip
    """Score a net as `equipoise.nested_score` scores a linear model; what is asked for is the same.

    Raises
    ------
    InputError
        If the data cannot be used, or a fold lacks a class.
    """
    whole = clone(estimator)
    job = whole._prepare(X, y, sample_weight, groups)
    rows, target = job.rows, np.asarray(y)
    splits = folds(cv, rows, job.context)
    loss = whole._task()[1]
    scorer, name = (None, loss.score_name) if scoring is None else scorer_named(scoring)
    by_row = {"sample_weight": sample_weight, "groups": groups}
    given = {key: np.asarray(values) for key, values in by_row.items() if values is not None}
    codes = rows.target[:, 0] if rows.target.shape[1] == 1 else rows.target
    total, times = np.zeros(codes.shape), np.zeros(rows.n)
    models, scores, weights = [], [], []
    for k, (train, test) in enumerate(splits):
        part = {key: values[train] for key, values in given.items()}
        model = clone(estimator).fit(_safe_indexing(X, train), _safe_indexing(y, train), **part)
        if len(getattr(model, "classes_", ())) != len(getattr(whole, "classes_", ())):
            raise InputError(f"the training rows of fold {k} lack a class; use fewer or stratified folds")
        eta = model._predictor(_safe_indexing(X, test))
        total[test] += eta
        times[test] += 1.0
        kept = rows.weight[test] > 0
        used = test[kept]
        models.append(model)
        weights.append(float(rows.weight[used].sum()))
        if not len(used):
            scores.append(0.0)
        elif scorer is None:
            scores.append(loss.score(codes[used], eta[kept], rows.weight[used]))
        else:
            scores.append(-_scored(scorer, model, _safe_indexing(X, used), target[used], rows.weight[used]))
    column = np.array(scores)[:, None]
    found = Selection.of(
        np.zeros(1), column, np.array(weights), name, "best", rounds([test for _, test in splits], rows.n)
    )
    times = np.where(times > 0, times, np.nan)
    return NestedScore(
        column[:, 0],
        float(found.mean[0]),
        float(found.se[0]),
        name,
        np.array([model.alpha_ for model in models]),
        np.array([np.count_nonzero(model.used_) for model in models], dtype=np.intp),
        total / (times if total.ndim == 1 else times[:, None]),
        tuple(models),
    )


def _scored(scorer: Any, model: NeuralEstimator, X: Any, y: NDArray[Any], weight: NDArray[np.float64]) -> float:
    extra = {} if np.all(weight == weight[0]) else {"sample_weight": weight}
    return float(scorer(model, X, y, **extra))
