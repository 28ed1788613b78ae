"""What all linear estimators do: check the data, choose alpha, fit, keep path, selection and certificate."""

from __future__ import annotations

import copy
import warnings
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import (
    _check_feature_names_in,
    _check_sample_weight,
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from equipoise.errors import CertificateWarning, InputError
from equipoise.linear.checks import check_n_jobs, check_rows, check_two_classes, class_codes, shares_of
from equipoise.linear.columns import fit_columns, is_frame, numbers_encoder, predict_columns
from equipoise.losses import Loss
from equipoise.losses.base import FloatArray
from equipoise.penalties import Penalty
from equipoise.selection import Context, CrossValidation, Selection, Strategy
from equipoise.solvers import Path, Problem, solve_path

if TYPE_CHECKING:
    from equipoise.data import DesignEncoder

__all__ = ["LinearEstimator", "check_offset"]


class LinearEstimator(BaseEstimator, ABC):  # type: ignore[misc]
    """A linear predictor fitted by minimising mean loss + alpha * penalty.

    Attributes
    ----------
    coef_ : array of shape (p,), or (K, p) for classifiers
        Coefficients in the units of X; of a frame that was encoded, those of its encoded columns (`coef_names_`).
    intercept_ : float, or array of shape (K,) for classifiers
    alpha_ : float
        The alpha of `coef_`.
    gap_ : float
        Relative duality gap of the fit: at most `tol`, or `inf` with a warning where no finite minimiser exists.
    path_ : Path
        Solutions for the whole grid.
    selection_ : Selection or None
        How alpha was chosen; None if it was given.
    encoder_ : DesignEncoder or None
        What turns a data frame into numbers; None if X was an array.
    n_features_in_ : int
        Columns of X.
    feature_names_in_ : array of str
        Their names, where they have some.
    """

    alpha: Any
    fit_intercept: bool
    standardize: bool
    tol: float
    n_jobs: int | None
    encoder_: DesignEncoder | None

    @abstractmethod
    def _terms(self, classes: int) -> tuple[Loss, Penalty]:
        """The loss (for so many classes, 0 for a number as target) and the penalty."""

    def fit(
        self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None, groups: ArrayLike | None = None
    ) -> Self:
        """Choose alpha and fit.

        Parameters
        ----------
        X : array, sparse matrix or data frame of shape (n, p)
            Numbers without gaps; a data frame (pandas, polars, pyarrow) may also hold categories, strings, booleans,
            dates and missing values, which `equipoise.DesignEncoder` turns into numbers, by all rows given here.
        y : array of shape (n,)
            Target.
        sample_weight : array of shape (n,), optional
            A weight of 2 equals a row twice.
        groups : array of shape (n,), optional
            Rows of one group stay in one fold while alpha is chosen.

        Returns
        -------
        self

        Raises
        ------
        InputError
            If a setting or the data cannot be used; the message says which and why.
        """
        return self._fit(X, y, sample_weight, groups)

    def _fit(
        self, X: Any, y: Any, sample_weight: ArrayLike | None, groups: ArrayLike | None, offset: ArrayLike | None = None
    ) -> Self:
        self._learn(*self._pose(X, y, sample_weight, groups, offset))
        return self

    def _pose(
        self, X: Any, y: Any, sample_weight: ArrayLike | None, groups: ArrayLike | None, offset: ArrayLike | None
    ) -> tuple[Problem, Context]:
        """The data, checked, as a problem; and what a strategy may know besides."""
        self._check_settings()
        check_rows(X, y, sample_weight, numbers=not self._classifies())
        given, frame = y, X if is_frame(X) else None
        X, target, labels = self._read(X, y, sample_weight)
        weight, size = _weights(sample_weight, X)
        check_two_classes(labels, weight)
        loss, penalty = self._terms(0 if labels is None else len(self.classes_))
        if (fault := loss.check_target(target) or loss.check_target(target[weight > 0])) is not None:
            raise InputError(fault)
        shift = None if offset is None else check_offset(offset, len(target))
        problem = Problem(X, target, loss, penalty, weight, self.fit_intercept, self.standardize, shift)
        if frame is not None and self.encoder_ is None:
            self.encoder_ = numbers_encoder(frame, problem.means)
        given = np.asarray(given)
        given = given.ravel() if given.ndim == 2 and given.shape[1] == 1 else given
        return problem, Context(labels, groups, self.tol, self.n_jobs, size, given, self._with)

    def _check_settings(self) -> None:
        if not (isinstance(self.tol, (int, float, np.number)) and 0 < self.tol < np.inf):
            raise InputError(f"tol={self.tol!r} is not a number > 0")
        check_n_jobs(self.n_jobs)
        penalty = getattr(self, "penalty", None)
        if penalty is not None and not isinstance(penalty, Penalty):
            raise InputError(f"penalty={penalty!r} is not a penalty; give an object such as equipoise.penalties.L1()")

    def _read(self, X: Any, y: Any, sample_weight: ArrayLike | None) -> tuple[Any, FloatArray, NDArray[np.intp] | None]:
        """Data as the solvers take it: X by columns, the target as numbers, and class codes if it has any."""

        def check(X: Any) -> tuple[Any, Any]:
            kinds = {"dtype": [np.float64, np.float32], "order": "F"}
            numeric = not self._classifies()
            checked = validate_data(self, X, y, accept_sparse="csc", y_numeric=numeric, multi_output=True, **kinds)
            return checked[0], checked[1]

        X, target = fit_columns(self, X, sample_weight, check)
        return X, *self._encode(self._target(target))

    def _target(self, y: NDArray[Any]) -> NDArray[Any]:
        """The target as the problem takes it: one column."""
        return np.asarray(column_or_1d(y, warn=True))

    def _learn(self, problem: Problem, context: Context) -> None:
        self.selection_, self.path_, self.alpha_ = self._choose(problem, context)
        self._keep(problem)

    def _choose(self, problem: Problem, context: Context) -> tuple[Selection | None, Path, float]:
        alpha = self.alpha
        if isinstance(alpha, (int, float, np.number)) and not isinstance(alpha, bool):
            if not 0 <= alpha < np.inf:
                raise InputError(f"alpha={alpha} is not a number >= 0")
            # One point is cheap: it is solved to the precision of the arithmetic rather than of the selection.
            path = solve_path(problem, np.array([float(alpha)]), min(self.tol, 1e-14))
            return None, path, float(alpha)
        if isinstance(alpha, str) and alpha == "auto":
            alpha = CrossValidation()
        if not isinstance(alpha, Strategy):
            raise InputError(f"alpha={alpha!r} is neither a number, 'auto', nor a strategy of equipoise.selection")
        selection = alpha.select(problem, context)
        path = selection.path or solve_path(problem, selection.alphas, self.tol)
        return selection, path, selection.alpha

    def _keep(self, problem: Problem) -> None:
        index = int(np.flatnonzero(self.path_.alphas == self.alpha_)[0])
        self.gap_ = float(self.path_.gaps[index])
        self._set(self.path_.coefs[index], self.path_.intercepts[index])
        self.n_iter_ = 1
        if not self.gap_ <= self.tol:
            warnings.warn(_uncertified(problem, self.path_.only([index])), CertificateWarning, stacklevel=5)

    def _set(self, coef: FloatArray, intercept: Any) -> None:
        self.coef_, self.intercept_ = coef, intercept
        if self._classifies():
            self.coef_, self.intercept_ = np.atleast_2d(coef), np.atleast_1d(intercept)
        elif np.ndim(intercept) == 0:
            self.intercept_ = float(intercept)

    def _with(self, coef: FloatArray, intercept: Any) -> Self:
        """A copy that predicts with other coefficients, from the arrays that the solvers see."""
        model = copy.copy(self)
        model.__dict__.pop("feature_names_in_", None)
        model.encoder_, model.n_features_in_ = None, coef.shape[-1]
        model._set(coef, intercept)
        return model

    def _classifies(self) -> bool:
        return bool(self.__sklearn_tags__().estimator_type == "classifier")

    def _encode(self, y: NDArray[Any]) -> tuple[FloatArray, NDArray[np.intp] | None]:
        """Target as numbers: indicators of the classes for a classifier."""
        if not self._classifies():
            return np.ascontiguousarray(y, dtype=np.float64), None
        self.classes_, codes = class_codes(y)
        if len(self.classes_) == 2:
            return codes.astype(np.float64), codes
        return np.eye(len(self.classes_))[codes], codes

    def _predictor(self, X: Any, alpha: float | None = None) -> FloatArray:
        check_is_fitted(self)
        X = self._columns(X)
        if alpha is None or (np.ndim(self.alpha_) == 0 and alpha == self.alpha_):
            return np.asarray(X @ self.coef_.T + self.intercept_, dtype=np.float64)
        coef, intercept = self.path_.at(alpha)
        coef = np.atleast_2d(coef) if self._classifies() else coef
        return np.asarray(X @ coef.T + intercept, dtype=np.float64)

    def _columns(self, X: Any) -> Any:
        """X as the numbers that coefficients belong to."""

        def check(X: Any) -> Any:
            return validate_data(self, X, accept_sparse="csr", dtype=[np.float64, np.float32], reset=False)

        return predict_columns(self, X, check)

    @property
    def coef_names_(self) -> NDArray[np.object_]:
        """Names of the p columns that `coef_` belongs to: ``age``, ``age=missing``, ``job=clerk``, ..."""
        check_is_fitted(self)
        if self.encoder_ is not None:
            return self.encoder_.get_feature_names_out()
        return np.asarray(_check_feature_names_in(self), dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def check_offset(offset: ArrayLike, rows: int) -> FloatArray:
    """The offset as an array of finite numbers, one a row."""
    shift = np.ascontiguousarray(offset, dtype=np.float64)
    if shift.shape != (rows,):
        raise InputError(f"offset has shape {shift.shape}, but there are {rows} rows")
    if not np.all(np.isfinite(shift)):
        row = int(np.argmin(np.isfinite(shift)))
        raise InputError(f"offset holds {shift[row]} in row {row}; the log of an exposure of 0 is not a number")
    return shift


def _weights(sample_weight: ArrayLike | None, X: Any) -> tuple[FloatArray, float]:
    """Weights that sum to 1, and what they summed to before."""
    weight = np.asarray(_check_sample_weight(sample_weight, X, dtype=np.float64))
    with np.errstate(over="ignore"):
        total = min(float(weight.sum()), float(np.finfo(np.float64).max))
    return shares_of(weight), total


def _uncertified(problem: Problem, point: Path) -> str:
    """What a path of one point lacks, and what to do about it."""
    gap, at, penalty = float(point.gaps[0]), f"the fit at alpha={point.alphas[0]:g}", problem.penalty
    if np.isinf(gap):
        why = "without a penalty"
        what = "alpha > 0"
        if point.alphas[0] > 0 and not penalty.convex:
            why = f"under {type(penalty).__name__}, which does not hold large coefficients back,"
            what = "a larger alpha or a convex penalty"
        return (
            f"a hyperplane separates the classes, so that {why} no finite minimiser exists; the coefficients are where "
            f"the search stopped. Use {what}"
        )
    if penalty.has_conjugate:
        return f"{at} ended with a relative duality gap of {gap:.1e}; scale the columns or raise tol"
    return f"{at} ended with a stationarity of {gap:.1e}, the distance of the gradient to its goal; raise tol or alpha"
