"""Adaptive weights (Zou 2006): penalise each feature by the inverse of a first estimate of its coefficient.

What was large at first is shrunk less in the second fit, what was small is dropped: the lasso's bias goes, and the
selection becomes consistent.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from equipoise.errors import InputError
from equipoise.penalties.base import Penalty
from equipoise.penalties.groups import Grouped

__all__ = ["adaptive"]

P = TypeVar("P", bound=Penalty)


def adaptive(penalty: P, initial_coef: ArrayLike, gamma: float = 1.0, floor: float = 1e-3) -> P:
    """The penalty with factors that a first fit suggests: factor_j / |coef_j|^gamma, scaled to mean 1.

    In a group penalty the norm of the group over the square root of its size takes the place of |coef_j|.

    Parameters
    ----------
    penalty : Penalty
        Its own factors are kept as multipliers.
    initial_coef : array of shape (p,)
        Coefficients of a first fit, of ridge for example; with `standardize`, times the deviation of the columns.
    gamma : float > 0, default 1
        The larger, the more the first fit decides.
    floor : float, default 1e-3
        Coefficients below this share of the largest count as that large, so that no factor is infinite.

    Returns
    -------
    Penalty
        Of the same class.

    References
    ----------
    Zou (2006), "The adaptive lasso and its oracle properties".

    Examples
    --------
    >>> import equipoise as eq
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> first = eq.Ridge(alpha=eq.LeaveOneOut()).fit(X, y)
    >>> second = eq.Lasso(penalty=eq.penalties.adaptive(eq.penalties.L1(), first.coef_)).fit(X, y)
    >>> bool((second.coef_ != 0).sum() < 10)
    True
    """
    size = np.abs(np.asarray(initial_coef, dtype=np.float64))
    if size.ndim != 1 or not np.all(np.isfinite(size)):
        raise InputError(f"adaptive: initial_coef of shape {size.shape} is not a vector of numbers")
    if not np.any(size > 0) or not gamma > 0:
        raise InputError("adaptive: initial_coef is all 0 or gamma is not > 0; take a first fit with a smaller alpha")
    before = penalty.factors(size.size)
    if isinstance(penalty, Grouped):
        codes = penalty.layout(size.size).codes
        size = np.sqrt(np.bincount(codes, size**2) / np.maximum(np.bincount(codes), 1))[codes]
    factor = before / np.maximum(size, floor * size.max()) ** gamma
    bound = factor > 0
    return replace(penalty, factor=factor / (factor[bound].mean() if np.any(bound) else 1.0))
