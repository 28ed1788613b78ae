"""Losses of straight lines: 0 on an interval of the linear predictor, and a constant slope on each side of it.

    f(eta) = a (eta - l)  for eta < l,     0  for l <= eta <= u,     b (eta - u)  for eta > u,     a <= 0 <= b

Hinge, epsilon-insensitive and quantile loss are of this form. Where a smooth loss has a gradient, a kink has an
interval of slopes, so that the slope that proves a fit optimal comes from the solver (`equipoise.solvers.kinked`).
"""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
from numpy.typing import NDArray

from equipoise.losses.base import FloatArray, Loss

__all__ = ["Kinked", "Pieces"]

Pieces = tuple[FloatArray, FloatArray, FloatArray, FloatArray]


class Kinked(Loss):
    """A loss of straight lines; `pieces` says which. K columns of targets are K problems, their losses added."""

    compiled = False
    separate = True

    @abstractmethod
    def pieces(self, y: FloatArray) -> Pieces:
        """Slopes and ends (a, l, b, u), each of the shape of y; l may be -inf where a = 0, u inf where b = 0."""

    def value(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """Distance to the interval times the slope of its side."""
        a, low, b, high = self.pieces(y)
        with np.errstate(invalid="ignore"):  # 0 * inf: the side without slope
            below, above = np.where(eta < low, a * (eta - low), 0.0), np.where(eta > high, b * (eta - high), 0.0)
        return _per_row(below + above)

    def gradient(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """The slope; at an end, 0."""
        a, low, b, high = self.pieces(y)
        return np.where(eta < low, a, np.where(eta > high, b, 0.0))

    def curvature(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """0."""
        return np.zeros_like(eta)

    def conjugate(self, y: FloatArray, u: FloatArray) -> FloatArray:
        """Slope times lower end for a <= u < 0, u times upper end for 0 < u <= b."""
        a, low, b, high = self.pieces(y)
        with np.errstate(invalid="ignore"):
            inside = np.where(u < 0, u * low, np.where(u > 0, u * high, 0.0))
        room = 1e-12 * (b - a)
        return _per_row(np.where((u >= a - room) & (u <= b + room), inside, np.inf))

    def slope(self, y: FloatArray, eta: FloatArray, weight: FloatArray) -> FloatArray:
        """Weighted slopes; those at an end are taken from its interval so that the sum comes nearest to 0."""
        a, low, b, high = self.pieces(y)
        s = np.broadcast_to(weight if eta.ndim == 1 else weight[:, None], eta.shape)
        near = 1e-12 * (1.0 + np.abs(eta))
        at_low, at_high = np.abs(eta - low) <= near, np.abs(eta - high) <= near
        least = np.where(at_low | (eta < low), a, np.where(eta > high + near, b, 0.0))
        most = np.where(at_high | (eta > high), b, np.where(eta < low - near, a, 0.0))
        lowest, highest = np.sum(s * least, axis=0), np.sum(s * most, axis=0)
        room = np.where(highest > lowest, highest - lowest, 1.0)
        share = np.clip(-lowest / room, 0.0, 1.0)
        return np.asarray(s * (least + share * (most - least)))

    def best_intercept(self, y: FloatArray, base: FloatArray, weight: FloatArray) -> FloatArray:
        """The intercept of least loss: an end of some row's interval, where the sum of the slopes passes 0."""
        columns = y if y.ndim == 2 else y[:, None]
        shifts = base if base.ndim == 2 else base[:, None]
        return np.array([self._best(t, shift, weight) for t, shift in zip(columns.T, shifts.T, strict=True)])

    def _best(self, y: FloatArray, base: FloatArray, weight: FloatArray) -> float:
        a, low, b, high = self.pieces(y)
        ends, turns = np.append(low, high) - np.tile(base, 2), np.append(-weight * a, weight * b)
        real = (turns > 0) & np.isfinite(ends)
        order = np.argsort(ends[real], kind="stable")
        slope = float(weight @ a) + np.cumsum(turns[real][order])
        flat = 1e-12 * float(turns.sum())
        first = int(np.argmax(slope >= -flat))
        last = min(int(np.argmax(slope > flat)) if np.any(slope > flat) else first, len(order) - 1)
        return float(0.5 * (ends[real][order][first] + ends[real][order][last]))  # the middle of all best ones


def _per_row(values: FloatArray) -> FloatArray:
    return values if values.ndim == 1 else np.asarray(values.sum(axis=1))


def signs(y: FloatArray) -> NDArray[np.float64]:
    """-1 and 1 for the classes 0 and 1."""
    return np.asarray(2.0 * y - 1.0)
