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

__all__ = ["as_given", "check_block", "fit_columns", "is_frame", "numbers_encoder", "predict_columns"]

T = TypeVar("T")
_GAP = "Input X contains NaN"  # how scikit-learn's message begins


def fit_columns(model: Any, X: Any, sample_weight: ArrayLike | None, check: Callable[[Any], T]) -> T:
    """What `check`, scikit-learn's validation, returns for X; `model.encoder_` is set if X had to be encoded."""
    model.encoder_ = None
    if not is_frame(X):
        return _without_gaps(model, X, check)
    if not other_columns(X):
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


def other_columns(frame: Any) -> list[str]:
    """Columns that are neither numbers nor booleans by their dtypes; gaps are not looked for."""
    if hasattr(frame, "iloc"):
        kinds = [getattr(dtype, "kind", "O") for dtype in frame.dtypes]
        return [str(name) for name, kind in zip(frame.columns, kinds, strict=True) if kind not in "biuf"]
    import narwhals.stable.v2 as nw

    known = nw.from_native(frame)
    lazy = not isinstance(known, nw.DataFrame)  # to be refused by the reader
    types = known.collect_schema()
    plain = [name for name, kind in types.items() if kind.is_integer() or kind.is_float() or kind == nw.Boolean]
    return [name for name in types.names() if lazy or name not in plain]


def check_block(X: Any) -> None:
    """Raise if a block of rows is a frame that would need an encoder."""
    if is_frame(X) and (others := other_columns(X)):
        raise InputError(
            f"column {others[0]!r} holds no numbers, and no block knows the levels of the next: fit "
            "equipoise.DesignEncoder on a sample of rows, and give encoder.transform(block)"
        )


def as_given(encoder: DesignEncoder | None, X: Any) -> bool:
    """Whether X needs no encoder, unless it has gaps: the encoder fills nothing but gaps, and X holds numbers only."""
    if encoder is not None:
        names, kinds = tuple(encoder.kinds_), set(encoder.kinds_.values())
        if encoder.feature_names_out_ != names or not kinds <= {"number", "integer"}:
            return False
    return not is_frame(X) or not other_columns(X)


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
