"""What the group penalties share: l1_ratio factor'|w| + (1 - l1_ratio) sum_g t_g |w_g|, t_g = factor_g sqrt(size of g).

The proximal operator is soft thresholding followed by a shrinkage of each group (Simon, Friedman, Hastie and Tibshirani
2013, "A sparse-group lasso", section 3); with l1_ratio = 0 the shrinkage alone (Yuan and Lin 2006).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.errors import InputError
from equipoise.penalties.base import FloatArray, Penalty

__all__ = ["Grouped", "Layout", "group_roots"]


class Layout(NamedTuple):
    """Which feature belongs to which group.

    Attributes
    ----------
    codes : array of shape (p,)
        Number of the group of each feature; features without penalty share the last number.
    single : array of shape (p,)
        Weight of |w_j|.
    weights : array of shape (groups,)
        Weight of |w_g|.
    """

    codes: NDArray[np.intp]
    single: FloatArray
    weights: FloatArray

    def norms(self, w: FloatArray) -> FloatArray:
        """Euclidean norm of each group."""
        return np.sqrt(np.bincount(self.codes, w * w, len(self.weights)))


@dataclass(frozen=True, eq=False)
class Grouped(Penalty):
    """A penalty on the norms of groups of coefficients.

    Parameters
    ----------
    groups : array of shape (p,), optional
        Label of the group of each feature, in any order; every feature is a group of its own if not given.
    """

    groups: ArrayLike | None = None

    def mixture(self) -> float:
        """Share of the L1 part."""
        return 0.0

    def layout(self, p: int) -> Layout:
        """Groups and weights for p features, checked."""
        name, factor = type(self).__name__, self.factors(p)
        labels = np.arange(p) if self.groups is None else np.asarray(self.groups)
        if labels.shape != (p,):
            raise InputError(f"{name}: groups has shape {labels.shape}, but there are {p} features: one label for each")
        _, codes = np.unique(labels, return_inverse=True)
        count, free = int(codes.max(initial=-1)) + 1, factor == 0
        codes = np.where(free, count, codes)
        sizes = np.bincount(codes, minlength=count + 1)
        means = np.bincount(codes, factor, count + 1) / np.maximum(sizes, 1)
        if np.any(np.abs(factor - means[codes]) > 1e-12 * factor):
            group = labels[np.argmax(np.abs(factor - means[codes]))]
            raise InputError(f"{name}: the factors in group {group!r} differ; make them equal, or 0")
        share = self.mixture()
        weights = (1.0 - share) * means * np.sqrt(sizes)
        return Layout(codes, share * factor, weights)

    def value(self, w: FloatArray) -> float:
        """Weighted sum of |w_j| and of the norms of the groups."""
        lay = self.layout(w.size)
        return float(lay.single @ np.abs(w) + lay.weights @ lay.norms(w))

    def gradient(self, w: FloatArray) -> FloatArray:
        """The sum of single sign(w) and weight w / |w_g|; 0 in a group that is 0."""
        lay = self.layout(w.size)
        return np.asarray(lay.single * np.sign(w) + _over(lay.weights, lay.norms(w))[lay.codes] * w)

    def prox(self, w: FloatArray, step: float) -> FloatArray:
        """Soft thresholding, then shrinkage of each group."""
        lay = self.layout(w.size)
        soft = np.sign(w) * np.maximum(np.abs(w) - step * lay.single, 0.0)
        keep = np.maximum(1.0 - _over(step * lay.weights, lay.norms(soft)), 0.0)
        return np.asarray(soft * keep[lay.codes])

    def distance(self, w: FloatArray, gradient: FloatArray, alpha: float) -> FloatArray:
        """Per coefficient; in a group that is 0, how far the soft gradient exceeds the group's bound."""
        lay = self.layout(w.size)
        norms = lay.norms(w)
        soft = np.sign(gradient) * np.maximum(np.abs(gradient) - alpha * lay.single, 0.0)
        at_zero = np.abs(soft) * np.maximum(1.0 - _over(alpha * lay.weights, lay.norms(soft)), 0.0)[lay.codes]
        moved = np.abs(gradient + alpha * self.gradient(w))
        inside = np.where(w == 0, np.abs(soft), moved)
        return np.where(norms[lay.codes] > 0, inside, at_zero)

    def alpha_max(self, gradient: FloatArray) -> float:
        """The largest of the groups' roots of |soft(gradient_g, alpha single)| = alpha weight."""
        lay = self.layout(gradient.size)
        bound = (lay.weights > 0) | (np.bincount(lay.codes, lay.single, len(lay.weights)) > 0)
        return float(np.max(group_roots(lay, gradient)[bound])) if np.any(bound) else float("inf")

    def conjugate(self, v: FloatArray, alpha: float) -> float:
        """0 where |soft(v_g, alpha single)| <= alpha weight for every group, else inf."""
        lay = self.layout(v.size)
        soft = np.maximum(np.abs(v) - alpha * lay.single, 0.0)
        return 0.0 if np.all(lay.norms(soft) - alpha * lay.weights <= 1e-12 * lay.norms(v)) else float("inf")

    def shrink(self, v: FloatArray, alpha: float) -> float:
        """The share of alpha in the largest root of the groups, at most 1."""
        lay = self.layout(v.size)
        free = (self.factors(v.size) == 0) & (v != 0)
        top = float(np.max(group_roots(lay, np.where(free, 0.0, v)), initial=0.0))
        return 0.0 if np.any(free) else alpha / max(alpha, top) if top > 0 else 1.0


def _over(a: FloatArray, b: FloatArray) -> FloatArray:
    """A / b, and 0 where b is 0."""
    return np.divide(a, b, out=np.zeros_like(a), where=b > 0)


def group_roots(lay: Layout, v: FloatArray) -> FloatArray:
    """For each group the alpha with |soft(v_g, alpha single)| = alpha weight: Newton on a convex falling function."""
    size = np.abs(v)
    alpha = np.zeros(len(lay.weights))
    for _ in range(100):
        rest = np.maximum(size - alpha[lay.codes] * lay.single, 0.0)
        norms = lay.norms(rest)
        excess = norms - alpha * lay.weights
        pull = np.asarray(np.bincount(lay.codes, rest * lay.single, len(alpha)), dtype=np.float64)
        slope = _over(pull, norms) + lay.weights
        step = _over(np.maximum(excess, 0.0), slope)
        alpha = alpha + step
        if np.all(step <= 1e-16 * alpha):
            break
    return alpha
