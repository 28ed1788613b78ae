"""Findings about a table: filled in shortly."""

from __future__ import annotations

from equipoise.data.findings import Finding
from equipoise.data.table import Table

__all__ = ["inspect"]


def inspect(table: Table, target: str | None = None, folds: int = 5) -> tuple[Finding, ...]:  # noqa: ARG001
    """Return what is odd about a table."""
    return table.origin.notes
