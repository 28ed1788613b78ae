"""Problems of every kind that the solvers dispatch on."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from equipoise.losses import Logistic, Loss, Multinomial, Squared
from equipoise.penalties import L1, Penalty
from equipoise.solvers import Problem

LOSSES = {"squared": Squared(), "logistic": Logistic(), "multinomial": Multinomial()}


def design(n: int, p: int, seed: int = 0) -> np.ndarray:
    """Correlated columns of different sizes and means, Fortran order."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + 0.7 * rng.normal(size=(n, 1))
    return np.asfortranarray(X * rng.uniform(0.5, 2.0, size=p) + rng.normal(size=p))


def target(loss: Loss, X: np.ndarray, seed: int = 0) -> np.ndarray:
    """A noisy target that depends on the first five columns."""
    rng = np.random.default_rng(seed + 1)
    signal = X[:, :5] @ np.array([1.0, -1.0, 0.5, 2.0, -0.3])[: X.shape[1]]
    signal = (signal - signal.mean()) / signal.std()
    if loss.task == "regression":
        return signal + 0.5 * rng.normal(size=len(X)) + 3.0
    if loss.task == "binary":
        return (signal + rng.logistic(size=len(X)) > 0.2).astype(float)
    return np.eye(3)[np.digitize(signal + 0.7 * rng.normal(size=len(X)), [-0.5, 0.6])]


def make(
    loss: str = "squared", n: int = 60, p: int = 8, *, penalty: Penalty | None = None, as_sparse: bool = False,
    weighted: bool = False, some_zero: bool = True, seed: int = 0, **settings: Any,
) -> Problem:  # fmt: skip
    """A problem; weights, where asked for, are uneven and, if `some_zero`, some of them 0."""
    X = design(n, p, seed)
    if as_sparse:
        X = np.where(np.random.default_rng(seed + 2).random(X.shape) < 0.3, X, 0.0)
    y = target(LOSSES[loss], X, seed)
    uneven = np.random.default_rng(seed + 3).integers(0 if some_zero else 1, 4, size=n).astype(float)
    s = uneven if weighted else np.ones(n)
    kind = sparse.csc_array(X) if as_sparse else np.asfortranarray(X)
    return Problem(kind, y, LOSSES[loss], penalty or L1(), s / s.sum(), **settings)


def grid(problem: Problem, count: int = 12, ratio: float = 1e-2) -> np.ndarray:
    """Decreasing alphas from the null model, or from the size of the gradient where there is no L1 part."""
    gradients = np.atleast_2d(problem.null.gradient)
    top = max(problem.penalty.alpha_max(g) for g in gradients)
    return (top if np.isfinite(top) else float(np.abs(gradients).max())) * np.geomspace(1.0, ratio, count)
