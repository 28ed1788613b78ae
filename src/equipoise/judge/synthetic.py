"""The part of a record about generated rows: marginals and dependence beside a floor and a ceiling.

All of them are compared with the test part, which no synthesizer saw, and have as many rows as the training part:
independent columns are the floor, the training rows themselves the ceiling.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from equipoise.data import Table
from equipoise.evaluate import column_distance, column_drawing, dependence, shape, trend

__all__ = ["synthetic_part"]

_MOST_COLUMNS = 40
_MOST_ROWS = 5_000


def synthetic_part(train: Table, test: Table, drawn: Mapping[str, Table], floor: Table) -> list[dict[str, Any]]:
    """Describe the rows that each synthesizer drew, the last first: independent columns are the least of news.

    Parameters
    ----------
    train, test : Table
        Real rows; the first 40 columns that are no text count.
    drawn : mapping of name to Table
        Rows that synthesizers drew after being fitted on `train`.
    floor : Table
        Rows with independent columns.
    """
    names = [column.name for column in train.columns if column.kind != "text"][:_MOST_COLUMNS]
    real, rows = _some(test.select(names)), _some(train.select(names))
    tables = {name: _some(table.select(names)) for name, table in drawn.items()}
    low, high = _scores(real, _some(floor.select(names))), _scores(real, rows)
    truth = dependence(real)
    return [
        {
            "name": name,
            "columns": _columns(real, table),
            "dependence": {"names": names, "real": truth.tolist(), "synthetic": dependence(table, real).tolist()},
            **_scores(real, table),
            "floor": low,
            "ceiling": high,
        }
        for name, table in reversed(tables.items())
    ]


def _some(table: Table) -> Table:
    return table if len(table) <= _MOST_ROWS else table.take(np.linspace(0, len(table) - 1, _MOST_ROWS).astype(np.intp))


def _scores(real: Table, other: Table) -> dict[str, float]:
    return {"shape": shape(real, other), "trend": trend(real, other)}


def _columns(real: Table, synthetic: Table) -> list[dict[str, Any]]:
    pairs = ((column, synthetic[column.name]) for column in real.columns)
    return [column_drawing(column, other, column_distance(column, other)) for column, other in pairs]
