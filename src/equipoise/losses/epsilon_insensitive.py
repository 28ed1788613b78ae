"""Epsilon-insensitive loss of support vector regression (Vapnik 1995): errors up to epsilon are free."""

from __future__ import annotations

from typing import final

import numpy as np

from equipoise.errors import InputError
from equipoise.losses.base import FloatArray
from equipoise.losses.kinked import Kinked, Pieces

__all__ = ["EpsilonInsensitive"]


@final
class EpsilonInsensitive(Kinked):
    """max(0, |y - eta| - epsilon).

    Parameters
    ----------
    epsilon : float >= 0, default 0
        In the units of the target; 0 is the absolute error.

    Raises
    ------
    InputError
        If epsilon is not a number >= 0.

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> eq.losses.EpsilonInsensitive(0.5).value(np.array([1.0, 1.0]), np.array([0.75, 3.0]))
    array([0. , 1.5])
    """

    name = "epsilon_insensitive"
    task = "regression"
    score_name = "mean epsilon-insensitive loss"

    def __init__(self, epsilon: float = 0.0) -> None:
        if not (isinstance(epsilon, (int, float, np.number)) and 0.0 <= epsilon < np.inf):
            raise InputError(f"EpsilonInsensitive: epsilon {epsilon!r} is not a number >= 0")
        self.epsilon = float(epsilon)

    def pieces(self, y: FloatArray) -> Pieces:
        """Slopes -1 and 1 outside of y +- epsilon."""
        ones = np.ones_like(y)
        return -ones, y - self.epsilon, ones, y + self.epsilon

    def __repr__(self) -> str:
        return f"EpsilonInsensitive({self.epsilon!r})"
