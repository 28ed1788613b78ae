"""Scores of one arm on one test fold: the primary loss of `metrics`, and what stands beside it in a trial.

    classification   log loss, ROC AUC; PR AUC (average precision), several classes: mean over the classes;
                     Brier = mean of |p - e_class|^2 (for two classes half of that, the usual definition);
                     balanced accuracy and F1 (of the second class; several classes: mean over the classes) of the class
                     decided for; for two classes the slope of calibration, b of logit P(y) = a + b logit p: below 1
                     where probabilities are too sure (Cox 1958, Biometrika 45)
    regression       squared error and its root, R^2, absolute error, and half of it: the pinball loss of the median

Log loss with the shares put right: a model fitted on shares q_k that in truth are r_k is corrected by
p_k r_k / q_k, scaled to sum to 1 (Saerens, Latinne and Decaestecker 2002, "Adjusting the outputs of a classifier to
new a priori probabilities", Neural Computation 14, eq. 2.4). Arms that balance classes are thus judged twice: as they
come, and repaired.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, f1_score

from equipoise.judge.metrics import score

__all__ = ["COLUMNS", "Thresholds", "as_losses", "decide", "prior_corrected", "scores"]

Floats = NDArray[np.float64]
_TINY = 1e-12

# name in the record, heading of the table, by task
_CLASSES = (
    ("roc_auc", "AUC"),
    ("pr_auc", "PR AUC"),
    ("brier", "Brier"),
    ("balanced_accuracy", "bal.ac"),
    ("f1", "F1"),
    ("calibration_slope", "slope"),
    ("log_loss_corrected", "loss*"),
)
COLUMNS = {
    "binary": _CLASSES,
    "multiclass": _CLASSES,
    "regression": (("r2", "R2"), ("rmse", "RMSE"), ("absolute_error", "abs.er"), ("pinball", "pinbal")),
}
_MORE_IS_BETTER = frozenset({"roc_auc", "pr_auc", "balanced_accuracy", "f1", "r2"})


@dataclass(frozen=True)
class Thresholds:
    """Where p(second class) has to lie for the second class to be decided for; halves if nobody tuned them."""

    balanced_accuracy: float = 0.5
    f1: float = 0.5


def scores(y: NDArray[np.generic], prediction: Floats, thresholds: Thresholds | None = None) -> dict[str, float]:
    """Score a prediction.

    Parameters
    ----------
    y : array of shape (n,)
        Codes of the classes, or numbers.
    prediction : array of shape (n, K) or (n,)
        Probabilities, or numbers.
    thresholds : Thresholds, optional
        For two classes; the most probable class is decided for if not given.

    Returns
    -------
    dict of float
        NaN where a score is not defined on these rows.

    Examples
    --------
    >>> import numpy as np
    >>> found = scores(np.array([0, 0, 1]), np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]]))
    >>> round(found["brier"], 4), found["pr_auc"], found["balanced_accuracy"], round(found["f1"], 4)
    (0.1367, 1.0, 0.75, 0.6667)
    """
    found = {name: float(values[0]) for name, values in score(y, prediction).items()}
    if prediction.ndim == 1:
        return found | {"rmse": float(np.sqrt(found["squared_error"])), "pinball": 0.5 * found["absolute_error"]}
    codes = np.asarray(y, dtype=np.intp)
    is_class = np.arange(prediction.shape[1]) == codes[:, None]
    present = is_class.any(axis=0)
    decided = dict.fromkeys(("balanced_accuracy", "f1"), np.argmax(prediction, axis=1))
    binary = prediction.shape[1] == 2
    if binary and thresholds is not None:
        decided = {name: (prediction[:, 1] >= getattr(thresholds, name)).astype(np.intp) for name in decided}
    brier = float(np.mean(np.sum((prediction - is_class) ** 2, axis=1)))
    shown = [1] if binary else range(prediction.shape[1])
    areas = [average_precision_score(is_class[:, k], prediction[:, k]) for k in shown if present[k]]
    right = decided["balanced_accuracy"] == codes
    return {
        "log_loss": found["log_loss"],
        "roc_auc": found["roc_auc"],
        "pr_auc": float(np.mean(areas)) if areas else float("nan"),
        "brier": brier / 2.0 if binary else brier,
        "balanced_accuracy": float(np.mean([right[is_class[:, k]].mean() for k in np.flatnonzero(present)])),
        "f1": float(f1_score(codes, decided["f1"], labels=list(shown), average="macro", zero_division=0.0)),
        "calibration_slope": _slope(codes, prediction[:, 1]) if binary else float("nan"),
    }


def as_losses(name: str, values: Sequence[float | None]) -> Floats:
    """Return a score as a loss, lower is better; NaN where it is not defined.

    Examples
    --------
    >>> as_losses("roc_auc", [0.75, None]).tolist(), as_losses("calibration_slope", [0.75, 1.5]).tolist()
    ([0.25, nan], [0.25, 0.5])
    """
    found = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    if name == "calibration_slope":
        return np.abs(found - 1.0)
    return 1.0 - found if name in _MORE_IS_BETTER else found


def _slope(codes: NDArray[np.intp], p: Floats) -> float:
    """NaN where rows are of one class, or all have the same probability."""
    if codes.min() == codes.max() or np.ptp(p) == 0.0:
        return float("nan")
    # all but unpenalised: a fold that the probabilities part cleanly still has a slope, a large one
    line = LogisticRegression(C=1e4, solver="newton-cholesky")
    return float(line.fit(logit(np.clip(p, _TINY, 1.0 - _TINY))[:, None], codes).coef_[0, 0])


def prior_corrected(p: Floats, fitted: Floats, real: Floats) -> Floats:
    """Return probabilities of a model that was fitted under other shares of the classes.

    Parameters
    ----------
    p : array of shape (n, K)
    fitted, real : arrays of shape (K,)
        Shares that the model met, and those of the real training rows.

    Examples
    --------
    >>> import numpy as np
    >>> prior_corrected(np.array([[0.5, 0.5]]), np.array([0.5, 0.5]), np.array([0.9, 0.1])).tolist()
    [[0.9, 0.1]]
    """
    raised = p * np.where(fitted > 0, real / np.where(fitted > 0, fitted, 1.0), 1.0)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def decide(y: NDArray[np.intp], p: Floats) -> Thresholds:
    """Return the thresholds on p(second class) that are best on these rows, halfway between two values.

    Examples
    --------
    >>> import numpy as np
    >>> found = decide(np.array([0, 0, 0, 1]), np.array([0.1, 0.1, 0.2, 0.3]))
    >>> round(found.balanced_accuracy, 3), round(found.f1, 3)
    (0.25, 0.25)
    """
    values = np.unique(p)
    cuts = np.concatenate([[0.5], (values[1:] + values[:-1]) / 2.0])
    up, down = np.sort(p[y == 1]), np.sort(p[y == 0])
    hits = len(up) - np.searchsorted(up, cuts, side="left")
    kept = np.searchsorted(down, cuts, side="left")
    balanced = hits / max(len(up), 1) + kept / max(len(down), 1)
    f1 = 2.0 * hits / (hits + len(down) - kept + max(len(up), 1))
    return Thresholds(float(cuts[np.argmax(balanced)]), float(cuts[np.argmax(f1)]))
