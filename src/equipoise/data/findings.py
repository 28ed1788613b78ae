"""What is odd about a table: legal, not repaired in silence, and said in one sentence."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Finding"]


@dataclass(frozen=True)
class Finding:
    """One odd thing about a table.

    Parameters
    ----------
    code : str
        Short stable name such as ``"constant"`` or ``"leak"``.
    column : str or None
        The column concerned; None for the table as a whole.
    message : str
        One sentence: what was found, and what is done or can be done about it.

    Examples
    --------
    >>> from equipoise.data import Finding
    >>> print(Finding("constant", "x", "column 'x' has one value only"))
    column 'x' has one value only
    """

    code: str
    column: str | None
    message: str

    def __str__(self) -> str:
        return self.message
