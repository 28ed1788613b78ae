"""Quadratic models of a loss over a growing working set of columns: from second moments, or from the rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from equipoise.losses.base import FloatArray
from equipoise.solvers import _native
from equipoise.solvers.moments import Normal
from equipoise.solvers.problem import Problem

__all__ = ["LossModel", "Model", "MomentModel"]

STALE = 0.1  # relative change of the second derivatives of the loss that the model puts up with
Columns = NDArray[np.intp]
PenaltyAt = Callable[[FloatArray], float]


class Model(ABC):
    """A loss of coefficients, with its curvature over the features of a working set."""

    null: float
    b: float = 0.0  # the intercept, where the model has one

    def __init__(self) -> None:
        self.features: Columns = np.zeros(0, dtype=np.intp)
        self._products = np.zeros((0, 0))

    @abstractmethod
    def gradient(self, w: FloatArray) -> FloatArray:
        """Gradient of the mean loss in all coefficients."""

    @abstractmethod
    def _against(self, new: Columns) -> FloatArray:
        """Curvature of the new features against all of the working set, themselves last."""

    @abstractmethod
    def quadratic(self) -> tuple[FloatArray, FloatArray]:
        """Curvature over the working set (rows and columns of the features first) and gradient there."""

    @abstractmethod
    def advance(self, now: FloatArray, trial: FloatArray, penalty: PenaltyAt) -> tuple[float, float]:
        """Move from `now` towards `trial`; the share of the way, and the gain that the model promised."""

    @abstractmethod
    def gap(self, w: FloatArray, gradient: FloatArray, c: float) -> float:
        """Loss + its conjugate at c times the slope: the loss's part of the duality gap."""

    def enter(self, new: Columns) -> None:
        """New features join the working set."""
        block = self._against(new)
        m, size = len(self.features), len(self.features) + len(new)
        if size > len(self._products):
            grown = np.zeros((max(64, 2 * size), max(64, 2 * size)))
            grown[:m, :m] = self._products[:m, :m]
            self._products = grown
        self._products[m:size, :size] = block
        self._products[:m, m:size] = block[:, :m].T
        self.features = np.concatenate([self.features, new])


class MomentModel(Model):
    """Squared loss from its normal equations: exact, and without the rows."""

    def __init__(self, normal: Normal, order: Columns) -> None:
        super().__init__()
        self.G, self.c = normal.gram[np.ix_(order, order)], normal.cross[order, 0]
        self.null = 0.5 * float(normal.squares[0])

    def gradient(self, w: FloatArray) -> FloatArray:
        """G w - c."""
        self._gradient = np.asarray(self.G @ w - self.c)
        return np.asarray(self._gradient)

    def _against(self, new: Columns) -> FloatArray:
        return np.asarray(self.G[np.ix_(new, np.concatenate([self.features, new]))])

    def quadratic(self) -> tuple[FloatArray, FloatArray]:
        """Second moments of the working set."""
        return self._products[: len(self.features)], self._gradient[self.features]

    def advance(self, now: FloatArray, trial: FloatArray, penalty: PenaltyAt) -> tuple[float, float]:
        """All the way: the model is the loss."""
        return 1.0, 0.0

    def gap(self, w: FloatArray, gradient: FloatArray, c: float) -> float:
        """With r = y - Xw: r'r / 2 + c^2 r'r / 2 - c r'y, at the best c' <= c."""
        cw = float(self.c @ w)
        yy = 2.0 * self.null
        residual = max(0.0, yy - cw + float(gradient @ w))
        if c < 1.0 and residual > 0.0:
            c = min(c, (yy - cw) / residual)
        return 0.5 * residual + 0.5 * c * c * residual - c * (yy - cw)


class LossModel(Model):
    """Any compiled loss on the columns of X, intercept always at its best."""

    def __init__(self, problem: Problem, order: Columns) -> None:
        super().__init__()
        self.problem, self.order, self.scale = problem, order, problem.scale[order]
        self.loss = _native.weighted_loss(problem.loss.name, problem.loss.parameter)
        self.fixed = problem.loss.name == "squared"
        self.y, self.s = np.ascontiguousarray(problem.y), np.ascontiguousarray(problem.weight)
        self.eta = np.zeros(problem.n) if problem.offset is None else np.array(problem.offset, dtype=np.float64)
        self.slope, self.bend = np.empty(problem.n), np.empty(problem.n)
        self._settle()
        self.null = self._value(self.eta)
        self.columns = np.zeros((problem.n, 0), order="F")
        self._adopt()
        self._gradient = np.zeros(problem.p)

    def _value(self, eta: FloatArray) -> float:
        return self.loss.value(self.y, eta, self.s)

    def _settle(self) -> None:
        """The best intercept for the coefficients at hand, by damped Newton; leaves slope and bend up to date."""
        self.loss.derivatives(self.y, self.eta, self.s, self.slope, self.bend)
        if not self.problem.fit_intercept:
            return
        now = self._value(self.eta)
        for _ in range(50):
            shift, t = -float(self.slope.sum() / max(self.bend.sum(), 1e-300)), 1.0
            if abs(shift) <= 1e-15 * (1.0 + abs(self.b)):
                return
            while (then := self._value(self.eta + t * shift)) > now * (1.0 + 1e-15) and t > 1e-10:
                t *= 0.5
            self.eta, self.b, now = self.eta + t * shift, self.b + t * shift, then
            self.loss.derivatives(self.y, self.eta, self.s, self.slope, self.bend)
            if self.fixed:
                return

    def _adopt(self) -> None:
        """Take the second derivatives at hand for the model."""
        self.h, self.total = self.bend.copy(), float(self.bend.sum())
        m = len(self.features)
        if m:
            self._products[:m, :m] = self._weighted(self.columns[:, :m], self.columns[:, :m])

    def _weighted(self, A: FloatArray, B: FloatArray) -> FloatArray:
        """A' diag(h) B, about the weighted means if there is an intercept."""
        product = np.asarray((A * self.h[:, None]).T @ B)
        if self.problem.fit_intercept:
            product -= np.outer(self.h @ A, self.h @ B) / self.total
        return product

    def gradient(self, w: FloatArray) -> FloatArray:
        """X'slope, the predictor being up to date."""
        pull = np.asarray(self.problem.X.T @ self.slope, dtype=np.float64).ravel()
        self._gradient = pull[self.order] * self.scale
        return self._gradient

    def _against(self, new: Columns) -> FloatArray:
        fresh = self.problem.X[:, self.order[new]]
        dense = np.asarray(fresh.toarray() if sparse.issparse(fresh) else fresh, dtype=np.float64) * self.scale[new]
        m, size = len(self.features), len(self.features) + len(new)
        if size > self.columns.shape[1]:
            grown = np.zeros((self.problem.n, max(32, 2 * size)), order="F")
            grown[:, :m] = self.columns[:, :m]
            self.columns = grown
        self.columns[:, m:size] = dense
        return self._weighted(dense, self.columns[:, :size])

    def quadratic(self) -> tuple[FloatArray, FloatArray]:
        """Weighted products of the working set, renewed where the loss bends otherwise by now."""
        if not self.fixed and float(np.abs(self.bend - self.h).sum()) > STALE * self.total:
            self._adopt()
        m = len(self.features)
        return self._products[:m], np.asarray(self.slope @ self.columns[:, :m])

    def advance(self, now: FloatArray, trial: FloatArray, penalty: PenaltyAt) -> tuple[float, float]:
        """Backtracking from the full step; the gain is the one promised by the slope."""
        d, m = trial - now, len(now)
        along = self.columns[:, :m] @ d
        shift = -float(self.h @ along) / self.total if self.problem.fit_intercept else 0.0
        before = penalty(now)
        promised = float(self.slope @ along) + penalty(trial) - before
        along += shift
        t, value = 1.0, self._value(self.eta)
        while not self.fixed and t > 1e-10:
            then = self._value(self.eta + t * along) + penalty(now + t * d)
            if then <= value + before + 1e-4 * t * promised + 1e-14 * abs(value):
                break
            t *= 0.5
        self.eta, self.b = self.eta + t * along, self.b + t * shift
        self._settle()
        return t, 0.0 if self.fixed else -promised

    def gap(self, w: FloatArray, gradient: FloatArray, c: float) -> float:
        """From the compiled conjugate."""
        return self.loss.gap(self.y, self.eta, self.s, self.problem.offset, self.slope, c)
