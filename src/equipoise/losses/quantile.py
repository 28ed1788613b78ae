"""Quantile ("pinball") loss, whose minimiser is a quantile (Koenker and Bassett 1978)."""

from __future__ import annotations

from typing import final

import numpy as np

from equipoise.errors import InputError
from equipoise.losses.base import FloatArray
from equipoise.losses.kinked import Kinked, Pieces

__all__ = ["Quantile"]


@final
class Quantile(Kinked):
    """q (y - eta) where the target lies above the prediction, (1 - q) (eta - y) below.

    Parameters
    ----------
    quantile : float, default 0.5
        Strictly between 0 and 1; 0.5 is half the absolute error.

    Raises
    ------
    InputError
        If the quantile is not strictly between 0 and 1.

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> eq.losses.Quantile(0.9).value(np.array([1.0, 1.0]), np.array([0.0, 2.0])).round(3)
    array([0.9, 0.1])
    """

    name = "quantile"
    task = "regression"
    score_name = "mean quantile loss"

    def __init__(self, quantile: float = 0.5) -> None:
        if not (isinstance(quantile, (int, float, np.number)) and 0.0 < quantile < 1.0):
            raise InputError(f"Quantile: quantile {quantile!r} is not strictly between 0 and 1")
        self.quantile = float(quantile)

    def pieces(self, y: FloatArray) -> Pieces:
        """Both ends at the target."""
        ones = np.ones_like(y)
        return -self.quantile * ones, y, (1.0 - self.quantile) * ones, y

    def __repr__(self) -> str:
        return f"Quantile({self.quantile!r})"
