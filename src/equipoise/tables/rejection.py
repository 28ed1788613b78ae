"""Rejection: proposals are kept with the probabilities that come with them, and at most so many are made."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from equipoise.errors import InputError

__all__ = ["accepted"]

_FEWEST, _MOST = 1_000, 1_000_000  # proposals made at a time
_PER_ROW = 1_000  # proposals for each row wanted, before it is given up

Codes = NDArray[np.int32]
Propose = Callable[[int, int], tuple[Codes, NDArray[np.float64]]]


def accepted(propose: Propose, n: int, random: np.random.Generator) -> Codes:
    """Return `n` accepted proposals.

    Parameters
    ----------
    propose : callable
        Gives rows and their probabilities of being accepted, from a number of rows and a running number.
    n : int
    random : numpy.random.Generator

    Raises
    ------
    InputError
        If too few are accepted.
    """
    parts, found, made, position, size = [], 0, 0, 0, max(2 * n, _FEWEST)
    limit = _PER_ROW * max(n, _FEWEST)
    while True:
        rows, probability = propose(size, position)
        kept = rows[random.random(size) < probability][: n - found]
        parts.append(kept)
        found, made, position = found + len(kept), made + size, position + 1
        if found == n:
            return np.concatenate(parts)
        if made >= limit:
            raise InputError(
                f"of {made:,} rows drawn {found:,} meet the condition, {n:,} are asked for; ask for fewer or for less, "
                "or use TableMixture, which draws under any condition"
            )
        size = int(np.clip(1.2 * (n - found) * made / max(found, 1), _FEWEST, min(_MOST, limit - made + 1)))
