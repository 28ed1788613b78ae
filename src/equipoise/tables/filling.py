"""Missing cells filled from the drawn rows that are most like the incomplete one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from equipoise.data import Column, Table
from equipoise.data.column import level_order
from equipoise.tables.codec import TableCodec

__all__ = ["DONORS", "filled", "patched"]

DONORS = 10_000  # rows drawn to fill from
_NEAREST = 10  # of them, one at random
_CHUNK = 256  # rows compared with all donors at a time

Codes = NDArray[np.int32]


def filled(
    codec: TableCodec, codes: Codes, unknown: NDArray[np.bool_], donors: Codes, random: np.random.Generator
) -> Codes:
    """Return the rows, each unknown cell from one of the ten donors nearest in what is known.

    A number counts by the difference of its normal scores, at most 1, anything else by whether it differs. A donor that
    misses a value itself gives way to a draw from the column's own law.
    """
    result = codes.copy()
    columns = codec.placed
    for first in range(0, len(codes), _CHUNK):
        part = slice(first, first + _CHUNK)
        far = np.zeros((len(codes[part]), len(donors)), np.float32)
        for place, column in enumerate(columns):
            mine, theirs = codes[part, place][:, None], donors[:, place][None]
            apart = (mine != theirs).astype(np.float32)
            if column.ordered:
                scores = column.scores().astype(np.float32)
                apart = np.minimum(np.abs(scores[mine] - scores[theirs]), 1.0)
            # a donor that lacks what is to be filled is as far as one that differs in it
            far += np.where(unknown[part, place][:, None], theirs == column.width - 1, apart)
        nearest = np.argpartition(far, min(_NEAREST, len(donors)) - 1, axis=1)[:, :_NEAREST]
        chosen = nearest[np.arange(len(far)), random.integers(nearest.shape[1], size=len(far))]
        result[part] = np.where(unknown[part], donors[chosen], codes[part])
    for place, column in enumerate(columns):
        lacking = unknown[:, place] & (result[:, place] == column.width - 1)
        shares = column.counts[:-1] / max(column.counts[:-1].sum(), 1)
        if lacking.any():
            result[lacking, place] = random.choice(column.width - 1, int(lacking.sum()), p=shares)
    return result


def patched(table: Table, other: Table) -> Table:
    """Return the table with its missing values taken from another one of as many rows."""
    return replace(table, columns=tuple(map(_patched, table.columns, other.columns)))


def _patched(column: Column, other: Column) -> Column:
    if not column.missing.any():
        return column
    if column.levels == other.levels:
        return replace(column, values=np.where(column.missing, other.values, column.values))
    levels, codes = level_order(np.where(column.missing, other.labels(), column.labels()))
    return replace(column, values=codes, levels=levels)
