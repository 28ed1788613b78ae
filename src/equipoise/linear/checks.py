"""What estimators of linear models and of nets ask of classes, weights and threads alike."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.multiclass import check_classification_targets

from equipoise.errors import InputError
from equipoise.losses.base import FloatArray

__all__ = ["check_n_jobs", "check_two_classes", "class_codes", "shares_of"]


def class_codes(y: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Return the classes of a target, at least two, and the code of each row."""
    check_classification_targets(y)
    classes, codes = np.unique(y, return_inverse=True)
    if len(classes) < 2:
        raise InputError(f"the target has one class only, {classes[0]!r}; a classifier needs two")
    return classes, codes


def check_two_classes(codes: NDArray[np.intp] | None, weight: FloatArray) -> None:
    """Refuse class codes of which weights leave a single one; None where the target is a number."""
    if codes is not None and len(np.unique(codes[weight > 0])) < 2:
        raise InputError("the rows of positive weight are of one class only; a classifier needs two")


def check_n_jobs(n_jobs: Any) -> None:
    """Refuse what is no number of threads."""
    if n_jobs is not None and (not isinstance(n_jobs, (int, np.integer)) or n_jobs == 0):
        raise InputError(f"n_jobs={n_jobs!r} is not a whole number other than 0; None means all cores")


def shares_of(weight: FloatArray) -> FloatArray:
    """Return weights, one at least above 0, that sum to 1."""
    shares = weight / weight.max()  # whose sum does not overflow
    return np.asarray(shares / shares.sum())
