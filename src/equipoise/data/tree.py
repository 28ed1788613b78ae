"""A table as numbers for histogram boosting, which bins values and knows categories and missing values itself."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from equipoise.data.encoding import as_table, features_like, fit_levels
from equipoise.errors import InputError

__all__ = ["TreeEncoder"]

_MOST = 255  # scikit-learn's histograms have at most 255 bins


class TreeEncoder(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Encode a table for histogram boosting: numbers as they are, categories as codes, NaN where missing.

    A category keeps the codes of its 254 most frequent levels; the others share one more, and so there are at
    most 255. Levels that were not seen in fitting count as missing. Text, identifiers and columns without any value
    are left out.

    Attributes
    ----------
    categorical_ : ndarray of shape (p,), dtype bool
        Which columns are codes; pass it on as ``categorical_features``.
    feature_names_out_ : tuple of str
        Names of the p columns, those of the table.
    n_features_in_ : int
        Columns of the table that was fitted on.

    Raises
    ------
    InputError
        If no column is left.

    Examples
    --------
    >>> from equipoise.data import TreeEncoder, embedded
    >>> encoder = TreeEncoder().fit(embedded("iris"))
    >>> encoder.categorical_
    array([False, False, False, False,  True])
    """

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the levels; `X` is a `Table`, a frame or a two-dimensional array."""
        table = as_table(X)
        self.n_features_in_ = len(table.columns)
        used = [c for c in table.columns if c.kind != "text" and c.n_missing < len(c)]
        if not used:
            raise InputError(
                f"none of the {len(table.columns)} columns can be encoded; add one that describes the rows"
            )
        self.kinds_ = table.kinds
        self.levels_ = {column.name: fit_levels(column, _MOST - 1) for column in used if column.coded}
        self.feature_names_out_ = tuple(column.name for column in used)
        self.categorical_ = np.array([column.kind == "category" for column in used])
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return the matrix of shape (n, p), float64 in Fortran order."""
        check_is_fitted(self)
        table = features_like(X, self.kinds_, self.feature_names_out_, type(self).__name__)
        matrix = np.empty((len(table), len(table.columns)), order="F")
        for place, column in enumerate(table.columns):
            if column.name in self.levels_:
                codes = self.levels_[column.name].codes(column)
                matrix[:, place] = np.where(codes < 0, np.nan, codes)
            else:
                matrix[:, place] = column.values
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
