"""A search over alphas: fitted and scored on a grid, which grows where its end is the best point, and is refined.

An automatic grid goes on beyond its end, a decade at a time, until the score gains less than 0.1 % in one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from equipoise.errors import InputError
from equipoise.losses.base import FloatArray
from equipoise.selection.base import Selection
from equipoise.solvers import Path, Problem, alpha_max

__all__ = ["Layers", "Scan", "lowest", "shares"]

DECADES = 3  # that a grid may be extended by
FLAT = 1e-3  # gain a decade below which the score counts as level

Layers = list[list[Path]]


class Scan(ABC):
    """Paths of all folds and of all rows, in one layer or several variants of them, with their scores.

    Parameters
    ----------
    problem : Problem
        What the grid is asked about.
    tol : float
        Bound on the relative duality gap of points that are added.

    Attributes
    ----------
    paths : list of list of Path
        For each layer those of the folds, and last that of all rows; all over the same alphas.
    scores : array of shape (layers, folds, m)
    weights : array of shape (folds,)
    """

    def __init__(self, problem: Problem, tol: float) -> None:
        self.problem, self.tol = problem, tol
        self.paths: Layers = []
        self.scores: FloatArray = np.empty((0, 0, 0))
        self.weights: FloatArray = np.empty(0)

    @abstractmethod
    def fit(self, alphas: FloatArray) -> list[Path]:
        """Paths of the folds, and last that of all rows."""

    @abstractmethod
    def score(self, paths: list[Path]) -> tuple[Layers, FloatArray, FloatArray]:
        """The layers of these paths, their scores of shape (layers, folds, m), and the weights of the folds."""

    @property
    def alphas(self) -> FloatArray:
        """Decreasing."""
        return self.paths[0][-1].alphas

    @property
    def mean(self) -> FloatArray:
        """Scores of the layer that has the lowest, shape (m,)."""
        means = self.weights / self.weights.sum() @ self.scores
        least = np.min(np.where(np.isnan(means), np.inf, means), axis=1)
        return np.asarray(means[np.argmin(least)])

    @property
    def best(self) -> int:
        """Index of the lowest score."""
        mean = self.mean
        return int(np.nanargmin(mean)) if np.any(np.isfinite(mean)) else 0

    def search(self, grid: FloatArray, extend: bool, refine: int) -> None:
        """Fit and score a grid, extended at its ends, and some points around the best one."""
        self.add(grid)
        if extend:
            self._extend()
        if refine and len(self.alphas) > 1:
            self.add(_between(self.alphas, self.best, refine))

    def add(self, alphas: FloatArray) -> None:
        """Fit and score; of points added to others only those that are certified in every fold are kept."""
        paths = self.fit(alphas)
        if self.paths:
            proved = np.all([path.gaps <= self.tol for path in paths], axis=0)
            paths = [path.only(proved) for path in paths]
        layers, scores, self.weights = self.score(paths)
        if self.paths:
            order = np.argsort(-np.concatenate([self.alphas, paths[-1].alphas]), kind="stable")
            scores = np.concatenate([self.scores, scores], axis=2)[:, :, order]
            pairs = zip(self.paths, layers, strict=True)
            layers = [[old.joined(new) for old, new in zip(*pair, strict=True)] for pair in pairs]
        self.paths, self.scores = layers, scores

    def _extend(self) -> None:
        """Go on beyond the end of the grid while the best point lies there and the score still falls."""
        if len(self.alphas) < 2 or self.alphas[-1] <= 0.0:
            return
        step = float(self.alphas[1] / self.alphas[0])
        decade = max(1, round(-1.0 / np.log10(step)))
        for _ in range(DECADES):
            mean, best, last = self.mean, self.best, len(self.alphas) - 1
            inner = min(decade, last) if best == 0 else max(0, last - decade)
            # with an L1 part nothing changes above the first point: every coefficient is 0 there
            if best not in (0, last) or (best == 0 and np.isfinite(alpha_max(self.problem))):
                return
            if not mean[inner] - mean[best] > FLAT * abs(mean[best]):
                return
            powers = np.arange(decade, 0, -1.0) if best == 0 else -np.arange(1.0, decade + 1.0)
            self.add(self.alphas[best] * step**-powers)
            if len(self.alphas) == last + 1:
                return


def lowest(tried: list[Selection]) -> Selection:
    """The one of the lowest score, which keeps the others."""
    if len(tried) == 1:
        return tried[0]
    best = tried[int(np.nanargmin([one.mean[one.best] for one in tried]))]
    terms = (("l1_ratio", best.l1_ratio), ("gamma", best.gamma))
    named = " and ".join(f"{name} {value:g}" for name, value in terms if value is not None)
    why = f"{named} has the lowest score of {len(tried)} on the same folds; there {best.why}"
    return replace(best, why=why, tried=tuple(tried))


def _between(alphas: FloatArray, best: int, count: int) -> FloatArray:
    """So many points between the neighbours of the best one, half on each side, evenly in log alpha."""
    low, high = min(best + 1, len(alphas) - 1), max(best - 1, 0)
    above = (count + 1) // 2 if low != best else count
    above = above if high != best else 0
    parts = [_inside(alphas[high], alphas[best], above), _inside(alphas[best], alphas[low], count - above)]
    return np.concatenate(parts)


def _inside(high: float, low: float, count: int) -> FloatArray:
    if count == 0:
        return np.empty(0)
    if low <= 0.0:  # a grid that was given may end at 0
        return np.linspace(high, low, count + 2)[1:-1]
    return np.geomspace(high, low, count + 2)[1:-1]


def shares(name: str, values: ArrayLike) -> list[float]:
    """Increasing numbers in [0, 1], each once."""
    try:
        shares = np.unique(np.asarray(values, dtype=np.float64))
    except (TypeError, ValueError):
        shares = np.empty(0)
    if np.ndim(values) != 1 or shares.size == 0 or not np.all((shares >= 0) & (shares <= 1)):
        raise InputError(f"{name}={values!r} is not a list of numbers in [0, 1]")
    return [float(share) for share in shares]
