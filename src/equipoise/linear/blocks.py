"""Fits from one pass over blocks of rows: out of memory, on a cluster, or along a stream.

Squared loss knows the data by its second moments. Those of a block are summed apart for each fold, and sums of blocks
can be added in any order, on any machine; all folds and all alphas then follow from one pass over the rows.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_array
from sklearn.utils.validation import _check_sample_weight, _get_feature_names, column_or_1d, validate_data

from equipoise.errors import InputError
from equipoise.linear.base import LinearEstimator
from equipoise.linear.columns import check_block
from equipoise.losses import Squared
from equipoise.losses.base import FloatArray
from equipoise.selection import CrossValidation, Strategy
from equipoise.selection.block_selection import block_folds_of, select_from_moments
from equipoise.solvers import Problem
from equipoise.solvers.block_paths import MomentProblem
from equipoise.solvers.moments import Moments

__all__ = ["BlockEstimator", "BlockStatistics", "block_folds"]


def block_folds(rows: int, folds: int, first_row: int = 0) -> NDArray[np.intp]:
    """Fold of each row, by its number alone: each run of `folds` rows has one in every fold, in a rotated order.

    The rotation is a hash of the number of the run (the finaliser of SplitMix64), so that data with a period, such as
    one row an hour, do not put the same hours into the same fold.

    Parameters
    ----------
    rows, folds : int
        How many rows, and how many folds.
    first_row : int, default 0
        Number of the first row in the whole data.

    Returns
    -------
    array of shape (rows,)
        Numbers below `folds`.

    Examples
    --------
    >>> from equipoise.linear.blocks import block_folds
    >>> block_folds(9, 3)
    array([0, 1, 2, 1, 2, 0, 1, 2, 0])
    >>> bool((block_folds(100, 5)[40:] == block_folds(60, 5, first_row=40)).all())
    True
    """
    number = np.arange(first_row, first_row + rows, dtype=np.uint64)
    mixed = number // np.uint64(folds)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    count = np.uint64(folds)
    return np.asarray((number % count + mixed % count) % count, dtype=np.intp)


@dataclass(frozen=True, eq=False, repr=False)
class BlockStatistics:
    """What least squares needs to know about rows: their second moments, one set a fold. Blocks are added by `+`.

    Attributes
    ----------
    parts : tuple of Moments
        Sums over the rows of each fold, about their own means, so that large means lose no digits.
    rows : int
        Number of rows.
    feature_names : array of str, or None
        Names of the columns, where blocks are data frames.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from equipoise.linear.blocks import BlockStatistics
    >>> X, y = load_diabetes(return_X_y=True)
    >>> first = BlockStatistics.of(X[:200], y[:200], folds=5)
    >>> rest = BlockStatistics.of(X[200:], y[200:], folds=5, first_row=200)
    >>> first + rest
    BlockStatistics(rows=442, features=10, folds=5)
    """

    parts: tuple[Moments, ...]
    rows: int
    feature_names: NDArray[Any] | None = field(default=None)

    @classmethod
    def of(
        cls, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None, *, folds: int = 5, first_row: int = 0
    ) -> Self:
        """Statistics of one block.

        Parameters
        ----------
        X : array, sparse matrix or data frame of shape (n, p)
            Numbers, without missing values.
        y : array of shape (n,)
        sample_weight : array of shape (n,), optional
        folds : int, default 5
            Number of folds; 1 is enough for a fixed alpha, GCV and information criteria.
        first_row : int, default 0
            Number of the block's first row in the whole data: it decides which row is in which fold.

        Raises
        ------
        InputError
            If the block cannot be used; the message says why.
        """
        for name, value, least in (("folds", folds, 1), ("first_row", first_row, 0)):
            if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < least:
                raise InputError(f"{name}={value!r} is not a whole number >= {least}")
        check_block(X)
        try:
            names = _get_feature_names(X)
            X = check_array(X, accept_sparse="csr", dtype=[np.float64, np.float32], input_name="X")
            target = check_array(column_or_1d(y), ensure_2d=False, dtype=np.float64, input_name="y")
            if len(target) != X.shape[0]:
                raise InputError(f"X has {X.shape[0]} rows, but y has {len(target)}")
            weight = _block_weights(sample_weight, X)
        except InputError:
            raise
        except ValueError as error:
            raise InputError(str(error)) from error
        return cls._sum(X, target, weight, int(folds), int(first_row), names)

    @classmethod
    def _sum(
        cls, X: Any, y: FloatArray, weight: FloatArray, folds: int, first_row: int, names: NDArray[Any] | None
    ) -> Self:
        where = np.zeros(len(y), dtype=np.intp) if folds == 1 else block_folds(len(y), folds, first_row)
        parts = []
        for k in range(folds):
            # each about its own mean: about that of the block, one large value would cost all folds their digits
            rows = slice(None) if folds == 1 else np.flatnonzero(where == k)
            A, b, w = X[rows], y[rows], weight[rows]
            if not np.any(w > 0):
                parts.append(Moments.none(X.shape[1]))
                continue
            share = w / w.sum()
            origin = np.asarray(A.T @ share, dtype=np.float64).ravel()
            parts += Moments.of(A, b, w, origin, np.atleast_1d(share @ b))
        return cls(tuple(parts), len(y), names)

    @property
    def folds(self) -> int:
        """Number of folds."""
        return len(self.parts)

    @property
    def features(self) -> int:
        """Number of columns."""
        return len(self.parts[0].x)

    def __add__(self, other: BlockStatistics) -> BlockStatistics:
        if not isinstance(other, BlockStatistics):
            return NotImplemented
        if self.features != other.features:
            raise InputError(f"a block has {other.features} columns, but those before it have {self.features}")
        if self.folds != other.folds:
            raise InputError(f"statistics of {self.folds} and of {other.folds} folds cannot be added; use one number")
        if not np.array_equal(self.feature_names, other.feature_names):  # type: ignore[arg-type]
            names, others = _listed(self.feature_names), _listed(other.feature_names)
            raise InputError(f"a block has columns {others}, but those before it {names}")
        parts = tuple(a.merge(b) for a, b in zip(self.parts, other.parts, strict=True))
        return replace(self, parts=parts, rows=self.rows + other.rows)

    def __radd__(self, other: Any) -> BlockStatistics:
        return self if isinstance(other, int) and other == 0 else NotImplemented  # what `sum` begins with

    def __repr__(self) -> str:
        return f"BlockStatistics(rows={self.rows}, features={self.features}, folds={self.folds})"


class BlockEstimator(LinearEstimator):
    """A linear estimator of squared loss, which sums over blocks of rows are enough for."""

    _statistics: BlockStatistics | None = None

    def fit_blocks(
        self, blocks: Any, *, target: str | None = None, columns: Sequence[str] | None = None, weight: str | None = None
    ) -> Self:
        """Choose alpha and fit in one pass over blocks of rows, of which one is in memory at a time.

        The result is that of `fit` with the folds of `equipoise.linear.blocks.block_folds`, which deals rows to folds
        by their number; where blocks begin and end makes no difference.

        Parameters
        ----------
        blocks : iterable, BlockStatistics, path or table
            (X, y) or (X, y, sample_weight) each; or statistics, summed elsewhere; or, with `target`, the path of a
            Parquet file or a folder of them, a pyarrow Dataset, a table, a data frame, or record batches.
        target : str, optional
            Column to predict, where columns have names.
        columns : sequence of str, optional
            Columns to predict from; all but target and weight if not given.
        weight : str, optional
            Column of sample weights.

        Returns
        -------
        self

        Raises
        ------
        InputError
            If a setting or a block cannot be used; the message says which and why.

        Examples
        --------
        >>> import numpy as np
        >>> import equipoise as eq
        >>> rng = np.random.default_rng(0)
        >>> def blocks():
        ...     for _ in range(10):
        ...         X = rng.normal(size=(1000, 3))
        ...         yield X, X @ [1.0, 0.0, -1.0] + rng.normal(size=1000)
        >>> eq.Lasso(alpha=0.1).fit_blocks(blocks()).coef_.round(1)
        array([ 0.9,  0. , -0.9])
        """
        self._check_settings()
        folds = self._folds()
        if isinstance(blocks, BlockStatistics):
            if target is not None or columns is not None or weight is not None:
                raise InputError("statistics have no columns left to choose from; leave out target, columns and weight")
            return self._adopt(blocks)
        if target is not None:
            from equipoise.data.numeric_batches import numeric_batches  # the readers of files, when there is one

            names, batches = numeric_batches(blocks, target, columns=columns, weight=weight)
            return self._adopt(_total(batches, folds, np.array(names, dtype=object)))
        if columns is not None or weight is not None:
            raise InputError("columns= and weight= choose by name; say the column to predict too, by target=")
        if isinstance(blocks, (str, os.PathLike)) or not isinstance(blocks, Iterable) or hasattr(blocks, "shape"):
            kind = type(blocks).__name__
            raise InputError(
                f"{kind} is no iterable of (X, y); of a file or a table, name the column to predict: target="
            )
        return self._adopt(_total(iter(blocks), folds))

    def partial_fit(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit on these rows and all that earlier calls have seen since the last `fit`.

        Only the sums over rows are kept. Each call solves again: a chosen alpha costs the paths of all folds, so for a
        stream of short blocks give alpha as a number, or add up `BlockStatistics` and call `fit_blocks` now and then.

        Parameters
        ----------
        X : array, sparse matrix or data frame of shape (n, p)
        y : array of shape (n,)
        sample_weight : array of shape (n,), optional

        Returns
        -------
        self

        Examples
        --------
        >>> from sklearn.datasets import load_diabetes
        >>> import equipoise as eq
        >>> X, y = load_diabetes(return_X_y=True)
        >>> model = eq.Ridge(alpha=0.1)
        >>> for rows in (slice(0, 200), slice(200, 442)):
        ...     _ = model.partial_fit(X[rows], y[rows])
        >>> bool(abs(model.coef_ - eq.Ridge(alpha=0.1).fit(X, y).coef_).max() < 1e-10)
        True
        """
        self._check_settings()
        check_block(X)
        folds, before = self._folds(), self._statistics
        self.encoder_ = None
        kinds = {"accept_sparse": "csr", "dtype": [np.float64, np.float32], "y_numeric": True, "multi_output": True}
        X, target = validate_data(self, X, y, reset=before is None, **kinds)
        target = np.ascontiguousarray(column_or_1d(target, warn=True), dtype=np.float64)
        weights = _block_weights(sample_weight, X)
        first_row = 0 if before is None else before.rows
        now = BlockStatistics._sum(
            X, target, weights, folds if before is None else before.folds, first_row,
            getattr(self, "feature_names_in_", None),
        )  # fmt: skip
        return self._solve(now if before is None else before + now)

    def _fit(self, *args: Any, **kwargs: Any) -> Self:
        self._statistics = None
        return super()._fit(*args, **kwargs)

    def _strategy(self) -> Strategy | None:
        """How alpha is chosen, None if it is a number."""
        alpha = self.alpha
        if isinstance(alpha, (int, float, np.number)) and not isinstance(alpha, bool):
            if not 0 <= alpha < np.inf:
                raise InputError(f"alpha={alpha} is not a number >= 0")
            return None
        if isinstance(alpha, str) and alpha == "auto":
            return CrossValidation()
        if not isinstance(alpha, Strategy):
            raise InputError(f"alpha={alpha!r} is neither a number, 'auto', nor a strategy of equipoise.selection")
        return alpha

    def _folds(self) -> int:
        strategy = self._strategy()
        return 1 if strategy is None else block_folds_of(strategy)

    def _adopt(self, statistics: BlockStatistics) -> Self:
        self.encoder_ = None
        self.n_features_in_ = statistics.features
        if statistics.feature_names is not None:
            self.feature_names_in_ = statistics.feature_names
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_
        return self._solve(statistics)

    def _solve(self, statistics: BlockStatistics) -> Self:
        """Path, choice and certificate from the statistics; they stay, for `partial_fit` to go on from."""
        _, penalty = self._terms(0)
        strategy = self._strategy()
        settings = (penalty, self.fit_intercept, self.standardize, self.tol, self.n_jobs)
        problem = MomentProblem(statistics.parts, statistics.rows, *settings)
        if not problem.whole.weight > 0:
            raise InputError("all sample weights are 0: no row is left to fit on")
        if strategy is None:
            self.selection_, self.alpha_ = None, float(self.alpha)
            self.path_ = problem.path(np.array([self.alpha_]), tol=min(self.tol, 1e-14))
        else:
            self.selection_, self.path_ = select_from_moments(strategy, problem)
            self.alpha_ = self.selection_.alpha
        none = np.empty(0)
        self._keep(Problem(np.empty((0, statistics.features)), none, Squared(), penalty, none))
        self._statistics = statistics
        return self


def _total(blocks: Iterator[Any], folds: int, names: NDArray[Any] | None = None) -> BlockStatistics:
    """Sum of the statistics of blocks; rows are numbered in the order in which they come."""
    total: BlockStatistics | None = None
    for number, block in enumerate(blocks):
        if not (isinstance(block, (tuple, list)) and len(block) in (2, 3)):
            raise InputError(f"block {number} is {type(block).__name__}, not (X, y) or (X, y, sample_weight)")
        try:
            now = BlockStatistics.of(*block, folds=folds, first_row=0 if total is None else total.rows)
            now = now if names is None else replace(now, feature_names=names)
            total = now if total is None else total + now
        except InputError as error:
            raise InputError(f"block {number}: {error}") from error
    if total is None:
        raise InputError("there are no blocks: not one row to fit on")
    return total


def _block_weights(sample_weight: ArrayLike | None, X: Any) -> FloatArray:
    """Weights of the rows of a block, which may all be 0: other blocks follow."""
    options = {"ensure_non_negative": True, "allow_all_zero_weights": True}
    return np.asarray(_check_sample_weight(sample_weight, X, dtype=np.float64, **options))


def _listed(names: NDArray[Any] | None) -> str:
    return "that have no names" if names is None else ", ".join(map(repr, names.tolist()))
