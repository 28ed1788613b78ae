"""Partial likelihood of Cox (1972), with the ties of Breslow (1974) or Efron (1977): for times until an event.

    F(eta) = sum_j c_j log S_j(eta) - sum_(events i) s_i eta_i - saturated,    S_j = sum_(i at risk) a_ji s_i exp(eta_i)

Breslow has one term j for each time with events, c_j their weight and a_ji = 1. Efron has as many terms as events, each
of the mean weight of the events of its time, and a_ji = 1 - l/m for the l-th term of m tied events. It is no sum over
rows of losses of one row: a censored row counts through the risk sets that it is in. F is 0 at the saturated model,
twice F is the deviance.

The target is one number a row, the rank of its time (from 1), negative for a censored row: nothing but the order of
the times enters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.errors import InputError
from equipoise.losses.base import FloatArray, Loss

__all__ = ["Cox", "signed_ranks"]


def signed_ranks(time: ArrayLike, event: ArrayLike) -> FloatArray:
    """Rank of each time among the distinct ones, from 1; negative where there was no event.

    Examples
    --------
    >>> from equipoise.losses.cox import signed_ranks
    >>> signed_ranks([2.0, 0.5, 2.0], [True, True, False])
    array([ 2.,  1., -2.])
    """
    ranks = np.unique(np.asarray(time), return_inverse=True)[1].astype(np.float64) + 1.0
    return np.where(np.asarray(event, dtype=bool), ranks, -ranks)


@dataclass(frozen=True)
class RiskSets:
    """Sums over the rows at risk, for one linear predictor.

    Attributes
    ----------
    hazard : array of shape (n,)
        s exp(eta - top).
    group : array of shape (n,)
        Number of the time of each row.
    c, tied, total, time : arrays, one entry for each term of the likelihood
        Weight, share l/m that the tied events lack, sum S, number of the time.
    top : float
        The largest linear predictor.
    """

    hazard: FloatArray
    group: NDArray[np.intp]
    c: FloatArray
    tied: FloatArray
    total: FloatArray
    time: NDArray[np.intp]
    top: float

    def until(self, values: FloatArray) -> FloatArray:
        """Sums of values of terms over all times up to each time."""
        return np.cumsum(np.bincount(self.time, values, int(self.group.max()) + 1))

    def means(self, Z: FloatArray, event: NDArray[np.bool_]) -> FloatArray:
        """Mean of the rows of Z under each term, shape (terms, d)."""
        order = np.argsort(self.group, kind="stable")
        first = np.searchsorted(self.group[order], np.arange(int(self.group.max()) + 1))
        weighted = (Z * self.hazard[:, None])[order]
        at_risk = np.cumsum(np.add.reduceat(weighted, first)[::-1], axis=0)[::-1]
        events = np.add.reduceat(weighted * event[order, None], first)
        return np.asarray((at_risk[self.time] - self.tied[:, None] * events[self.time]) / self.total[:, None])


@final
class Cox(Loss):
    """Negative log partial likelihood, 0 at the saturated model; `signed_ranks` makes its target.

    Parameters
    ----------
    ties : {"efron", "breslow"}
        Efron is closer to the exact likelihood. Under Breslow a weight of 2 equals a row twice; under Efron weights are
        averaged over tied events, as in R's survival, and a repeated row is a tie.

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> loss = eq.losses.Cox("breslow")
    >>> loss.total(np.array([1.0, -2.0]), np.zeros(2), np.ones(2))  # log of the two at risk  # doctest: +ELLIPSIS
    0.693...
    """

    name = "cox"
    task = "regression"
    score_name = "partial-likelihood deviance"
    score_factor = 2.0
    compiled = False
    separable = False

    def __init__(self, ties: Literal["efron", "breslow"] = "efron") -> None:
        if ties not in ("efron", "breslow"):
            raise InputError(f"ties {ties!r} are not known; choose 'efron' or 'breslow'")
        self.ties = ties

    @property
    def parameter(self) -> float:
        """1 for Efron, 0 for Breslow."""
        return 1.0 if self.ties == "efron" else 0.0

    def risk_sets(self, y: FloatArray, eta: FloatArray, weight: FloatArray) -> RiskSets:
        """The sums that everything else is made of; rows of weight 0 are in no risk set."""
        used = weight > 0
        event = used & (y > 0)
        group = np.unique(np.abs(y), return_inverse=True)[1]
        times = int(group.max()) + 1
        top = float(np.max(eta[used]))
        hazard = np.where(used, weight * np.exp(np.where(used, eta - top, 0.0)), 0.0)
        at_risk = np.cumsum(np.bincount(group, hazard, times)[::-1])[::-1]
        events = np.bincount(group, hazard * event, times)
        weights, counts = np.bincount(group, weight * event, times), np.bincount(group, event, times).astype(int)
        terms = counts if self.ties == "efron" else np.minimum(counts, 1)
        time = np.repeat(np.arange(times), terms)
        nth = np.arange(len(time)) - np.repeat(np.cumsum(terms) - terms, terms)
        tied = nth / np.maximum(terms[time], 1)
        total = np.maximum(at_risk - events, 0.0)[time] + (1.0 - tied) * events[time]
        return RiskSets(hazard, group, weights[time] / terms[time], tied, total, time, top)

    def total(self, y: FloatArray, eta: FloatArray, weight: FloatArray) -> float:
        """F(eta)."""
        at = self.risk_sets(y, eta, weight)
        rows = (weight > 0) & (y > 0)
        # the saturated model has each time's events alone at risk, in the shares of their weights
        alone = np.bincount(at.time, at.c, int(at.group.max()) + 1)[at.time] * (1.0 - at.tied)
        return float(at.c @ (np.log(at.total / alone) + at.top) - weight[rows] @ eta[rows])

    def slope(self, y: FloatArray, eta: FloatArray, weight: FloatArray) -> FloatArray:
        """Gradient of F, shape (n,): minus the martingale residuals times the weights."""
        return self.bend(y, eta, weight) - np.where(y > 0, weight, 0.0)

    def bend(self, y: FloatArray, eta: FloatArray, weight: FloatArray) -> FloatArray:
        """Hazard of each row summed over the times that it is at risk, shape (n,).

        With a free intercept these curvatures bound the Hessian of F from above: the covariance under a mixture of the
        risk sets against the mean of their covariances.
        """
        at = self.risk_sets(y, eta, weight)
        reached = at.until(at.c / at.total)[at.group]
        missed = np.bincount(at.time, at.c * at.tied / at.total, int(at.group.max()) + 1)[at.group]
        return np.asarray(at.hazard * (reached - np.where(y > 0, missed, 0.0)))

    def hessian(self, y: FloatArray, eta: FloatArray, weight: FloatArray, Z: FloatArray) -> FloatArray:
        """Hessian of F(Z theta) in theta, exact: Z of shape (n, d), result (d, d)."""
        at = self.risk_sets(y, eta, weight)
        means = at.means(Z, y > 0)
        return np.asarray((Z * self.bend(y, eta, weight)[:, None]).T @ Z - (means * at.c[:, None]).T @ means)

    def excess(self, y: FloatArray, eta: FloatArray, weight: FloatArray, scale: float) -> float:
        """A bound on F(eta) + F*(scale * slope) - scale * slope'eta, of second order in 1 - scale; 0 at scale 1.

        q_j = scale p_j + (1 - scale) e_j, with p_j the distribution over the rows at risk and e_j that of the weights
        of the events alone, is feasible for the conjugate of each log S_j; its relative entropy to p_j is at most
        log(1 + chi squared). By convexity (1 - scale) F is a bound too.
        """
        if scale >= 1.0:
            return 0.0
        at = self.risk_sets(y, eta, weight)
        rows = (weight > 0) & (y > 0)
        inverse = np.bincount(at.group[rows], weight[rows] ** 2 / at.hazard[rows], int(at.group.max()) + 1)[at.time]
        weights = np.bincount(at.time, at.c, int(at.group.max()) + 1)[at.time]
        chi = inverse * at.total / (1.0 - at.tied) / weights**2 - 1.0
        second = float(at.c @ np.log1p((1.0 - scale) ** 2 * np.maximum(chi, 0.0)))
        return min(second, (1.0 - scale) * self.total(y, eta, weight))

    def cumulative_hazard(self, y: FloatArray, eta: FloatArray, weight: FloatArray) -> FloatArray:
        """Baseline hazard (of eta = 0) summed up to each distinct time, shape (times,)."""
        at = self.risk_sets(y, eta, weight)
        return np.asarray(at.until(at.c / at.total) * np.exp(-at.top))

    def value(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """F for equal weights of 1, spread evenly over the events of each time, shape (n,)."""
        ones = np.ones(len(y))
        at = self.risk_sets(y, eta, ones)
        counts = np.bincount(at.group[y > 0], minlength=int(at.group.max()) + 1)
        alone = np.bincount(at.time, at.c, len(counts))[at.time] * (1.0 - at.tied)
        logs = np.bincount(at.time, at.c * (np.log(at.total / alone) + at.top), len(counts))
        return np.where(y > 0, logs[at.group] / np.maximum(counts, 1)[at.group] - eta, 0.0)

    def gradient(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """Slope of F for weights of 1, shape (n,)."""
        return self.slope(y, eta, np.ones(len(y)))

    def curvature(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """Bounding curvatures for weights of 1, shape (n,); see `bend`."""
        return self.bend(y, eta, np.ones(len(y)))

    def conjugate(self, y: FloatArray, u: FloatArray) -> FloatArray:
        """Has no closed form; `excess` bounds it where a certificate needs it."""
        raise NotImplementedError("the partial likelihood has no conjugate in closed form: see Cox.excess")

    def check_target(self, y: FloatArray) -> str | None:
        """Has to hold an event."""
        return None if np.any(y > 0) else "no row has an event: the partial likelihood needs at least one"

    def __repr__(self) -> str:
        return f"Cox({self.ties!r})"
