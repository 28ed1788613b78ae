"""The design matrix: a table as float64 columns for linear models.

    number, integer, datetime -> the value, its mean where missing, and an indicator if any was missing
    boolean, category of two  -> one column, 1 for the second level
    category                  -> one column a level, one for the rarest together, one for missing; unknown is all zero
    one value and missing     -> the indicator alone
    constant, text, all missing -> left out

All levels get a column rather than all but one: under a penalty no level is then the privileged reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from equipoise.data.column import Column
from equipoise.data.encoding import Levels, as_table, features_like, fit_levels
from equipoise.data.table import Table
from equipoise.errors import InputError

__all__ = ["LARGEST", "MAX_LEVELS", "DesignEncoder"]

MAX_LEVELS = 50
LARGEST = 1e150  # beyond it, squares overflow float64 and so does every loss
_Block = NDArray[np.float64]


@dataclass(frozen=True)
class _Numbers:
    name: str
    mean: float
    varies: bool
    indicator: bool

    def names(self) -> list[str]:
        return [self.name] * self.varies + [f"{self.name}=missing"] * self.indicator

    def write(self, column: Column, out: _Block) -> None:
        _check_finite(column)
        missing = column.missing
        if self.varies:
            out[:, 0] = np.where(missing, self.mean, column.values)
        if self.indicator:
            out[:, -1] = missing


@dataclass(frozen=True)
class _Labels:
    name: str
    levels: Levels
    first: int  # 1 where the first column would only mirror the one other: two levels, or one level and missing
    indicator: bool

    def names(self) -> list[str]:
        pooled = ["other levels"] if self.levels.pooled else []
        missing = ["missing"] if self.indicator else []
        return [f"{self.name}={level}" for level in [*self.levels.kept[self.first :], *pooled, *missing]]

    def write(self, column: Column, out: _Block) -> None:
        codes = self.levels.codes(column)
        for place in range(out.shape[1] - self.indicator):
            out[:, place] = codes == place + self.first
        if self.indicator:
            out[:, -1] = column.missing


class DesignEncoder(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Encode a table as a float64 matrix in Fortran order, for models that are linear in their columns.

    Parameters
    ----------
    max_levels : int, default=50
        A category keeps a column for each of its `max_levels` most frequent levels; the others share one, so that
        no column of the table becomes more than ``max_levels + 2`` columns of the matrix.

    Attributes
    ----------
    feature_names_out_ : tuple of str
        Names of the p columns: ``age``, ``age=missing``, ``job=clerk``, ``job=other levels``, ...
    n_features_in_ : int
        Columns of the table that was fitted on.

    Raises
    ------
    InputError
        If no column is left, or a value is infinite or beyond 1e150, whose square overflows.

    Examples
    --------
    >>> from equipoise.data import DesignEncoder, embedded
    >>> table = embedded("iris")
    >>> encoder = DesignEncoder().fit(table)
    >>> encoder.feature_names_out_[-3:]
    ('target=setosa', 'target=versicolor', 'target=virginica')
    >>> encoder.transform(table)[:2, 3:]
    array([[0.2, 1. , 0. , 0. ],
           [0.2, 1. , 0. , 0. ]])
    """

    def __init__(self, max_levels: int = MAX_LEVELS) -> None:
        self.max_levels = max_levels

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn means, levels and which columns vary; `X` is a `Table`, a frame or a two-dimensional array."""
        table = as_table(X)
        self.kinds_ = table.kinds
        self.n_features_in_ = len(table.columns)
        self.blocks_ = tuple(_fit_blocks(table, self.max_levels))
        self.feature_names_out_ = tuple(name for block in self.blocks_ for name in block.names())
        if not self.feature_names_out_:
            raise InputError(
                f"none of the {len(table.columns)} columns varies and can be encoded (n_samples={len(table)}); "
                "add a column that describes the rows, or more rows"
            )
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return the matrix of shape (n, p); one allocation, filled block by block."""
        check_is_fitted(self)
        table = features_like(X, self.kinds_, [block.name for block in self.blocks_], type(self).__name__)
        matrix = np.empty((len(table), len(self.feature_names_out_)), order="F")
        start = 0
        for block in self.blocks_:
            stop = start + len(block.names())
            block.write(table[block.name], matrix[:, start:stop])
            start = stop
        return matrix

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return `feature_names_out_` as scikit-learn expects it."""
        check_is_fitted(self)
        return np.array(self.feature_names_out_, dtype=object)

    def __sklearn_tags__(self) -> Any:
        """Declare that missing values and strings are welcome."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = tags.input_tags.string = tags.input_tags.categorical = True
        return tags


def _fit_blocks(table: Table, max_levels: int) -> Iterator[_Numbers | _Labels]:
    for column in table.columns:
        distinct = column.distinct()
        indicator = 0 < column.n_missing < len(column)
        if column.kind == "text" or not (distinct > 1 or indicator):
            continue
        if column.coded:
            levels = fit_levels(column, max_levels)
            mirrored = not levels.pooled and (distinct == 1 or len(levels.kept) == 2)
            yield _Labels(column.name, levels, int(mirrored), indicator)
        else:
            _check_finite(column)
            yield _Numbers(column.name, float(np.nanmean(column.values)), distinct > 1, indicator)


def _check_finite(column: Column) -> None:
    wrong = np.flatnonzero(np.abs(column.values) > LARGEST)
    if wrong.size:
        value = column.values[wrong[0]]
        what = "is infinite" if np.isinf(value) else f"holds {value:g}, whose square overflows,"
        raise InputError(
            f"column {column.name!r} {what} in row {wrong[0]} ({wrong.size} such rows); "
            "rescale the column, correct these values, or leave the column out"
        )
