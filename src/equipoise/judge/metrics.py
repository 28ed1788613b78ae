"""Scores of predictions, the first of each task being what verdicts are about, and their bootstrap intervals.

    classification   log loss = mean of -log p(class), ROC AUC (several classes: mean of one against the rest), accuracy
    regression       squared error = mean (y - f)^2, R^2, absolute error

Intervals are percentiles over resampled rows (Efron 1979). A resample is a vector of row counts, so that every score is
a weighted one and all resamples are scored together; all arms meet the same resamples.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["METRICS", "MetricSet", "intervals", "metric_set", "score"]

Floats = NDArray[np.float64]
_TINY = np.finfo(np.float64).eps
_BLOCK = 4_000_000  # row counts held at a time


@dataclass(frozen=True)
class MetricSet:
    """Metrics of a task: the primary one (a loss) and what stands beside it."""

    primary: str
    label: str
    secondary: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, the primary first."""
        return (self.primary, *self.secondary)


_CLASSES = MetricSet("log_loss", "log loss", ("roc_auc", "accuracy"))
METRICS = {
    "binary": _CLASSES,
    "multiclass": _CLASSES,
    "regression": MetricSet("squared_error", "squared error", ("r2", "absolute_error")),
}


def metric_set(task: str) -> MetricSet:
    """Return the metrics of a task.

    Examples
    --------
    >>> metric_set("regression").names
    ('squared_error', 'r2', 'absolute_error')
    """
    return METRICS[task]


def score(y: NDArray[np.generic], prediction: Floats, weight: Floats | None = None) -> dict[str, Floats]:
    """Score a prediction, once for each row of weights.

    Parameters
    ----------
    y : array of shape (n,)
        Class codes where `prediction` has two axes, else numbers.
    prediction : array of shape (n, K) or (n,)
        Probabilities of the classes, or values.
    weight : array of shape (B, n), optional
        Weights of the rows; one row of ones if not given.

    Returns
    -------
    dict of arrays of shape (B,)
        NaN where a score is not defined, such as the AUC of a single class.

    Examples
    --------
    >>> import numpy as np
    >>> found = score(np.array([0, 1]), np.array([[0.8, 0.2], [0.4, 0.6]]))
    >>> round(float(found["log_loss"][0]), 4), float(found["roc_auc"][0])
    (0.367, 1.0)
    """
    weight = np.ones((1, len(y))) if weight is None else weight
    total = weight.sum(axis=1)
    if prediction.ndim == 1:
        return _numbers(np.asarray(y, dtype=np.float64), prediction, weight, total)
    return _labels(np.asarray(y, dtype=np.intp), prediction, weight, total)


def _labels(y: NDArray[np.intp], p: Floats, weight: Floats, total: Floats) -> dict[str, Floats]:
    loss = -np.log(np.maximum(p[np.arange(len(y)), y], _TINY))
    hit = (np.argmax(p, axis=1) == y).astype(np.float64)
    if p.shape[1] == 2:
        auc = _auc(y == 1, p[:, 1], weight)
    else:
        each = np.stack([_auc(y == k, p[:, k], weight) for k in range(p.shape[1])])
        known = np.isfinite(each)
        count = known.sum(axis=0)
        auc = np.where(count > 0, np.where(known, each, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)
    return {"log_loss": weight @ loss / total, "roc_auc": auc, "accuracy": weight @ hit / total}


def _auc(positive: NDArray[np.bool_], value: Floats, weight: Floats) -> Floats:
    """Area under the ROC curve, ties counted half, for every row of weights."""
    order = np.argsort(value, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(value[order]) > 0])
    weight = weight[:, order]
    up = np.add.reduceat(weight * positive[order], starts, axis=1)
    down = np.add.reduceat(weight * ~positive[order], starts, axis=1)
    below = np.cumsum(down, axis=1) - down / 2.0
    pairs = up.sum(axis=1) * down.sum(axis=1)
    return np.where(pairs > 0, (up * below).sum(axis=1) / np.where(pairs > 0, pairs, 1.0), np.nan)


def _numbers(y: Floats, prediction: Floats, weight: Floats, total: Floats) -> dict[str, Floats]:
    error = y - prediction
    squared = weight @ error**2 / total
    centre = y - y.mean()
    spread = weight @ centre**2 / total - (weight @ centre / total) ** 2
    r2 = np.where(spread > 0, 1.0 - squared / np.where(spread > 0, spread, 1.0), np.nan)
    return {"squared_error": squared, "r2": r2, "absolute_error": weight @ np.abs(error) / total}


def intervals(
    y: NDArray[np.generic], prediction: Floats, seed: int, resamples: int = 1000, level: float = 0.95
) -> dict[str, tuple[float, float, float]]:
    """Score a prediction and bound each score by the percentile bootstrap.

    Parameters
    ----------
    y, prediction : arrays
        As for `score`.
    seed : int
        Decides the resamples; equal seeds give paired resamples.
    resamples : int, default 1000
    level : float, default 0.95

    Returns
    -------
    dict of (value, low, high)
        NaN where a score is not defined.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.arange(50.0)
    >>> value, low, high = intervals(y, y + 1.0, seed=0)["squared_error"]
    >>> value, low, high
    (1.0, 1.0, 1.0)
    """
    n = len(y)
    rng = np.random.default_rng(seed)
    step = max(1, _BLOCK // n)
    drawn: dict[str, list[Floats]] = {}
    for start in range(0, resamples, step):
        counts = np.stack([_counts(rng, n) for _ in range(min(step, resamples - start))])
        for name, values in score(y, prediction, counts).items():
            drawn.setdefault(name, []).append(values)
    tail = (1.0 - level) / 2.0
    return {
        name: (float(value[0]), *_bounds(np.concatenate(drawn[name]), tail))
        for name, value in score(y, prediction).items()
    }


def _counts(rng: np.random.Generator, n: int) -> Floats:
    return np.bincount(rng.integers(n, size=n), minlength=n).astype(np.float64)


def _bounds(values: Floats, tail: float) -> tuple[float, float]:
    values = values[np.isfinite(values)]
    if not len(values):
        return float("nan"), float("nan")
    low, high = np.quantile(values, [tail, 1.0 - tail])
    return float(low), float(high)
