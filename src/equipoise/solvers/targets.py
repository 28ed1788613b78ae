"""Ridge regression of many targets on one design: what they share, a `Spectrum`, is computed once.

The held-out error of a fold follows from its second moments about the means of the training rows,

    sum_i s_i (y_it - x_i'w_t)^2 = yy_t - 2 w_t'c_t + w_t'H w_t,

which costs p^2 operations a target and alpha where predictions cost n p; a fold of fewer rows than columns is
predicted. A wide or sparse design is rotated to its row space first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from equipoise.errors import InputError
from equipoise.losses.base import FloatArray
from equipoise.penalties import L2
from equipoise.solvers.conjugate import is_vast
from equipoise.solvers.moments import Moments, block_rows
from equipoise.solvers.problem import Problem
from equipoise.solvers.rotation import Rotated, rotate
from equipoise.solvers.spectrum import Spectrum

__all__ = ["TargetDesign", "TargetPath", "target_design"]

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class TargetPath:
    """Solutions of every target for any alpha, from one decomposition.

    Attributes
    ----------
    alphas : array of shape (m,)
        The grid that alpha was chosen on, decreasing.
    spectrum : Spectrum
    rotated : Rotated or None
        The way back to the columns of X, where they were rotated.
    """

    alphas: FloatArray
    spectrum: Spectrum
    rotated: Rotated | None

    def solve(self, alpha: FloatArray | float) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Coefficients (T, p), intercepts (T,) and relative duality gaps (T,) at one alpha, or one alpha a target."""
        coefs, intercepts, gaps = self.spectrum.solve(np.broadcast_to(alpha, len(self.spectrum.y_mean)))
        return (*(self.rotated.back(coefs, intercepts) if self.rotated else (coefs, intercepts)), gaps)

    def at(self, alpha: FloatArray | float) -> tuple[FloatArray, FloatArray]:
        """Coefficients (T, p) and intercepts (T,) at any alpha >= 0, on the grid or not."""
        if not np.all(np.asarray(alpha) >= 0):
            raise InputError(f"alpha {alpha} is not a number >= 0")
        return self.solve(alpha)[:2]

    def coef(self, alpha: FloatArray | float) -> FloatArray:
        """Coefficients at any alpha."""
        return self.at(alpha)[0]


@dataclass(frozen=True)
class TargetDesign:
    """A ridge problem of many targets, in as few columns as it has rank at most.

    Attributes
    ----------
    problem : Problem
        Its columns are those of X, or of the rotation.
    rotated : Rotated or None
    """

    problem: Problem
    rotated: Rotated | None

    def path(self, alphas: FloatArray) -> TargetPath:
        """The solutions of all rows."""
        return TargetPath(alphas, self._spectrum(self._moments(None)[0]), self.rotated)

    def held_out(
        self, splits: Sequence[tuple[Rows, Rows]], alphas: FloatArray
    ) -> tuple[list[Spectrum], FloatArray, FloatArray]:
        """Spectra of the folds, mean squared errors of shape (folds, m, T) and the weights of the held-out rows."""
        spectra, errors = [], np.empty((len(splits), len(alphas), self.problem.outputs))
        for k, (train, test) in enumerate(self._parts(splits)):
            spectra.append(self._spectrum(train))
            rows = splits[k][1]
            few = len(rows) < self.problem.p
            errors[k] = self._predicted(spectra[k], rows, alphas) if few else _from_moments(spectra[k], test, alphas)
        return spectra, errors, np.array([self.problem.weight[test].sum() for _, test in splits])

    def predict(self, spectrum: Spectrum, rows: Rows, alpha: FloatArray) -> FloatArray:
        """Predictions of some rows, one alpha a target; shape (rows, T)."""
        centred = self.problem.X[rows] - spectrum.mean
        return np.asarray(centred @ (spectrum.basis @ spectrum.weights(alpha)) + spectrum.y_mean)

    def left_out(self, spectrum: Spectrum, alphas: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean and variance over rows of the squared error under the fit on all other rows, each (m, T); exact."""
        mean, second = np.zeros((2, len(alphas), self.problem.outputs))
        for rows, Q in self._turned(spectrum):
            s, Y = self.problem.weight[rows], self.problem.y[rows] - spectrum.y_mean
            for k, alpha in enumerate(alphas):
                squares = self._left_out(spectrum.values, spectrum.turned, Q, Y, s, float(alpha)) ** 2
                mean[k] += s @ squares
                second[k] += s @ squares**2
        return mean, np.maximum(second - mean**2, 0.0)

    def left_out_at(self, spectrum: Spectrum, alpha: FloatArray) -> FloatArray:
        """Prediction of every row under the fit on all others, one alpha a target; shape (n, T)."""
        out = self.problem.y.copy()
        for rows, Q in self._turned(spectrum):
            s, Y = self.problem.weight[rows], self.problem.y[rows] - spectrum.y_mean
            for value in np.unique(alpha):
                mine = np.flatnonzero(alpha == value)
                left = self._left_out(spectrum.values, spectrum.turned[:, mine], Q, Y[:, mine], s, float(value))
                out[rows, mine] -= left
        return out

    def _left_out(
        self, values: FloatArray, cross: FloatArray, Q: FloatArray, Y: FloatArray, s: FloatArray, alpha: float
    ) -> FloatArray:
        """Left-out residuals r / (1 - h); alpha (1 - s) stands for a mean over one row less (see `ridge`)."""
        shifted = np.maximum(values[:, None] + alpha * (1.0 - s), 1e-13 * np.max(values, initial=1e-300))
        turned = Q / shifted
        h = s * (np.sum(turned * Q, axis=0) + (1.0 if self.problem.fit_intercept else 0.0))
        return np.asarray((Y - turned.T @ cross) / np.maximum(1.0 - h, 1e-300)[:, None])

    def _turned(self, spectrum: Spectrum) -> Iterator[tuple[slice, FloatArray]]:
        """Rows in the eigenbasis, shape (d, block), block by block."""
        size = block_rows(self.problem.p)
        for start in range(0, self.problem.n, size):
            rows = slice(start, min(start + size, self.problem.n))
            yield rows, spectrum.basis.T @ (self.problem.X[rows] - spectrum.mean).T

    def _predicted(self, spectrum: Spectrum, rows: Rows, alphas: FloatArray) -> FloatArray:
        s = self.problem.weight[rows] / self.problem.weight[rows].sum()
        Q = (self.problem.X[rows] - spectrum.mean) @ spectrum.basis
        Y = self.problem.y[rows] - spectrum.y_mean
        return np.stack([s @ (Y - Q @ spectrum.weights(alpha)) ** 2 for alpha in alphas])

    def _spectrum(self, moments: Moments) -> Spectrum:
        of = self.problem
        normal = moments.centred(of.fit_intercept, None if of.standardize else np.ones(of.p))
        return Spectrum.of(normal, of.penalty, of.fit_intercept)

    def _moments(self, parts: NDArray[np.intp] | None, count: int = 1) -> list[Moments]:
        of = self.problem
        return Moments.of(of.X, of.y, of.weight, of.means, of.weight @ of.y, parts, count)

    def _parts(self, splits: Sequence[tuple[Rows, Rows]]) -> list[tuple[Moments, Moments]]:
        """Moments of the training and of the held-out rows of each fold."""
        n = self.problem.n
        fold, times = np.full(n, -1), np.zeros(n, dtype=int)
        for k, (_, test) in enumerate(splits):
            fold[test] = k
            times[test] += 1
        if np.all(times == 1) and all(len(train) + len(test) == n for train, test in splits):
            tests = self._moments(fold, len(splits))
            total = sum(tests[1:], tests[0])
            return [(total - test, test) for test in tests]
        pairs = []
        for train, test in splits:  # folds that overlap have no sum to be taken from
            first, second = np.full((2, n), -1)
            first[train], second[test] = 0, 0
            pairs.append((self._moments(first)[0], self._moments(second)[0]))
        return pairs


def target_design(problem: Problem) -> TargetDesign:
    """Pose a ridge problem whose y is of shape (n, T); a wide one keeps the scale of all rows in every fold.

    Raises
    ------
    InputError
        If X is sparse and large both ways, or a feature is without penalty.
    """
    if is_vast(problem):
        raise InputError(
            f"many targets on a sparse {problem.n} x {problem.p} matrix need a dense one; fit one target at a time"
        )
    if np.any(problem.penalty.factors(problem.p) <= 0):
        raise InputError("many targets need a penalty on every feature; fit one target at a time")
    if problem.p <= problem.n and not problem.is_sparse:
        return TargetDesign(problem, None)
    rotated = rotate(problem)
    return TargetDesign(replace(problem, X=np.asfortranarray(rotated.Z), penalty=L2(), standardize=False), rotated)


def _from_moments(spectrum: Spectrum, test: Moments, alphas: FloatArray) -> FloatArray:
    moved = test.moved(spectrum.mean, spectrum.y_mean)
    turn = spectrum.basis
    H, c, yy = (values / test.weight for values in (turn.T @ moved.xx @ turn, turn.T @ moved.xy, moved.yy))
    errors = np.empty((len(alphas), len(yy)))
    for k, alpha in enumerate(alphas):
        w = spectrum.weights(alpha)
        left = H @ w
        left -= 2.0 * c
        errors[k] = yy + np.einsum("dt,dt->t", w, left)
    return np.maximum(errors, 0.0)
