"""Group and sparse-group lasso: proximal Newton over a working set of groups, blocks solved in the compiled core.

Strong rule for groups (Tibshirani et al. 2012, section 5), second derivatives of the working set's columns alone, kept
from step to step while they are good enough, and the duality gap over all features as the end. Squared loss needs one
quadratic model for the whole path; with n >= p it comes from second moments, and no row is looked at again.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from equipoise.errors import InputError
from equipoise.losses.base import FloatArray
from equipoise.penalties.base import Penalty
from equipoise.penalties.groups import Grouped, Layout, group_roots
from equipoise.solvers import _native
from equipoise.solvers.group_model import LossModel, Model, MomentModel
from equipoise.solvers.moments import Normal
from equipoise.solvers.path import Path
from equipoise.solvers.problem import Problem

__all__ = ["group_gram_path", "group_path"]


def group_path(problem: Problem, alphas: FloatArray, tol: float) -> Path:
    """Path of any compiled smooth loss, on the columns of X."""
    layout, order = _in_blocks(problem.penalty, problem.p)
    run = _GroupPath(LossModel(problem, order), layout, tol)
    coefs, gaps = run.solve(alphas)
    w = _in_place(coefs, order) * problem.scale
    return Path(np.asarray(alphas, dtype=float), w, np.array(run.intercepts), gaps, _count(w))


def group_gram_path(normal: Normal, penalty: Penalty, alphas: FloatArray, fit_intercept: bool, tol: float) -> Path:
    """Path of squared loss from its normal equations."""
    layout, order = _in_blocks(penalty, len(normal.gram))
    coefs, gaps = _GroupPath(MomentModel(normal, order), layout, tol).solve(alphas)
    w, b = normal.back(_in_place(coefs, order), fit_intercept)
    return Path(np.asarray(alphas, dtype=float), w, b, gaps, _count(w))


def _in_blocks(penalty: Penalty, p: int) -> tuple[Layout, NDArray[np.intp]]:
    """The layout with the features of a group side by side, each free feature a block of its own; and their order."""
    if not isinstance(penalty, Grouped):
        raise InputError(f"{type(penalty).__name__} has no groups")
    layout, free = penalty.layout(p), penalty.free(p)
    codes = np.where(free, len(layout.weights) + np.arange(p), layout.codes)
    order = np.argsort(codes, kind="stable")
    kept, codes = np.unique(codes[order], return_inverse=True)
    weights = np.append(layout.weights, np.zeros(p))[kept]
    return Layout(codes, layout.single[order], weights), order


def _in_place(coefs: FloatArray, order: NDArray[np.intp]) -> FloatArray:
    out = np.empty_like(coefs)
    out[:, order] = coefs
    return out


def _count(w: FloatArray) -> FloatArray:
    return np.asarray(np.count_nonzero(w, axis=1), dtype=np.float64)


class _GroupPath:
    """The loop over alphas: screen, step, certify."""

    def __init__(self, model: Model, layout: Layout, tol: float) -> None:
        self.model, self.layout, self.tol = model, layout, tol
        self.ends = np.searchsorted(layout.codes, np.arange(len(layout.weights) + 1))
        self.free = (layout.single == 0) & (layout.weights[layout.codes] == 0)
        self.w = np.zeros(len(layout.codes))
        self.inside = np.zeros(len(layout.weights), dtype=bool)
        self.groups: list[int] = []
        self.gradient: FloatArray = model.gradient(self.w)
        self.intercepts: list[float] = []

    def solve(self, alphas: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Coefficients in the order of the blocks, and gaps."""
        coefs, gaps, previous = np.empty((len(alphas), len(self.w))), np.empty(len(alphas)), 0.0
        for k, alpha in enumerate(np.asarray(alphas, dtype=float)):
            self._admit(max(2.0 * alpha - previous, 0.5 * alpha) if previous > alpha else alpha)
            gaps[k] = self._solve_one(float(alpha))
            coefs[k], previous = self.w, float(alpha)
            self.intercepts.append(self.model.b)
        return coefs, gaps

    def _solve_one(self, alpha: float, max_rounds: int = 1000) -> float:
        null, gap = self.model.null, np.inf
        precision = 0.1 * self.tol * null
        for _ in range(max_rounds):
            self._descend(alpha, precision)
            self.gradient = self.model.gradient(self.w)
            gap = self._gap(alpha)
            if gap <= self.tol or null <= 0.0:
                break
            if not self._admit(alpha, 1e-3 * self.tol):
                precision *= 0.1
            if precision < 1e-20 * null:
                break
        return gap

    def _admit(self, alpha: float, slack: float = 0.0) -> bool:
        """Groups outside that would not stay at 0 join the working set."""
        soft = np.maximum(np.abs(self.gradient) - alpha * self.layout.single, 0.0)
        excess = self.layout.norms(soft) - alpha * self.layout.weights
        new = np.flatnonzero(~self.inside & (excess > slack * np.sqrt(self.model.null)))
        self.inside[new] = True
        for g in new:
            self.groups.append(int(g))
            self.model.enter(np.arange(self.ends[g], self.ends[g + 1]))
        return len(new) > 0

    def _descend(self, alpha: float, precision: float, max_steps: int = 100) -> None:
        features, layout = self.model.features, self.layout
        if len(features) == 0:
            return
        sizes = np.diff(self.ends)[self.groups]
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        single, weights = alpha * layout.single[features], alpha * layout.weights[self.groups]

        def penalty(w: FloatArray) -> float:
            return float(single @ np.abs(w) + weights @ np.sqrt(np.add.reduceat(w * w, starts[:-1])))

        for _ in range(max_steps):
            now = self.w[features]
            H, slope = self.model.quadratic()
            trial = now.copy()
            target = H[:, : len(now)] @ now - slope
            _native.group_quadratic(H, target, starts, single, weights, trial, 0.1 * precision, 10_000)
            t, gain = self.model.advance(now, trial, penalty)
            self.w[features] = now + t * (trial - now) if t < 1.0 else trial
            if gain <= precision:
                return

    def _gap(self, alpha: float) -> float:
        """Relative duality gap; the share of a free feature as in `certificate`."""
        pull = np.where(self.free, 0.0, -self.gradient)
        top = float(np.max(group_roots(self.layout, pull), initial=0.0))
        c = alpha / max(alpha, top) if top > 0 else 1.0
        lay = self.layout
        penalty = alpha * float(lay.single @ np.abs(self.w) + lay.weights @ lay.norms(self.w))
        loose = float(2.0 * np.abs(self.gradient * self.w)[self.free].sum())
        gap = self.model.gap(self.w, self.gradient, c) + penalty + loose
        return max(0.0, gap) / self.model.null if self.model.null > 0 else 0.0
