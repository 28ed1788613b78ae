"""Group lasso sum_g sqrt(size of g) |w_g| (Yuan and Lin 2006): whole groups of features enter or stay out.

For features that belong together: the columns of one category, of one gene's probes, of one spline basis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from equipoise.penalties.groups import Grouped

__all__ = ["GroupLasso"]


@final
@dataclass(frozen=True, eq=False)
class GroupLasso(Grouped):
    """Group lasso sum_g sqrt(size of g) |w_g|_2.

    Parameters
    ----------
    groups : array of shape (p,), optional
        Label of the group of each feature, in any order; every feature is a group of its own if not given, which is L1.
    factor : array of shape (p,), optional
        Multiplier of the penalty, >= 0 and equal within a group; a feature with 0 is taken out of its group.

    References
    ----------
    Yuan and Lin (2006), "Model selection and estimation in regression with grouped variables".

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> round(eq.penalties.GroupLasso(["a", "a", "b"]).value(np.array([3.0, 4.0, -1.0])), 4)
    8.0711
    """

    name = "group_lasso"
