"""What a path is worth on rows that it was not fitted on: the loss, or any scorer of scikit-learn.

Lower is better, everywhere. A scorer says the opposite: its score is stored with the other sign, and the name tells so
("minus roc_auc"; "neg_mean_absolute_error" becomes "mean absolute error").
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import get_scorer, get_scorer_names

from equipoise.errors import InputError
from equipoise.losses.base import FloatArray
from equipoise.selection.base import Context
from equipoise.selection.partial_likelihood import added_deviance
from equipoise.solvers import Path, Problem

__all__ = ["Score", "scorer_of"]

Score = Callable[[Path, Problem, NDArray[np.intp]], tuple[FloatArray, float]]


def scorer_of(scoring: Any, problem: Problem, context: Context) -> tuple[Score, str]:
    """A function (path, problem, rows) -> (score at every alpha, weight of the rows), and its name.

    Parameters
    ----------
    scoring : None, str or callable
        None for the loss (twice it where the field speaks of squared error or deviance); a name that scikit-learn
        knows; or a callable (estimator, X, y) -> number, larger for a better model.
    """
    if scoring is None:
        return (_by_loss if problem.loss.separable else added_deviance), problem.loss.score_name
    if isinstance(scoring, str):
        if scoring not in get_scorer_names():
            raise InputError(
                f"scoring {scoring!r} is not known to scikit-learn; sklearn.metrics.get_scorer_names() lists"
            )
        scorer, name = get_scorer(scoring), scoring
    elif callable(scoring):
        scorer, name = scoring, getattr(scoring, "__name__", None) or repr(scoring)
    else:
        raise InputError(f"scoring={scoring!r} is neither None, a name, nor a callable (estimator, X, y) -> number")
    if context.model is None or context.target is None:
        raise InputError(f"scoring={scoring!r} needs an estimator; a problem alone is scored by its loss")
    if problem.offset is not None:
        raise InputError(f"scoring={scoring!r} would not see the offset; leave scoring=None")
    label = name[4:].replace("_", " ") if name.startswith("neg_") else f"minus {name}"
    return _Scored(scorer, name, context), label


class _Scored:
    """Minus what a scorer of scikit-learn says about the estimator at each alpha."""

    def __init__(self, scorer: Any, name: str, context: Context) -> None:
        self.scorer, self.name, self.context = scorer, name, context

    def __call__(self, path: Path, problem: Problem, rows: NDArray[np.intp]) -> tuple[FloatArray, float]:
        rows = rows[problem.weight[rows] > 0]
        weight = problem.weight[rows]
        if len(rows) == 0:
            return np.zeros(len(path.alphas)), 0.0
        assert self.context.model is not None
        assert self.context.target is not None
        X, y = problem.X[rows], self.context.target[rows]
        X = X.tocsr() if problem.is_sparse else X
        extra = {} if np.all(weight == weight[0]) else {"sample_weight": weight}
        scores = np.empty(len(path.alphas))
        for k, (coef, intercept) in enumerate(zip(path.coefs, path.intercepts, strict=True)):
            value = self._one(self.context.model(coef, intercept), X, y, extra)
            scores[k] = -value
        return scores, float(weight.sum())

    def _one(self, model: Any, X: Any, y: NDArray[Any], extra: dict[str, Any]) -> float:
        try:
            value = self.scorer(model, X, y, **extra)
        except TypeError as error:
            if extra and "sample_weight" in str(error):
                raise InputError(f"scoring {self.name!r} takes no sample weights, but there are some") from error
            raise
        if not isinstance(value, (int, float, np.number)):
            raise InputError(f"scoring {self.name!r} gave {value!r}, which is not a number")
        return float(value)


def _by_loss(path: Path, problem: Problem, rows: NDArray[np.intp]) -> tuple[FloatArray, float]:
    """Weighted mean score of some rows at every alpha, and their weight; in blocks, so that X is never copied."""
    total = np.zeros(len(path.alphas))
    weight = problem.weight[rows]
    for start in range(0, len(rows), 1024) if np.any(weight > 0) else ():
        part = rows[start : start + 1024]
        etas = problem.predictor_of(part, path.coefs, path.intercepts)
        y, w = problem.y[part], problem.weight[part] / weight.sum()
        for k, eta in enumerate(np.moveaxis(etas, 1, 0)):
            total[k] += problem.loss.score_factor * float(w @ problem.loss.value(y, eta))
    return total, float(weight.sum())
