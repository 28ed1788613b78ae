"""Scores of one arm on one test fold: the primary loss of `metrics`, and what stands beside it in a trial.

    classification   log loss, ROC AUC; PR AUC (average precision), several classes: mean over the classes;
                     Brier = mean of |p - e_class|^2 (for two classes half of that, the usual definition);
                     balanced accuracy of the class decided for
    regression       squared error, R^2

Log loss with the shares put right: a model fitted on shares q_k that in truth are r_k is corrected by
p_k r_k / q_k, scaled to sum to 1 (Saerens, Latinne and Decaestecker 2002, "Adjusting the outputs of a classifier to
new a priori probabilities", Neural Computation 14, eq. 2.4). Arms that balance classes are thus judged twice: as they
come, and repaired.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from equipoise.judge.metrics import score

__all__ = ["COLUMNS", "decide", "prior_corrected", "scores"]

Floats = NDArray[np.float64]

# name in the record, heading of the table, by task
_CLASSES = (
    ("roc_auc", "ROC AUC"),
    ("pr_auc", "PR AUC"),
    ("brier", "Brier"),
    ("balanced_accuracy", "bal.acc."),
    ("log_loss_corrected", "loss*"),
)
COLUMNS = {"binary": _CLASSES, "multiclass": _CLASSES, "regression": (("r2", "R2"),)}


def scores(y: NDArray[np.generic], prediction: Floats, decided: NDArray[np.intp] | None = None) -> dict[str, float]:
    """Score a prediction.

    Parameters
    ----------
    y : array of shape (n,)
        Codes of the classes, or numbers.
    prediction : array of shape (n, K) or (n,)
        Probabilities, or numbers.
    decided : array of shape (n,), optional
        Classes decided for; the most probable if not given.

    Returns
    -------
    dict of float
        NaN where a score is not defined on these rows.

    Examples
    --------
    >>> import numpy as np
    >>> found = scores(np.array([0, 0, 1]), np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]]))
    >>> round(found["brier"], 4), found["pr_auc"], found["balanced_accuracy"]
    (0.1367, 1.0, 0.75)
    """
    found = {name: float(values[0]) for name, values in score(y, prediction).items()}
    if prediction.ndim == 1:
        return {name: found[name] for name in ("squared_error", "r2")}
    codes = np.asarray(y, dtype=np.intp)
    is_class = np.arange(prediction.shape[1]) == codes[:, None]
    present = is_class.any(axis=0)
    decided = np.argmax(prediction, axis=1) if decided is None else decided
    brier = float(np.mean(np.sum((prediction - is_class) ** 2, axis=1)))
    binary = prediction.shape[1] == 2
    shown = [1] if binary else range(prediction.shape[1])
    areas = [average_precision_score(is_class[:, k], prediction[:, k]) for k in shown if present[k]]
    return {
        "log_loss": found["log_loss"],
        "roc_auc": found["roc_auc"],
        "pr_auc": float(np.mean(areas)) if areas else float("nan"),
        "brier": brier / 2.0 if binary else brier,
        "balanced_accuracy": float(
            np.mean([(decided == codes)[is_class[:, k]].mean() for k in np.flatnonzero(present)])
        ),
    }


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


def decide(y: NDArray[np.intp], p: Floats) -> float:
    """Return the threshold on p(class 1) with the best balanced accuracy, halfway between two values.

    Examples
    --------
    >>> import numpy as np
    >>> found = decide(np.array([0, 0, 0, 1]), np.array([0.1, 0.1, 0.2, 0.3]))
    >>> round(found, 3)
    0.25
    """
    values = np.unique(p)
    cuts = np.concatenate([[0.5], (values[1:] + values[:-1]) / 2.0])
    up, down = np.sort(p[y == 1]), np.sort(p[y == 0])
    recall = 1.0 - np.searchsorted(up, cuts, side="left") / max(len(up), 1)
    kept = np.searchsorted(down, cuts, side="left") / max(len(down), 1)
    return float(cuts[np.argmax(recall + kept)])
