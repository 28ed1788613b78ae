"""Read a record in which anything may be absent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equipoise.report.numbers import as_float
from equipoise.report.plots._style import clean

__all__ = ["Figure", "Record", "arm_labels", "column", "items", "matrix", "metric_name", "part", "values", "word"]

Record = Mapping[str, Any]

_METRICS = {
    "log_loss": "log loss",
    "squared_error": "squared error",
    "absolute_error": "absolute error",
    "roc_auc": "ROC AUC",
    "r2": "R²",
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
}


@dataclass(frozen=True)
class Figure:
    """A drawing, what it is, and how to read it."""

    svg: str
    title: str
    how: str


def part(record: Record, *keys: str) -> Record:
    """Return a nested mapping, empty where there is none."""
    value: Any = record
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def items(record: Record, key: str) -> list[Record]:
    """Return the mappings of a list, none where there is no list."""
    value = record.get(key)
    return [item for item in _list(value) if isinstance(item, Mapping)]


def values(record: Record, key: str) -> NDArray[np.float64]:
    """Return a list of numbers as a vector, with NaN for null."""
    value = record.get(key)
    return _vector(_list(value))


def matrix(record: Record, key: str) -> NDArray[np.float64]:
    """Return a list of equally long lists as a matrix, empty where they are not."""
    value = record.get(key)
    rows = [_vector(_list(row)) for row in _list(value)]
    return np.stack(rows) if rows and len({len(row) for row in rows}) == 1 else np.empty((0, 0))


def column(records: Sequence[Record], *keys: str) -> NDArray[np.float64]:
    """Return one number of each record as a vector, with NaN where it is absent."""
    return _vector([part(record, *keys[:-1]).get(keys[-1]) for record in records])


def word(record: Record, key: str, default: str = "", limit: int = 60) -> str:
    """Return a text of the record, on one line and at most `limit` characters long."""
    value = record.get(key)
    return default if value is None else clean(value, limit)


def metric_name(key: str) -> str:
    """Return what people call a metric.

    >>> metric_name("roc_auc"), metric_name("pinball_loss")
    ('ROC AUC', 'pinball loss')
    """
    return _METRICS.get(key, clean(key.replace("_", " ")))


def arm_labels(record: Record) -> dict[str, str]:
    """Return the label of each arm by its name."""
    return {str(arm.get("name")): word(arm, "label", word(arm, "name", "unnamed")) for arm in items(record, "arms")}


def _vector(entries: Sequence[Any]) -> NDArray[np.float64]:
    known = [as_float(entry) for entry in entries]
    return np.array([np.nan if entry is None else entry for entry in known], dtype=np.float64)


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()
