"""One regularised linear problem, as every solver takes it.

    minimise over (w, b):   sum_i s_i f(y_i, x_i'w + b + offset_i)  +  alpha * penalty(w / scale)

with weights s that sum to 1. With `standardize` the penalty acts on the coefficients of columns scaled to unit
variance; X itself is never changed, and a sparse X stays sparse.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from equipoise.losses import Loss
from equipoise.losses.base import FloatArray
from equipoise.losses.kinked import Kinked
from equipoise.penalties import Penalty

__all__ = ["Null", "Problem", "null_intercept"]


@dataclass(frozen=True)
class Null:
    """The best model without features: intercept, objective, and gradient of the loss in each coefficient."""

    intercept: FloatArray
    objective: float
    gradient: FloatArray


@dataclass(frozen=True)
class Problem:
    """Data, loss and penalty; everything but alpha.

    Parameters
    ----------
    X : array of shape (n, p), Fortran order, or scipy.sparse.csc_array
        float32 or float64.
    y : array of shape (n,) or (n, K)
        K columns for the multinomial loss (indicators) and for several targets.
    loss, penalty
        The two terms of the objective.
    weight : array of shape (n,)
        Non-negative, sum 1; a row of weight 0 takes no part.
    fit_intercept, standardize : bool
        Whether there is an unpenalised intercept; whether the penalty sees columns of unit variance.
    offset : array of shape (n,), optional
        Added to the linear predictor.
    """

    X: Any
    y: FloatArray
    loss: Loss
    penalty: Penalty
    weight: FloatArray
    fit_intercept: bool = True
    standardize: bool = False
    offset: FloatArray | None = None

    @property
    def n(self) -> int:
        """Number of rows."""
        return int(self.X.shape[0])

    @property
    def p(self) -> int:
        """Number of features."""
        return int(self.X.shape[1])

    @property
    def outputs(self) -> int:
        """Number of linear predictors; 1 for a one-dimensional target."""
        return 1 if self.y.ndim == 1 else int(self.y.shape[1])

    @property
    def is_sparse(self) -> bool:
        """Whether X is a sparse matrix."""
        return bool(sparse.issparse(self.X))

    @cached_property
    def rows(self) -> NDArray[np.intp]:
        """Rows of positive weight."""
        return np.flatnonzero(self.weight)

    @cached_property
    def means(self) -> FloatArray:
        """Weighted means of the columns, shape (p,)."""
        return np.asarray(self.X.T @ self.weight, dtype=np.float64).ravel()

    @cached_property
    def scale(self) -> FloatArray:
        """What columns are multiplied by: 1 / weighted standard deviation (0 for a constant), or ones."""
        if not self.standardize:
            return np.ones(self.p)
        variance = self._variances()
        spread = np.sqrt(variance)
        constant = spread <= 1e-10 * np.maximum(np.abs(self.means), 1e-300)
        return np.where(constant, 0.0, 1.0 / np.where(constant, 1.0, spread))

    @cached_property
    def spread(self) -> FloatArray:
        """Root mean square of the columns as the penalty sees them, about their means if there is an intercept.

        A constant column has what its size leaves to rounding; a column of zeros has 1.
        """
        squares = self._variances()
        if not self.fit_intercept and self.loss.separable:
            squares = squares + self.means**2
        spread = np.maximum(np.sqrt(squares), 1e-10 * np.abs(self.means)) * self.scale
        return np.where(spread > 0.0, spread, 1.0)

    def _variances(self) -> FloatArray:
        if self.is_sparse:
            squares = np.asarray(self.X.multiply(self.X).T @ self.weight).ravel()
            return np.maximum(squares - self.means**2, 0.0)
        total = np.zeros(self.p)
        for start in range(0, self.n, 4096):  # blocks, so that no second X is made
            rows = slice(start, start + 4096)
            total += self.weight[rows] @ (self.X[rows] - self.means) ** 2
        return total

    @cached_property
    def null(self) -> Null:
        """The model without features: Newton on the intercept alone."""
        offset = np.zeros(self.n) if self.offset is None else self.offset
        base = offset if self.y.ndim == 1 else np.repeat(offset[:, None], self.outputs, axis=1)
        b = np.zeros(self.outputs)
        if self.fit_intercept:
            b = null_intercept(self.loss, self.y, base, self.weight)
        eta = base + (b[0] if self.y.ndim == 1 else b)
        objective = self.loss.total(self.y, eta, self.weight)
        residual = self.loss.slope(self.y, eta, self.weight)
        gradient = np.asarray(self.X.T @ residual).T * self.scale
        return Null(b, objective, gradient)

    def weight_times(self, a: FloatArray) -> FloatArray:
        """Rows of `a` times their weights; rows of weight 0 give 0, whatever stands there."""
        w = self.weight if a.ndim == 1 else self.weight[:, None]
        return np.where(w > 0, w * a, 0.0)

    def predictor(self, coef: FloatArray, intercept: FloatArray | float) -> FloatArray:
        """Linear predictor X @ coef + intercept + offset, shape (n,) or (n, K)."""
        eta = np.asarray(self.X @ coef.T) + intercept
        if self.offset is None:
            return eta
        return eta + (self.offset if eta.ndim == 1 else self.offset[:, None])

    def predictor_of(self, rows: NDArray[np.intp], coefs: FloatArray, intercepts: FloatArray) -> FloatArray:
        """Linear predictor of some rows for coefficients of shape (..., p): shape (rows, ...)."""
        w = coefs.reshape(-1, self.p).T
        eta = np.empty((len(rows), w.shape[1]))
        size = len(rows) if self.is_sparse else max(256, 2**20 // self.p)
        for start in range(0, len(rows), max(size, 1)):  # blocks, so that no second X is made of the rows held out
            eta[start : start + size] = self.X[rows[start : start + size]] @ w
        eta = eta.reshape(len(rows), *coefs.shape[:-1]) + intercepts
        if self.offset is None:
            return eta
        return eta + self.offset[rows].reshape(-1, *[1] * (eta.ndim - 1))

    def on_rows(self, rows: NDArray[np.intp]) -> Problem:
        """The same problem with only `rows` taking part; X is shared, the weights are scaled to sum 1 again."""
        weight = np.zeros(self.n)
        weight[rows] = self.weight[rows]
        return replace(self, weight=weight / weight.sum())

    def __getstate__(self) -> dict[str, Any]:  # cached properties are recomputed elsewhere
        return {f: self.__dict__[f] for f in self.__dataclass_fields__}


def _per_row(values: FloatArray) -> FloatArray:
    return values if values.ndim == 1 else values.sum(axis=1)


def null_intercept(loss: Loss, y: FloatArray, base: FloatArray, weight: FloatArray) -> FloatArray:
    """Damped Newton on the intercepts; for squared loss one step is exact, and losses of straight lines sort."""
    if isinstance(loss, Kinked):
        return loss.best_intercept(y, base, weight)
    outputs = 1 if y.ndim == 1 else y.shape[1]
    # Under a log link Newton from 0 would overflow, and the Huber loss is flat far from the target.
    b = np.full(outputs, loss.start(y, weight) - float(weight @ base) if y.ndim == 1 else 0.0)

    def objective(b: FloatArray) -> float:
        return float(weight @ np.where(weight > 0, _per_row(loss.value(y, base + (b[0] if y.ndim == 1 else b))), 0.0))

    now, reach = objective(b), 1.0 + float(np.ptp(y))
    for _ in range(100):
        eta = base + (b[0] if y.ndim == 1 else b)
        g = np.atleast_1d(weight @ loss.gradient(y, eta))
        curvature = loss.curvature(y, eta)
        h = np.tensordot(weight, curvature, 1)
        h = np.diag(np.atleast_1d(h)) if curvature.ndim < 3 else h
        step = -np.linalg.lstsq(h + 1e-12 * np.eye(outputs) * max(1e-300, np.trace(h)), g, rcond=1e-10)[0]
        # where every residual lies on a straight piece there is no curvature, and Newton's step is without bound
        most = reach + float(np.max(np.abs(b)))
        step, t = np.clip(np.nan_to_num(step, nan=0.0, posinf=most, neginf=-most), -most, most), 1.0
        while (then := objective(b + t * step)) > now + 1e-15 * abs(now) and t > 1e-10:
            t *= 0.5
        if not then <= now + 1e-15 * abs(now):
            break
        b, now = b + t * step, then
        if np.max(np.abs(t * step)) <= 1e-13 * (1.0 + np.max(np.abs(b))):
            break
    return b
