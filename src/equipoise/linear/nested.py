"""Nested cross-validation: what the whole procedure is worth, the choice of alpha included.

The score that chose alpha is too good: it is the lowest of many. So an outer loop holds rows out that neither the fit
nor the choice has seen (Stone 1974; Varma and Simon 2006, "Bias in error estimation when using cross-validation for
model selection"). It scores the procedure, not one model: alpha may differ from fold to fold.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from inspect import signature
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.utils import _safe_indexing

from equipoise.errors import InputError
from equipoise.linear.base import LinearEstimator
from equipoise.linear.columns import as_given
from equipoise.linear.huber import HuberRegressor
from equipoise.losses.base import FloatArray
from equipoise.selection.base import Selection
from equipoise.selection.folds import folds, held_out, rounds
from equipoise.selection.scoring import scorer_of
from equipoise.solvers import Path, Problem

__all__ = ["NestedScore", "nested_score"]


@dataclass(frozen=True)
class NestedScore:
    """Scores of a procedure on rows that it has not seen.

    Attributes
    ----------
    scores : array of shape (folds,)
        Lower is better; a scorer's with the other sign, as its name says.
    mean, se : float
        Mean over folds weighted by the weight of their rows, and its standard error.
    score_name : str
    alphas : array of shape (folds,)
        What each fold chose.
    features : array of shape (folds,)
        Number of features with a coefficient (of a net: a weight) other than 0.
    predictions : array of shape (n,) or (n, K)
        Linear predictor of each row from the folds that did not see it (nan if there is none, the mean if there are
        several).
    models : tuple of estimators
        Fitted on the training rows of each fold, with their `selection_`.
    """

    scores: FloatArray
    mean: float
    se: float
    score_name: str
    alphas: FloatArray
    features: NDArray[np.intp]
    predictions: FloatArray = field(repr=False)
    models: tuple[Any, ...] = field(repr=False)


def nested_score(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    cv: Any = 5,
    scoring: Any = None,
    sample_weight: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    offset: ArrayLike | None = None,
) -> NestedScore:
    """Score an estimator and its choice of alpha by an outer cross-validation.

    Parameters
    ----------
    estimator : linear estimator or net of Equipoise
        Not changed; a pipeline is scored by scikit-learn's `cross_validate`.
    X : array, sparse matrix or data frame of shape (n, p)
    y : array of shape (n,), or what the estimator takes
    cv : int, splitter or iterable of (train, test), default 5
        The outer folds. A number means shuffled folds: stratified for classes, whole groups where groups are given.
    scoring : str or callable, optional
        A scorer of scikit-learn or a callable (estimator, X, y) -> number, larger for a better model; the loss of the
        estimator if not given. The inner choice keeps its own.
    sample_weight : array of shape (n,), optional
    groups : array of shape (n,), optional
        Rows of one group stay in one fold, outside and inside.
    offset : array of shape (n,), optional
        For estimators that take one.

    Returns
    -------
    NestedScore

    Raises
    ------
    InputError
        If the estimator is of another kind, the data cannot be used, or a fold lacks a class.

    Examples
    --------
    >>> import equipoise as eq
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> result = eq.nested_score(eq.Lasso(), X, y, cv=5)
    >>> result.score_name, bool(2900 < result.mean < 3100), result.alphas.shape
    ('mean squared error', True, (5,))
    """
    if not isinstance(estimator, LinearEstimator):
        return _of_net(estimator, X, y, cv, scoring, sample_weight, groups, offset)
    whole = clone(estimator)
    problem, context = whole._pose(X, y, sample_weight, groups, offset)
    frame = None if as_given(whole.encoder_, X) else X
    splits = folds(cv, problem, context)
    rows = {"sample_weight": sample_weight, "groups": groups, "offset": offset}
    given = {name: np.asarray(values) for name, values in rows.items() if values is not None}
    if offset is not None and "offset" not in signature(whole.fit).parameters:
        raise InputError(f"{type(whole).__name__} takes no offset")
    _, name = scorer_of(scoring, problem, context)
    models, points, seen, tests = [], [], [], [test for _, test in splits]
    for k, (train, test) in enumerate(splits):
        part = {key: values[train] for key, values in given.items()}
        model = clone(estimator).fit(_safe_indexing(X, train), _safe_indexing(y, train), **part)
        if len(getattr(model, "classes_", ())) != len(getattr(whole, "classes_", ())):
            raise InputError(f"the training rows of fold {k} lack a class; use fewer or stratified folds")
        score, _ = scorer_of(scoring, problem, replace(context, model=model._with))
        models.append(model)
        seen.append(_scored_by(model, problem, frame))
        points.append(score(_point(model), seen[-1], test))
    scores, weights = np.array([s for s, _ in points]), np.array([w for _, w in points])
    total = Selection.of(np.zeros(1), scores, weights, name, "best", rounds(tests, problem.n))
    features = [np.count_nonzero(np.any(np.atleast_2d(model.coef_) != 0, axis=0)) for model in models]
    return NestedScore(
        scores[:, 0],
        float(total.mean[0]),
        float(total.se[0]),
        name,
        np.array([model.alpha_ for model in models]),
        np.array(features, dtype=np.intp),
        held_out([_point(model) for model in models], seen, tests, 0),
        tuple(models),
    )


def _of_net(estimator: Any, *arguments: Any) -> NestedScore:
    from equipoise.neural.base import NeuralEstimator  # which brings JAX along
    from equipoise.neural.nested import nested_net_score

    kind, (*rest, offset) = type(estimator).__name__, arguments
    if not isinstance(estimator, NeuralEstimator):
        raise InputError(
            f"nested_score takes a linear estimator or a net of equipoise, not {kind}; use sklearn's cross_validate"
        )
    if offset is not None:
        raise InputError(f"{kind} takes no offset")
    return nested_net_score(estimator, *rest)


def _point(model: LinearEstimator) -> Path:
    """The fit as a path of one point."""
    kept = np.flatnonzero(model.path_.alphas == model.alpha_)[:1]
    return model.path_.only(kept)


def _scored_by(model: LinearEstimator, problem: Problem, frame: Any) -> Problem:
    """All rows as the model sees them: an encoder, and the scale of the Huber loss, are of the training rows."""
    if frame is not None:
        problem = replace(problem, X=np.asfortranarray(model._columns(frame)))
    if isinstance(model, HuberRegressor):
        return model._with_scale(problem, model.scale_)
    return problem
