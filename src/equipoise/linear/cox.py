"""Cox regression: log hazard ratios from times until an event, with any compiled penalty."""

from __future__ import annotations

from typing import Any, Literal, Self, final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted, validate_data

from equipoise.errors import InputError
from equipoise.linear.base import LinearEstimator
from equipoise.linear.columns import fit_columns
from equipoise.linear.concordance import concordance
from equipoise.losses import Cox, Loss
from equipoise.losses.base import FloatArray
from equipoise.losses.cox import signed_ranks
from equipoise.penalties import L2, Penalty
from equipoise.selection import Context
from equipoise.solvers import Problem

__all__ = ["CoxRegressor"]


@final
class CoxRegressor(LinearEstimator):
    """Proportional hazards: negative log partial likelihood (mean over rows) + alpha * penalty.

    The scale of alpha is glmnet's lambda for `penalty=L1()` and `ties="breslow"`. A penalty without an L1 part is
    solved by Newton's method, others on the columns; grouped penalties are not available.

    Parameters
    ----------
    alpha : "auto", float or strategy, default "auto"
        Weight of the penalty; "auto" chooses by 5-fold cross-validation of the partial-likelihood deviance that a fold
        adds to that of the others (Verweij and van Houwelingen 1993).
    ties : {"efron", "breslow"}, default "efron"
        How events at one time share the risk; without tied events both are the same. Under Breslow a weight of 2
        equals a row twice; under Efron weights are averaged over tied events, as in R's survival.
    penalty : Penalty, optional
        L2 if not given.
    standardize : bool, default False
        Whether the penalty sees columns of unit variance.
    tol : float, default 1e-6
        Bound on the relative duality gap.
    n_jobs : int, optional
        Threads over folds; as many as there are cores if not given.

    Attributes
    ----------
    coef_ : array of shape (p,)
        Log hazard ratios for one unit of each feature.
    event_times_ : array of shape (t,)
        Distinct times of the data.
    cumulative_hazard_ : array of shape (t,)
        Baseline hazard (of a row of zeros) summed up to each of them (Breslow 1974).

    References
    ----------
    Cox (1972), "Regression models and life-tables".
    Simon, Friedman, Hastie and Tibshirani (2011), "Regularization paths for Cox's proportional hazards model via
    coordinate descent".

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(200, 3))
    >>> time = rng.exponential(np.exp(-X[:, 0]))
    >>> model = eq.CoxRegressor(alpha=0.01).fit(X, np.column_stack([time, time < 2.0]))
    >>> bool(model.coef_[0] > 0.7), model.score(X, np.column_stack([time, time < 2.0])) > 0.7
    (True, True)
    """

    fit_intercept = False

    def __init__(
        self, alpha: Any = "auto", *, ties: Literal["efron", "breslow"] = "efron", penalty: Penalty | None = None,
        standardize: bool = False, tol: float = 1e-6, n_jobs: int | None = None,
    ) -> None:  # fmt: skip
        self.alpha = alpha
        self.ties = ties
        self.penalty = penalty
        self.standardize = standardize
        self.tol = tol
        self.n_jobs = n_jobs

    def _terms(self, classes: int) -> tuple[Loss, Penalty]:
        return Cox(self.ties), self.penalty or L2()

    def fit(
        self,
        X: Any,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        groups: ArrayLike | None = None,
        offset: ArrayLike | None = None,
    ) -> Self:
        """Choose alpha and fit.

        Parameters
        ----------
        X : array, sparse matrix or data frame of shape (n, p)
            Numbers without gaps; a data frame (pandas, polars, pyarrow) may also hold categories, strings, booleans,
            dates and missing values, which `equipoise.DesignEncoder` turns into numbers, by all rows given here.
        y : array of shape (n, 2), or structured array of shape (n,)
            Time, and whether it ended in an event (true, 1) or was censored (false, 0). Of a structured array the
            boolean field is the event and the other one the time.
        sample_weight : array of shape (n,), optional
        groups : array of shape (n,), optional
            Rows of one group stay in one fold while alpha is chosen.
        offset : array of shape (n,), optional
            Added to the linear predictor.

        Returns
        -------
        self

        Raises
        ------
        InputError
            If a setting or the data cannot be used; the message says which and why.
        """
        return self._fit(X, y, sample_weight, groups, offset)

    def _read(self, X: Any, y: Any, sample_weight: ArrayLike | None) -> tuple[Any, FloatArray, NDArray[np.intp] | None]:
        def check(X: Any) -> Any:
            kinds = {"dtype": [np.float64, np.float32], "order": "F"}
            target = None if y is None else "no_validation"  # None is refused there
            return validate_data(self, X, target, accept_sparse="csc", **kinds)

        X = fit_columns(self, X, sample_weight, check)
        time, event = survival_target(y, X.shape[0])
        self.event_times_ = np.unique(time)
        return X, signed_ranks(time, event), None

    def _learn(self, problem: Problem, context: Context) -> None:
        super()._learn(problem, context)
        eta = problem.predictor(self.coef_, 0.0)
        self.cumulative_hazard_ = Cox(self.ties).cumulative_hazard(problem.y, eta, problem.weight)

    def predict(self, X: Any, *, alpha: float | None = None) -> FloatArray:
        """Linear predictor: the log hazard ratio against a row of zeros.

        Parameters
        ----------
        X : array, sparse matrix or data frame of shape (n, p)
        alpha : float, optional
            Any alpha of the path; `alpha_` if not given.

        Returns
        -------
        array of shape (n,)
        """
        return self._predictor(X, alpha)

    def predict_survival_function(self, X: Any, times: ArrayLike | None = None) -> FloatArray:
        """Probability of no event up to each time, exp(-cumulative_hazard_ * exp(predict(X))).

        Parameters
        ----------
        X : array, sparse matrix or data frame of shape (n, p)
        times : array of shape (t,), optional
            `event_times_` if not given.

        Returns
        -------
        array of shape (n, t)
        """
        check_is_fitted(self)
        at = self.event_times_ if times is None else np.asarray(times, dtype=np.float64)
        steps = np.concatenate([[0.0], self.cumulative_hazard_])
        hazard = steps[np.searchsorted(self.event_times_, at, side="right")]
        return np.asarray(np.exp(-np.exp(self.predict(X))[:, None] * hazard))

    def score(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Concordance: how often, of two rows, the one with the earlier event has the higher predicted hazard.

        Parameters
        ----------
        X : array, sparse matrix or data frame of shape (n, p)
        y : array of shape (n, 2), or structured array of shape (n,)
        sample_weight : array of shape (n,), optional

        Returns
        -------
        float
            0.5 for a model that knows nothing, 1 for a perfect order.
        """
        risk = self.predict(X)
        return concordance(*survival_target(y, len(risk)), risk, sample_weight)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.target_tags.single_output = False
        tags.target_tags.two_d_labels = True
        return tags


def survival_target(y: Any, rows: int) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Times and events of a target, checked.

    Raises
    ------
    InputError
        If it has another shape, an event that is neither 0 nor 1, or a time that is negative or not finite.
    """
    y = np.asarray(y)
    time, event = _fields(y) if y.dtype.names else _columns(y)
    if len(time) != rows:
        raise InputError(f"y has {len(time)} rows, but X has {rows}")
    time, event = np.asarray(time, dtype=np.float64), np.asarray(event, dtype=np.float64)
    if not np.all((event == 0) | (event == 1)):
        row = int(np.argmin((event == 0) | (event == 1)))
        raise InputError(f"the event of row {row} is {event[row]:g}; 1 (or true) is an event, 0 a censored row")
    if not np.all(np.isfinite(time) & (time >= 0)):
        row = int(np.argmin(np.isfinite(time) & (time >= 0)))
        raise InputError(f"the time of row {row} is {time[row]:g}; a time has to be a finite number >= 0")
    return time, event.astype(bool)


def _fields(y: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    names = y.dtype.names or ()
    events = [name for name in names if y.dtype[name].kind == "b"]
    if len(names) != 2 or len(events) != 1:
        raise InputError(f"y has the fields {names}; it needs two, a boolean event and a time")
    return y[next(name for name in names if name != events[0])], y[events[0]]


def _columns(y: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    if y.ndim != 2 or y.shape[1] != 2:
        raise InputError(f"y has shape {y.shape}; Cox regression needs (n, 2), a time and an event (1) or not (0)")
    return y[:, 0], y[:, 1]
