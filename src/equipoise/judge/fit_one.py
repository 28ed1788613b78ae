"""One model on all rows, and predictions for new ones: what `equipoise fit` and `equipoise predict` do."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from equipoise.data import Table, read_table, target_vector
from equipoise.errors import CertificateWarning, InputError
from equipoise.judge.budget import BUDGETS
from equipoise.judge.fitting import TITLES, Fitted, Fitter
from equipoise.judge.metrics import metric_set, score
from equipoise.judge.models import LinearModel
from equipoise.judge.sample import Sample, as_category
from equipoise.judge.saved import SavedModel
from equipoise.judge.split import make_folds

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FittedOne", "fit_one", "predictions", "read_like", "to_arrow"]


@dataclass(frozen=True)
class FittedOne:
    """A model to save, and facts about the fit."""

    model: SavedModel
    facts: dict[str, Any]


def fit_one(data: Any, target: str, kind: str, *, rule: str = "best", header: bool = True, seed: int = 0) -> FittedOne:
    """Fit one kind of model on all rows.

    Parameters
    ----------
    data : path, data frame or Table
    target : str
    kind : {"auto", "l2", "l1", "elastic_net", "boosting"}
        "auto" is the linear model or boosting, whichever has the lower mean loss on five folds.
    rule : {"best", "1se"}
        Choice of alpha.
    header : bool
    seed : int

    Raises
    ------
    InputError
        If the data cannot be used.
    """
    table = read_table(data, header=header)
    y, task, classes = target_vector(table, target)
    if len(table.columns) < 2:
        raise InputError(f"{table.origin.name} has no column besides the target {target!r}; add one to predict from")
    if classes:
        table = table.replace(as_category(table[target], y, classes))
    sample = Sample(table, target, task, classes)
    fitter = Fitter(BUDGETS["standard"], seed)
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore", CertificateWarning)
        chosen = _lower(sample, fitter) if kind == "auto" else kind
        fitted = _fit(sample, fitter, chosen, rule)
    linear = isinstance(fitted.model, LinearModel)
    facts = {
        "model": f"{TITLES[fitted.penalty]} linear model" if fitted.penalty else "gradient boosting",
        "rows": len(sample),
        "target": target,
        "task": task,
        "alpha": fitted.alpha,
        "gap": fitted.gap,
        "n_features": fitted.model.n_features if linear else None,  # type: ignore[attr-defined]
    }
    return FittedOne(SavedModel(fitted.model, chosen, target, task, classes, dict(sample.features.kinds)), facts)


def _fit(sample: Sample, fitter: Fitter, kind: str, rule: str) -> Fitted:
    if kind == "boosting":
        return Fitted(fitter.boosting(sample))
    if kind == "linear":
        fitted, _ = fitter.linear(sample)
        return fitted[f"{fitted['linear'].penalty}-{rule}"]
    key = kind.replace("_", "-")
    return fitter.linear(sample, [key])[0][f"{key}-{rule}"]


def _lower(sample: Sample, fitter: Fitter) -> str:
    """Name the learner with the lower mean loss on five folds."""
    rule: Any = "random" if sample.task == "regression" else "stratified"
    losses: dict[str, list[float]] = {"linear": [], "boosting": []}
    primary = metric_set(sample.task).primary
    for fold in make_folds(sample.y, rule, 5, 1, fitter.seed):
        train, test = sample.take(fold.train), sample.take(fold.test)
        for kind, found in losses.items():
            model = _fit(train, fitter, kind, "best").model
            found.append(float(score(test.y, model.predict(test.features))[primary][0]))
    return min(losses, key=lambda kind: float(np.mean(losses[kind])))


def read_like(data: Any, kinds: Mapping[str, Any], header: bool = True) -> Table:
    """Read a file with the kinds that a model was fitted with.

    Raises
    ------
    InputError
        If a column is absent or cannot be read as its kind.
    """
    table = read_table(data, header=header)
    if absent := [name for name in kinds if name not in table]:
        raise InputError(f"{table.origin.name} lacks column {absent[0]!r}, which the model was fitted with; add it")
    return read_table(table.select(kinds), kinds={name: kind for name, kind in kinds.items() if kind != "text"})


def predictions(saved: SavedModel, features: Table) -> pa.Table:
    """Return the predictions of a saved model: column ``prediction``, and a probability a class.

    Parameters
    ----------
    saved : SavedModel
    features : Table
    """
    import pyarrow as pa

    found = saved.predict(features)
    if not saved.classes:
        return pa.table({"prediction": found})
    names = np.array(saved.classes, dtype=object)[np.argmax(found, axis=1)]
    chances = {f"p({label})": found[:, k] for k, label in enumerate(saved.classes)}
    return pa.table({"prediction": pa.array(names.tolist()), **chances})


def to_arrow(rows: Any) -> pa.Table:
    """Return a Table or a data frame as a `pyarrow.Table`."""
    import narwhals.stable.v2 as nw

    frame = rows.to_frame() if isinstance(rows, Table) else rows
    return nw.from_native(frame, eager_only=True).to_arrow()
