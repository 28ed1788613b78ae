"""Nested cross-validation of nets: what the whole procedure is worth, the choice of alpha included."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone
from sklearn.utils import _safe_indexing

from equipoise.errors import InputError
from equipoise.linear.nested import NestedScore
from equipoise.neural.base import NeuralEstimator
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
    rows = job.rows
    splits = folds(cv, rows, job.context)
    _, name = whole._judge(scoring, rows, job.context)
    by_row = {"sample_weight": sample_weight, "groups": groups}
    given = {key: np.asarray(values) for key, values in by_row.items() if values is not None}
    total, times = np.zeros(rows.n if rows.target.shape[1] == 1 else rows.target.shape), np.zeros(rows.n)
    models, scores, weights = [], [], []
    for k, (train, test) in enumerate(splits):
        part = {key: values[train] for key, values in given.items()}
        model = clone(estimator).fit(_safe_indexing(X, train), _safe_indexing(y, train), **part)
        if len(getattr(model, "classes_", ())) != len(getattr(whole, "classes_", ())):
            raise InputError(f"the training rows of fold {k} lack a class; use fewer or stratified folds")
        seen = replace(rows, X=model._columns(X))  # an encoder is that of the training rows
        nets, used = list(model.networks_), test[rows.weight[test] > 0]
        total[test] += model._combine([net(seen.X[test]) for net in nets])
        times[test] += 1.0
        models.append(model)
        weights.append(float(rows.weight[used].sum()))
        scores.append(model._judge(scoring, seen, job.context)[0](nets, used) if len(used) else 0.0)
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
