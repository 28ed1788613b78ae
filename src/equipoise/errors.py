"""Errors and warnings that teach: what happened, which value, what to do.

Every room may raise these; they stand below all rooms and import nothing. The command line prints an
`InputError` as one sentence, without a traceback.
"""

from __future__ import annotations

__all__ = ["CertificateWarning", "EquipoiseError", "FindingWarning", "InputError"]


class EquipoiseError(Exception):
    """Root of all errors that Equipoise raises on purpose."""


class InputError(EquipoiseError, ValueError):
    """The data, the file or a setting cannot be used; the message names it and says what to do."""


class FindingWarning(UserWarning):
    """The data is legal but suspicious, and was treated in the way that the message says."""


class CertificateWarning(UserWarning):
    """A fit ended without its certificate: no finite minimiser exists, or the iterations ran out."""
