"""How much columns tell of each other: mutual information of slots, in classes of at most 32, and an order by it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["coarse", "informed_order", "mutual_information"]

_CLASSES = 32

Codes = NDArray[np.int32]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def coarse(slots: Codes, scores: Floats) -> Ints:
    """Sort slots into at most 32 classes: a category's rarest share one, a number's frequent slots have their own.

    The other slots of a number lie in classes of equal shares, so that a spike (0 in a column of zeros and amounts)
    leaves the rest as finely parted as the classes allow.

    Parameters
    ----------
    slots : ndarray of shape (n,)
    scores : ndarray of shape (width,)
        Ranks of the slots; all 0 for a category.

    Examples
    --------
    >>> import numpy as np
    >>> coarse(np.array([1, 0, 1], np.int32), np.zeros(4)).tolist()
    [1, 0, 1]
    """
    counts = np.bincount(slots, minlength=len(scores))
    if np.count_nonzero(counts) <= _CLASSES:
        return np.unique(slots, return_inverse=True)[1].astype(np.int64)
    of_slot = np.empty(len(counts), np.int64)
    if scores.any():
        alone = counts * _CLASSES >= counts.sum()
        order = np.argsort(scores, kind="stable")
        rest = np.where(alone, 0, counts)[order]
        middle = np.cumsum(rest) - 0.5 * rest
        # not all can be alone, for there are more slots than classes
        of_slot[order] = np.floor(middle / rest.sum() * (_CLASSES - alone.sum()))
        of_slot[alone] = _CLASSES + np.arange(alone.sum())
        return np.unique(of_slot[slots], return_inverse=True)[1].astype(np.int64)
    of_slot[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    return np.minimum(of_slot, _CLASSES - 1)[slots]


def mutual_information(classes: Sequence[Ints]) -> Floats:
    """Return the mutual information of every pair of columns in nats, less what chance would give; 0 on the diagonal.

    Chance gives ``(r - 1) (c - 1) / 2n`` on average (Miller, *Note on the bias of information estimates* (1955)).

    Examples
    --------
    >>> import numpy as np
    >>> coin = np.arange(1000) % 2
    >>> mutual_information([coin, coin])[0, 1].round(2)
    np.float64(0.69)
    """
    found = np.zeros((len(classes), len(classes)))
    for i, first in enumerate(classes):
        for j, second in enumerate(classes[:i]):
            found[i, j] = found[j, i] = _pair(first, second)
    return found


def informed_order(information: Floats) -> list[int]:
    """Return the columns, the one first that shares most with all the others together.

    Examples
    --------
    >>> import numpy as np
    >>> informed_order(np.array([[0, 0.1, 0], [0.1, 0, 0.4], [0, 0.4, 0]]))
    [1, 2, 0]
    """
    return [int(column) for column in np.argsort(-information.sum(axis=1), kind="stable")]


def _pair(first: Ints, second: Ints) -> float:
    shape = int(first.max(initial=0)) + 1, int(second.max(initial=0)) + 1
    joint = np.bincount(first * shape[1] + second, minlength=shape[0] * shape[1]).reshape(shape) / len(first)
    apart = joint.sum(axis=1)[:, None] * joint.sum(axis=0)
    used = joint > 0
    chance = (shape[0] - 1) * (shape[1] - 1) / (2 * len(first))
    return max(float(np.sum(joint[used] * np.log(joint[used] / apart[used]))) - chance, 0.0)
