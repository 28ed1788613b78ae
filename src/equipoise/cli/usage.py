"""Wrong use that the parser cannot see: options that do not go together."""

from __future__ import annotations

from pathlib import Path

from equipoise.errors import InputError

__all__ = ["UsageError", "check_target"]


class UsageError(InputError):
    """The options do not go together; the exit code is 2."""


def check_target(data: Path | None, target: str | None) -> None:
    """Raise if there is a table of the user's own and no column to predict."""
    if data is not None and target is None:
        raise UsageError("no target is given; add --target COLUMN, the column to predict")
