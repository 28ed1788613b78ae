"""Sparse-group lasso l1_ratio |w|_1 + (1 - l1_ratio) sum_g sqrt(size of g) |w_g| (Simon et al. 2013).

Few groups, and few features in each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from equipoise.errors import InputError
from equipoise.penalties.groups import Grouped

__all__ = ["SparseGroupLasso"]


@final
@dataclass(frozen=True, eq=False)
class SparseGroupLasso(Grouped):
    """Sparse-group lasso l1_ratio |w|_1 + (1 - l1_ratio) sum_g sqrt(size of g) |w_g|_2.

    Parameters
    ----------
    groups : array of shape (p,), optional
        Label of the group of each feature, in any order; every feature is a group of its own if not given.
    l1_ratio : float in [0, 1], default 0.5
        Share of the L1 part: 1 is the lasso, 0 the group lasso.
    factor : array of shape (p,), optional
        Multiplier of the penalty, >= 0 and equal within a group; a feature with 0 is taken out of its group.

    References
    ----------
    Simon, Friedman, Hastie and Tibshirani (2013), "A sparse-group lasso".

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> round(eq.penalties.SparseGroupLasso([0, 0, 1], l1_ratio=0.5).value(np.array([3.0, 4.0, -1.0])), 4)
    8.0355
    """

    name = "sparse_group_lasso"

    l1_ratio: float = 0.5

    def __post_init__(self) -> None:
        if not 0.0 <= self.l1_ratio <= 1.0:
            raise InputError(f"SparseGroupLasso: l1_ratio {self.l1_ratio} is not in [0, 1]")

    def mixture(self) -> float:
        """Share of the L1 part."""
        return self.l1_ratio
