"""Paths of all folds from second moments alone: what is left to do when no row is in memory any more.

The training moments of a fold are the sum of those of the other folds. Its score is a quadratic form in the moments of
the rows that it held out: with r = y - x'w - b, and sums over held-out rows about an origin (o, q),

    sum r^2 = sum (y - q)^2 - 2 w' sum (x - o)(y - q) + w' [sum (x - o)(x - o)'] w + 2 c sum r0 + c^2 sum 1
    r0 = (y - q) - (x - o)'w,   c = q - o'w - b

See Engstrøm and Jensen (2025), "Fast partition-based cross-validation with centering and scaling", for the partition.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, reduce

import numpy as np
from joblib import Parallel, cpu_count, delayed
from numpy.typing import ArrayLike

from equipoise.errors import InputError
from equipoise.losses.base import FloatArray
from equipoise.penalties import L2, Penalty
from equipoise.penalties.groups import Grouped
from equipoise.solvers.coordinate import gram_path
from equipoise.solvers.grid import spaced_alphas
from equipoise.solvers.group_path import group_gram_path
from equipoise.solvers.moments import Moments, Normal
from equipoise.solvers.path import Path
from equipoise.solvers.ridge import ridge_gram_path

__all__ = ["MomentProblem"]


@dataclass(frozen=True)
class MomentProblem:
    """Squared loss and a penalty on data that is known by the moments of its folds; everything but alpha.

    Parameters
    ----------
    parts : sequence of Moments
        Those of the rows that each fold holds out.
    rows : int
        Number of rows.
    penalty : Penalty
        Convex, with a solver for normal equations.
    fit_intercept, standardize : bool
        As in `Problem`.
    tol : float
        Bound on the relative duality gap.
    n_jobs : int, optional
        Threads over folds; as many as there are cores if not given.
    """

    parts: Sequence[Moments]
    rows: int
    penalty: Penalty
    fit_intercept: bool = True
    standardize: bool = False
    tol: float = 1e-6
    n_jobs: int | None = None

    def __post_init__(self) -> None:
        known = self.penalty.kernel() is not None or isinstance(self.penalty, Grouped)
        if not (self.penalty.convex and known):
            raise InputError(
                f"{type(self.penalty).__name__} cannot be fitted from sums over blocks, which takes a convex penalty "
                "with a compiled kernel; use L1, L2, ElasticNet or GroupLasso, or `fit` with all rows in memory"
            )

    @property
    def p(self) -> int:
        """Number of features."""
        return len(self.parts[0].x)

    @cached_property
    def whole(self) -> Moments:
        """Moments of all rows."""
        return reduce(Moments.merge, self.parts)

    def normal(self, moments: Moments) -> Normal:
        """Normal equations of some of the rows."""
        return moments.centred(self.fit_intercept, None if self.standardize else np.ones(self.p))

    def path(self, alphas: FloatArray, moments: Moments | None = None, tol: float | None = None) -> Path:
        """The path of some rows (all if not given)."""
        normal = self.normal(moments or self.whole)
        factors = self.penalty.factors(self.p)
        kernel = self.penalty.kernel()
        smooth = kernel is not None and kernel.name == "elastic_net" and kernel.l1_ratio == 0.0 and kernel.low is None
        tail = (alphas, self.fit_intercept, self.tol if tol is None else tol)
        if np.all(alphas == 0.0) and (kernel is None or kernel.low is None):
            return ridge_gram_path(normal, L2(), *tail)
        if smooth and np.all(factors > 0):
            return ridge_gram_path(normal, self.penalty, *tail)
        if isinstance(self.penalty, Grouped):
            return group_gram_path(normal, self.penalty, *tail)
        return gram_path(normal, self.penalty, *tail)

    def fold_paths(self, alphas: FloatArray) -> list[Path]:
        """The path of each fold's training rows and, last, of all rows."""
        for k, part in enumerate(self.parts):
            if not part.weight > 0:
                raise InputError(
                    f"fold {k} of {len(self.parts)} has no row of positive weight; use fewer folds, and where blocks "
                    "are summed apart give each the number of its first row"
                )

        def run(k: int) -> Path:
            if k == len(self.parts):
                return self.path(alphas)
            # Added up rather than subtracted from the total: a fold with far larger values would leave rounding only.
            return self.path(alphas, reduce(Moments.merge, [*self.parts[:k], *self.parts[k + 1 :]]))

        count = len(self.parts) + 1
        workers = min(count, cpu_count() if self.n_jobs is None or self.n_jobs < 0 else self.n_jobs)
        return list(Parallel(n_jobs=workers, backend="threading")(delayed(run)(k) for k in range(count)))

    def error(self, path: Path, moments: Moments) -> FloatArray:
        """Mean squared error of every point of the path on the rows of the moments, shape (m,)."""
        W, w = path.coefs, moments.weight
        squares = moments.yy[0] - 2.0 * W @ moments.xy[:, 0] + np.einsum("mp,mp->m", W @ moments.xx, W)
        c = moments.y_origin[0] - W @ moments.origin - path.intercepts
        sums = moments.y[0] - W @ moments.x
        return np.asarray(np.maximum((squares + 2.0 * c * sums) / w + c * c, 0.0))

    def grid(self, alphas: int | ArrayLike) -> FloatArray:
        """Decreasing alphas, those that `selection.alpha_grid` gives for the rows."""
        normal = self.normal(self.whole)
        factor = self.penalty.factors(self.p)

        def curvature() -> float:
            return 10.0 * float(np.sum(np.diag(normal.gram)[factor > 0] / factor[factor > 0]))

        top = self.penalty.alpha_max(self._starting_gradient(normal))
        return spaced_alphas(alphas, top=top, tall=self.rows > self.p, penalty=self.penalty, curvature=curvature)

    def _starting_gradient(self, normal: Normal) -> FloatArray:
        """Gradient of the mean loss at the model of the features without penalty."""
        free = np.flatnonzero(self.penalty.free(self.p))
        gradient = -normal.cross[:, 0]
        if len(free):
            start = np.linalg.lstsq(normal.gram[np.ix_(free, free)], normal.cross[free, 0], rcond=1e-12)[0]
            gradient = gradient + normal.gram[:, free] @ start
        return gradient
