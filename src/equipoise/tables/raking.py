"""Margins of a generator made those of its training rows: the biases of its last layer move until they agree.

What two players leave undone in single columns is known exactly, and cheap to mend. A slot that is drawn with frequency
q where the rows have p gets ``log p - log q`` added to its logit, again and again, since the slots of a row hang
together; the dependence that the generator has learned stays as it is. This is iterative proportional fitting (Deming
and Stephan, *On a least squares adjustment of a sampled frequency table when the expected marginal totals are known*
(1940)), on the logits of a sampler.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from equipoise.tables.layout import Layout

__all__ = ["frequencies", "raked"]

_ROUNDS: Final = 6
_SHARE: Final = 0.8  # of the way that is gone in a round: the whole of it would swing
_LEAST: Final = 0.5  # counts to which none is taken: a logarithm must not run away on slots that luck left out
_FURTHEST: Final = 2.0  # of a round's step


def frequencies(layout: Layout, codes: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return how often each slot is taken, shape (layout.size,), from slot numbers of shape (n, layout.columns).

    Examples
    --------
    >>> from equipoise.tables.layout import Group
    >>> frequencies(Layout((Group(1, 2, False), Group(1, 3, False))), np.array([[0, 2], [1, 2]], np.int32)).tolist()
    [0.5, 0.5, 0.0, 0.0, 1.0]
    """
    found = np.bincount((codes + layout.offsets[:-1]).ravel(), minlength=layout.size)
    return found / max(len(codes), 1)


def raked(
    layout: Layout,
    codes: NDArray[np.int32],
    bias: NDArray[np.float32],
    draw: Callable[[NDArray[np.float32], int], NDArray[np.int32]],
) -> NDArray[np.float32]:
    """Return biases with which the slots of each column are drawn as often as training rows take them.

    Parameters
    ----------
    layout : Layout
    codes : array of shape (n, layout.columns)
        Slot numbers of the training rows.
    bias : array of shape (layout.size,)
        Of the logits, as learned.
    draw : callable
        ``draw(bias, round)`` gives slot numbers drawn with other biases; the more of them, the finer the margins.

    Returns
    -------
    array of shape (layout.size,)
        Those of the round whose margins were nearest, the first included: margins never get worse than by luck.
    """
    real = frequencies(layout, codes)
    found: list[tuple[float, NDArray[np.float32]]] = []
    for number in range(_ROUNDS + 1):
        drawn = draw(bias, number)
        now = frequencies(layout, drawn)
        found.append((float(np.abs(now - real).sum()), bias))
        least = _LEAST / len(drawn)
        off = np.log(np.maximum(real, least)) - np.log(np.maximum(now, least))
        bias = (bias + _SHARE * np.clip(off, -_FURTHEST, _FURTHEST)).astype(np.float32)
    return min(found, key=lambda entry: entry[0])[1]
