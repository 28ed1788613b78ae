"""The design matrix: a table as float64 columns for linear models.

    number, integer, datetime -> the value (in days), its mean where missing, and an indicator if any was missing
    boolean, category of two  -> one column, 1 for the second level
    category                  -> one column a level, one for the rarest together, one for missing; unknown is all zero
    one value and missing     -> the indicator alone
    constant, text, all missing -> left out

All levels get a column rather than all but one: under a penalty no level is then the privileged reference. Dates are
in days because microseconds would drown all other columns of a model that is not standardized.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import _check_sample_weight, check_is_fitted

from equipoise.data.column import Column
from equipoise.data.encoding import Levels, as_table, features_like, fit_levels
from equipoise.data.findings import Finding
from equipoise.data.table import Table
from equipoise.errors import InputError

__all__ = ["LARGEST", "MAX_LEVELS", "DesignEncoder", "Span"]

MAX_LEVELS = 50
LARGEST = 1e150  # beyond it, squares overflow float64 and so does every loss
_DAY = 86_400e6  # microseconds
_Block = NDArray[np.float64]


@dataclass(frozen=True)
class Span:
    """Columns ``start`` to ``stop - 1`` of the matrix come from one column of the table.

    ``number`` says that the first of them is its value, which a second one, if there is any, marks as missing.
    """

    column: str
    start: int
    stop: int
    number: bool


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
            out[:, 0] = np.where(missing, self.mean, _values(column))
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

    Numbers stay as they are, dates become days since 1970, and a gap is filled with the mean of its column; where
    there were gaps in fitting, a column ``age=missing`` marks them. A category has a column for each level, and one
    for missing; one of two levels, or a boolean, has a single column, 1 for the second level. What was not there in
    fitting adds nothing: an unknown level is 0 in all columns of its category (so it is read as the first level of
    two), a first gap in a column of numbers is its mean. Free text and identifiers (strings of which most differ),
    constants and columns without any value are left out; `findings_` says so.

    Parameters
    ----------
    max_levels : int, default=50
        A category keeps a column for each of its `max_levels` most frequent levels; the others share one, so that
        no column of the table becomes more than ``max_levels + 2`` columns of the matrix.

    Attributes
    ----------
    feature_names_out_ : tuple of str
        Names of the p columns: ``age``, ``age=missing``, ``job=clerk``, ``job=other levels``, ...
    findings_ : tuple of Finding
        Which columns were left out, and of which some levels share a column.
    n_features_in_ : int
        Columns of the table that was fitted on.

    Raises
    ------
    InputError
        If no column is left, or a value is infinite or beyond 1e150, whose square overflows; in transforming also if
        a column is absent, or holds what cannot be read as before (words where numbers were, numbers where words were).

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

    def fit(self, X: Any, y: Any = None, sample_weight: ArrayLike | None = None) -> Self:
        """Learn means, levels and which columns vary.

        Parameters
        ----------
        X : Table, data frame or array of shape (n, p)
        y : ignored
        sample_weight : array of shape (n,), optional
            A weight of 2 equals a row twice, one of 0 none.
        """
        table, weight = as_table(X), None
        self.kinds_ = table.kinds
        self.n_features_in_ = len(table.columns)
        if sample_weight is not None:
            weight = _check_sample_weight(sample_weight, table, dtype=np.float64, ensure_non_negative=True)
            rows = np.flatnonzero(weight)
            table, weight = table.take(rows), weight[rows]
        self.findings_ = tuple(_findings(table, self.max_levels))
        self.blocks_ = tuple(_fit_blocks(table, self.max_levels, weight))
        self.feature_names_out_ = tuple(name for block in self.blocks_ for name in block.names())
        if not self.feature_names_out_:
            raise InputError(
                f"none of the {len(table.columns)} columns varies and can be encoded (n_samples={len(table)}); "
                "add a column that describes the rows, or more rows"
            )
        return self

    @classmethod
    def of_numbers(cls, names: Sequence[str], means: _Block) -> Self:
        """An encoder fitted on columns of numbers without gaps, of which the means are known: it only fills gaps.

        Parameters
        ----------
        names : sequence of str
        means : array of shape (p,)
        """
        encoder = cls()
        encoder.kinds_ = dict.fromkeys(names, "number")
        encoder.n_features_in_ = len(names)
        encoder.findings_ = ()
        encoder.blocks_ = tuple(
            _Numbers(name, float(mean), varies=True, indicator=False) for name, mean in zip(names, means, strict=True)
        )
        encoder.feature_names_out_ = tuple(names)
        return encoder

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

    @property
    def spans_(self) -> tuple[Span, ...]:
        """Where each column of the table is in the matrix."""
        stops = np.cumsum([len(block.names()) for block in self.blocks_])
        return tuple(
            Span(block.name, int(stop) - len(block.names()), int(stop), isinstance(block, _Numbers) and block.varies)
            for block, stop in zip(self.blocks_, stops, strict=True)
        )

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return `feature_names_out_` as scikit-learn expects it."""
        check_is_fitted(self)
        return np.array(self.feature_names_out_, dtype=object)

    def __sklearn_tags__(self) -> Any:
        """Declare that missing values and strings are welcome."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = tags.input_tags.string = tags.input_tags.categorical = True
        return tags


def _fit_blocks(table: Table, max_levels: int, weight: _Block | None) -> Iterator[_Numbers | _Labels]:
    for column in table.columns:
        distinct = column.distinct()
        indicator = 0 < column.n_missing < len(column)
        if column.kind == "text" or not (distinct > 1 or indicator):
            continue
        if column.coded:
            levels = fit_levels(column, max_levels, weight)
            mirrored = not levels.pooled and (distinct == 1 or len(levels.kept) == 2)
            yield _Labels(column.name, levels, int(mirrored), indicator)
        else:
            _check_finite(column)
            present = ~column.missing
            mean = np.average(_values(column)[present], weights=None if weight is None else weight[present])
            yield _Numbers(column.name, float(mean), distinct > 1, indicator)


def _values(column: Column) -> _Block:
    """Numbers as they are, moments in days."""
    return column.values / _DAY if column.kind == "datetime" else column.values


def _findings(table: Table, max_levels: int) -> Iterator[Finding]:
    for column in table.columns:
        name, distinct = column.name, column.distinct()
        if distinct == 0:
            yield Finding("all-missing", name, f"column {name!r} is missing in every row and left out")
        elif column.kind == "text":
            what = f"has {distinct} different values in {len(column)} rows"
            hint = "convert it to a categorical dtype to use it"
            yield Finding("identifier", name, f"column {name!r} {what} and is left out as text or identifier; {hint}")
        elif distinct == 1 and not column.n_missing:
            yield Finding("constant", name, f"column {name!r} has one value only and is left out")
        elif column.kind == "category" and distinct > max_levels:
            kept = f"the {max_levels} most frequent have a column each, the others share one"
            yield Finding("many-levels", name, f"column {name!r} has {distinct} levels: {kept}")


def _check_finite(column: Column) -> None:
    wrong = np.flatnonzero(np.abs(column.values) > LARGEST)
    if wrong.size:
        value = column.values[wrong[0]]
        what = "is infinite" if np.isinf(value) else f"holds {value:g}, whose square overflows,"
        raise InputError(
            f"column {column.name!r} {what} in row {wrong[0]} ({wrong.size} such rows); "
            "rescale the column, correct these values, or leave the column out"
        )
