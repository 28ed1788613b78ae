"""What estimators of linear models and of nets ask of classes, weights and threads alike."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _num_samples

from equipoise.data.column import is_missing
from equipoise.errors import InputError
from equipoise.losses.base import FloatArray

__all__ = [
    "check_n_jobs",
    "check_rows",
    "check_target",
    "check_two_classes",
    "check_weight",
    "class_codes",
    "shares_of",
]


def check_target(y: Any, *, numbers: bool = False) -> None:
    """Refuse a target that is missing or infinite in some rows, or no number where it must be one, and say in which.

    Raises
    ------
    InputError
        The message says how many rows there are, or what they hold, and the first.

    Examples
    --------
    >>> check_target(np.array(["no", None], dtype=object))
    Traceback (most recent call last):
    equipoise.errors.InputError: Input y contains NaN: missing in 1 of 2 rows, first in row 1; drop or fill them in
    """
    values = np.asarray(y)
    if values.dtype.kind == "f":
        missing, endless = np.isnan(values), np.isinf(values)
    elif values.dtype == object and values.ndim in (1, 2):
        missing = np.array([is_missing(value) for value in values.ravel().tolist()], bool).reshape(values.shape)
        endless = np.zeros_like(missing)
    else:
        missing = endless = np.zeros(values.shape, bool)
    # the first words are those of scikit-learn, which callers may know
    for rows, what, state in (
        (missing, "NaN", "missing"),
        (endless, "infinity or a value too large for dtype('float64')", "infinite"),
    ):
        hit = rows.any(axis=1) if rows.ndim == 2 else rows
        if hit.any():
            raise InputError(
                f"Input y contains {what}: {state} in {hit.sum()} of {len(hit)} rows, first in row {hit.argmax()}; "
                "drop or fill them in"
            )
    if numbers and values.ndim == 1 and values.dtype.kind in "OUS":
        for row, value in enumerate(values.tolist()):
            try:
                float(value)
            except (TypeError, ValueError):
                raise InputError(
                    f"y holds {value!r} in row {row}, which is no number; a regression needs numbers, and a classifier "
                    "takes labels"
                ) from None


def check_weight(sample_weight: Any, rows: int) -> FloatArray:
    """Return weights as numbers if they are from 0 on, one a row or one for all; scikit-learn looks at the shape.

    Raises
    ------
    InputError
        The message names the first row that is wrong.

    Examples
    --------
    >>> check_weight([1.0, -2.0], rows=2)
    Traceback (most recent call last):
    equipoise.errors.InputError: sample_weight holds -2.0 in row 1; give numbers from 0 on
    """
    try:
        weight = np.asarray(sample_weight, np.float64)
    except (TypeError, ValueError):
        raise InputError("sample_weight holds values that are no numbers; give numbers from 0 on") from None
    if weight.ndim == 1 and len(weight) != rows:
        raise InputError(f"sample_weight has {len(weight)} values, but there are {rows} rows; give one a row")
    wrong = ~(np.isfinite(weight) & (weight >= 0))
    if weight.ndim <= 1 and wrong.any():
        where = f" in row {wrong.argmax()}" if weight.ndim else ""
        raise InputError(f"sample_weight holds {weight[wrong][0]}{where}; give numbers from 0 on")
    return weight


def check_rows(X: Any, y: Any, sample_weight: Any, *, numbers: bool) -> None:
    """Refuse what is wrong with target and weights, before the columns are looked at."""
    check_target(y, numbers=numbers)
    if sample_weight is None:
        return
    if not check_weight(sample_weight, _num_samples(X)).any():
        raise InputError(
            "sample_weight is zero in every row, so that none is left to fit on; give some row a weight > 0"
        )


def class_codes(y: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Return the classes of a target, at least two, and the code of each row."""
    check_classification_targets(y)
    classes, codes = np.unique(y, return_inverse=True)
    if len(classes) < 2:
        raise InputError(f"the target has one class only, {str(classes[0])!r}; a classifier needs two")
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
