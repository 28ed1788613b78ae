"""Columns of X as numbers: arrays, sparse matrices and frames of numbers as they are, other frames by an encoder.

The encoder is fitted on all rows that `fit` is given, before they are dealt to folds. It never sees the target. Levels
cannot tell a fold anything: one that occurs in held-out rows only is a column of zeros in training, and so has the
coefficient 0, as an unknown level has. Means that fill gaps do contain held-out rows, the same for every alpha.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse
from sklearn.utils.validation import validate_data

from equipoise.errors import FindingWarning, InputError

if TYPE_CHECKING:
    from equipoise.data import DesignEncoder

__all__ = ["as_given", "fit_columns", "is_frame", "numbers_encoder", "numbers_only", "predict_columns"]

T = TypeVar("T")
_GAP = "Input X contains NaN"  # how scikit-learn's message begins


def fit_columns(model: Any, X: Any, sample_weight: ArrayLike | None, check: Callable[[Any], T]) -> T:
    """What `check`, scikit-learn's validation, returns for X; `model.encoder_` is set if X had to be encoded."""
    model.encoder_ = None
    if not is_frame(X):
        return _without_gaps(model, X, check)
    if numbers_only(X):
        try:
            return check(X)
        except ValueError as error:
            if not str(error).startswith(_GAP):
                raise
    from equipoise.data import DesignEncoder  # the readers of frames, when there is one

    encoder = DesignEncoder().fit(X, sample_weight=sample_weight)
    if encoder.findings_:
        warnings.warn("; ".join(map(str, encoder.findings_)), FindingWarning, stacklevel=6)
    checked = check(encoder.transform(X))
    validate_data(model, X, "no_validation", skip_check_array=True)  # names and number of the columns of the frame
    model.encoder_ = encoder
    return checked


def predict_columns(model: Any, X: Any, check: Callable[[Any], Any]) -> Any:
    """X as numbers, in the columns that the model was fitted on."""
    encoder = model.encoder_
    if encoder is None:
        return _without_gaps(model, X, check)
    if as_given(encoder, X):
        try:
            return check(X)
        except ValueError as error:
            if not str(error).startswith(_GAP):
                raise
    validate_data(model, X, "no_validation", skip_check_array=True, reset=False)
    return encoder.transform(X)


def numbers_encoder(X: Any, means: NDArray[np.float64]) -> DesignEncoder:
    """What fills gaps in new rows of a frame that had none in fitting."""
    from equipoise.data import DesignEncoder

    labels = X.column_names if hasattr(X, "column_names") else X.columns
    return DesignEncoder.of_numbers([str(label) for label in labels], means)


def is_frame(X: Any) -> bool:
    """Whether X is a data frame that narwhals knows."""
    if isinstance(X, (np.ndarray, list)) or issparse(X):
        return False
    from equipoise.data.encoding import is_frame

    return is_frame(X)


def numbers_only(frame: Any) -> bool:
    """Whether all columns are numbers or booleans by their dtypes; gaps are not looked for."""
    if hasattr(frame, "iloc"):
        return all(getattr(dtype, "kind", "O") in "biuf" for dtype in frame.dtypes)
    import narwhals.stable.v2 as nw

    known = nw.from_native(frame)
    types = known.collect_schema().dtypes()
    plain = all(dtype.is_integer() or dtype.is_float() or dtype == nw.Boolean for dtype in types)
    return plain and isinstance(known, nw.DataFrame)  # a lazy frame is refused by the reader


def as_given(encoder: DesignEncoder | None, X: Any) -> bool:
    """Whether X needs no encoder, unless it has gaps: the encoder fills nothing but gaps, and X holds numbers only."""
    if encoder is not None:
        names, kinds = tuple(encoder.kinds_), set(encoder.kinds_.values())
        if encoder.feature_names_out_ != names or not kinds <= {"number", "integer"}:
            return False
    return not is_frame(X) or numbers_only(X)


def _without_gaps(model: Any, X: Any, check: Callable[[Any], T]) -> T:
    try:
        return check(X)
    except ValueError as error:
        if not str(error).startswith(_GAP):
            raise
        raise InputError(
            f"{_GAP}. {type(model).__name__} takes an array as it is, without gaps: fill them or drop the rows; or "
            "give a data frame, whose gaps are encoded; or put equipoise.DesignEncoder before it in a pipeline"
        ) from None
