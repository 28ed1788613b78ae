"""The contract of a loss: what one sample costs, as a function of its linear predictor `eta`.

A loss is 0 at the best possible `eta` of its sample (half a deviance), so that losses can be compared with zero.
The convex conjugate f*(u) = sup_eta u eta - f(eta) turns any fit into a certificate: for weights s that sum to 1,

    sum_i s_i f(y_i, eta_i) + penalty(w)  >=  - sum_i s_i f*(y_i, u_i) - penalty*(-X'Su)    for every u,

and the difference of the two sides is the duality gap (Rockafellar 1970, section 31).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["FloatArray", "Loss", "Task"]

FloatArray = NDArray[np.float64]
Task = Literal["regression", "binary", "multiclass"]


class Loss(ABC):
    """A convex loss of one sample; arrays in, arrays of the same length out.

    Attributes
    ----------
    name : str
        Id in the catalogue, and of the compiled kernel if there is one.
    task : {"regression", "binary", "multiclass"}
        What kind of target it is for.
    score_name : str
        What `score` is called in tables and plots.
    score_factor : float
        `score = score_factor * value`: 2 where the field speaks of the squared error or the deviance.
    compiled : bool
        Whether the compiled core knows it by its name.
    separable : bool
        Whether `total` is a sum of `value` over rows; if not, `total` and `slope` are all there is.
    separate : bool
        Whether K columns of targets are K problems whose losses are added (one class against the rest).
    """

    name: ClassVar[str]
    task: ClassVar[Task]
    score_name: ClassVar[str]
    score_factor: ClassVar[float] = 1.0
    compiled: ClassVar[bool] = True
    separable: ClassVar[bool] = True
    separate: ClassVar[bool] = False

    @abstractmethod
    def value(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """Loss of each sample, shape (n,)."""

    @abstractmethod
    def gradient(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """First derivative in `eta`, of the shape of `eta`."""

    @abstractmethod
    def curvature(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """Second derivative in `eta`: shape (n,), or (n, K, K) for K linear predictors."""

    def model_curvature(self, y: FloatArray, eta: FloatArray) -> FloatArray:
        """Curvature for a Newton step: `curvature`, raised where flat stretches would leave nothing to step with."""
        return self.curvature(y, eta)

    @abstractmethod
    def conjugate(self, y: FloatArray, u: FloatArray) -> FloatArray:
        """Convex conjugate at `u` (of the shape of `eta`), shape (n,); inf outside its domain."""

    def mean(self, eta: FloatArray) -> FloatArray:
        """What the linear predictor predicts: the inverse of the link."""
        return eta

    def total(self, y: FloatArray, eta: FloatArray, weight: FloatArray) -> float:
        """Weighted sum of the losses; rows of weight 0 take no part, whatever stands there."""
        values = self.value(y, eta)
        return float(np.sum(np.where(weight > 0, weight * (values if values.ndim == 1 else values.sum(axis=1)), 0.0)))

    def slope(self, y: FloatArray, eta: FloatArray, weight: FloatArray) -> FloatArray:
        """Gradient of `total` in `eta`, of the shape of `eta`."""
        s = weight if eta.ndim == 1 else weight[:, None]
        return np.where(s > 0, s * self.gradient(y, eta), 0.0)

    def excess(self, y: FloatArray, eta: FloatArray, weight: FloatArray, scale: float) -> float:
        """F(eta) + F*(u) - u'eta at u = `scale * slope`, F being `total`: what the loss adds to the gap; or a bound."""
        u = scale * self.gradient(y, eta)
        product = u * eta if eta.ndim == 1 else np.sum(u * eta, axis=1)
        terms = self.conjugate(y, u) - product
        return self.total(y, eta, weight) + float(np.sum(np.where(weight > 0, weight * terms, 0.0)))

    def start(self, y: FloatArray, weight: FloatArray) -> float:
        """A constant linear predictor to start the search for the best intercept from."""
        return 0.0

    def check_target(self, y: FloatArray) -> str | None:
        """What is wrong with the target, as a sentence, or None."""
        return None

    @property
    def parameter(self) -> float:
        """The one number that the compiled kernel takes, 0 if none."""
        return 0.0

    def score(self, y: FloatArray, eta: FloatArray, weight: FloatArray | None = None) -> float:
        """Weighted mean of `score_factor * value`."""
        return float(self.score_factor * np.average(self.value(y, eta), weights=weight))

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def __eq__(self, other: Any) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((type(self), tuple(sorted(vars(self).items()))))


def log_of_mean(y: FloatArray, weight: FloatArray) -> float:
    """Log of the weighted mean: the intercept of the null model under the log link."""
    mean = float(weight @ np.where(weight > 0, y, 0.0)) / float(weight.sum())
    return float(np.log(mean)) if mean > 0.0 else 0.0


def name_bad_target(y: FloatArray, good: NDArray[np.bool_], loss: str, needed: str) -> str | None:
    """A sentence about the first row whose target the loss cannot take, or None."""
    if np.all(good):
        return None
    row = int(np.argmin(good))
    return f"the {loss} loss needs a target {needed}, but row {row} holds {y[row]:g}"
