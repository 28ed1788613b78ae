"""Wrong use that the parser cannot see: options that do not go together."""

from __future__ import annotations

from equipoise.errors import InputError

__all__ = ["UsageError"]


class UsageError(InputError):
    """The options do not go together; the exit code is 2."""
