"""Cross-validated partial likelihood: how much a fold adds to the deviance (Verweij and van Houwelingen 1993).

The partial likelihood of a few held-out rows alone would compare them with each other only. So the score of a fold is
the deviance of all rows minus that of the training rows, both at the coefficients of the training rows, for each event
held out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from equipoise.losses.base import FloatArray
from equipoise.solvers import Path, Problem, _native

__all__ = ["added_deviance"]


def added_deviance(path: Path, problem: Problem, test: NDArray[np.intp]) -> tuple[FloatArray, float]:
    """Score of a fold at every alpha, shape (m,), and the weight of its events (the weight of the score).

    Parameters
    ----------
    path : Path
        Fitted on the rows that are not in `test`.
    problem : Problem
        All rows.
    test : array of rows
    """
    train = problem.weight.copy()
    train[test] = 0.0
    events = float(problem.weight[test] @ (problem.y[test] > 0))
    if events == 0.0:
        return np.zeros(len(path.alphas)), 0.0
    y = np.ascontiguousarray(problem.y)
    loss = _native.cox_loss(y, problem.loss.parameter == 1.0)
    scores = np.empty(len(path.alphas))
    for k, eta in enumerate(_predictors(path, problem)):
        scores[k] = loss.value(y, eta, problem.weight) - loss.value(y, eta, train)
    return problem.loss.score_factor * scores / events, events


def _predictors(path: Path, problem: Problem) -> FloatArray:
    """Linear predictors of all rows at every alpha, shape (m, n), from the columns in use."""
    used = np.flatnonzero(np.any(path.coefs != 0, axis=0))
    etas = np.ascontiguousarray((problem.X[:, used] @ path.coefs[:, used].T).T, dtype=np.float64)
    return etas if problem.offset is None else etas + problem.offset
