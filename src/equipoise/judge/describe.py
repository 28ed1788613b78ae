"""The part of a record about the data: kinds, classes, and a fingerprint."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from equipoise.data import Column, Table

__all__ = ["describe", "fingerprint"]


def describe(table: Table, target: str, task: str, classes: tuple[str, ...], counts: list[int]) -> dict[str, Any]:
    """Return name, size, target and columns of a table."""
    return {
        "name": Path(table.origin.name).name,
        "rows": len(table),
        "columns": len(table.columns),
        "target": target,
        "task": task,
        "classes": list(classes),
        "class_counts": counts,
        "sha256": fingerprint(table),
        "kinds": [_column(column) for column in table.columns],
    }


def fingerprint(table: Table) -> str:
    """SHA-256 of names, kinds, levels and values, whatever the file format was.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> fingerprint(embedded("iris")) == fingerprint(embedded("wine"))
    False
    """
    digest = hashlib.sha256()
    for column in table.columns:
        digest.update(repr((column.name, column.kind, column.levels)).encode())
        digest.update(np.ascontiguousarray(column.values).tobytes())
    return digest.hexdigest()


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "kind": column.kind,
        "missing": column.n_missing,
        "distinct": column.distinct(),
        "summary": _summary(column),
    }


def _summary(column: Column) -> str:
    present = column.values[~column.missing]
    if not len(present):
        return "all missing"
    if column.levels is not None:
        counts = np.bincount(present, minlength=len(column.levels))
        order = np.argsort(-counts, kind="stable")[:3]
        shown = ", ".join(f"{column.levels[code]} ({counts[code]})" for code in order if counts[code])
        more = column.distinct() - 3
        return f"{shown} and {more} more" if more > 0 else shown
    low, high = float(present.min()), float(present.max())
    if column.kind == "datetime":
        ends = np.array([low, high]).astype("int64").astype("datetime64[us]").astype("datetime64[s]")
        return f"{ends[0]} to {ends[1]}"
    return f"{low:.4g} to {high:.4g}"
