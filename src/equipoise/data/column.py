"""One column: a kind, an array of numbers or codes, and the levels that codes point to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from equipoise.errors import InputError

__all__ = ["CODED", "KINDS", "Column", "Kind", "level_order", "moment_label", "number_label"]

Kind = Literal["number", "integer", "boolean", "category", "datetime", "text"]

KINDS: tuple[Kind, ...] = get_args(Kind)
CODED: frozenset[str] = frozenset({"boolean", "category", "text"})


@dataclass(frozen=True)
class Column:
    """One column of a `Table`.

    Parameters
    ----------
    name : str
        Unique within its table.
    kind : {"number", "integer", "boolean", "category", "datetime", "text"}
        ``"text"`` also stands for identifiers: values that name a row rather than describe it.
    values : ndarray of shape (n,)
        float64 for number, integer and datetime (microseconds since 1970 UTC), NaN where missing; int32 codes into
        `levels` for boolean, category and text, -1 where missing.
    levels : tuple of str or None
        Sorted labels of the coded kinds; None for the others.

    Raises
    ------
    InputError
        If kind, dtype and levels do not belong together.

    Examples
    --------
    >>> import numpy as np
    >>> from equipoise.data import Column
    >>> sex = Column("sex", "category", np.array([0, 1, -1], np.int32), ("female", "male"))
    >>> sex.labels().tolist(), sex.n_missing
    (['female', 'male', None], 1)
    """

    name: str
    kind: Kind
    values: NDArray[Any]
    levels: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(f"column {self.name!r} has kind {self.kind!r}; choose one of {', '.join(KINDS)}")
        wanted = np.int32 if self.coded else np.float64
        if self.values.dtype != wanted or self.values.ndim != 1:
            raise InputError(
                f"column {self.name!r} of kind {self.kind} needs a vector of {np.dtype(wanted).name}, "
                f"not {self.values.dtype} with shape {self.values.shape}"
            )
        if self.coded != (self.levels is not None):
            raise InputError(f"column {self.name!r} of kind {self.kind}: levels belong to coded kinds only")

    @property
    def coded(self) -> bool:
        """Whether `values` are codes into `levels`."""
        return self.kind in CODED

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Mask of missing values."""
        return self.values < 0 if self.coded else np.isnan(self.values)

    @property
    def n_missing(self) -> int:
        """Number of missing values."""
        return int(self.missing.sum())

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: NDArray[Any]) -> Column:
        """Return the given rows (integer indices or a boolean mask), levels unchanged."""
        return replace(self, values=self.values[rows])

    def distinct(self) -> int:
        """Count the different non-missing values."""
        present = self.values[~self.missing]
        if self.coded:
            return int(np.count_nonzero(np.bincount(present, minlength=1)))
        return len(np.unique(present))

    def labels(self) -> NDArray[np.object_]:
        """Values as strings, None where missing; whole numbers without a point, dates as ISO 8601."""
        if self.levels is not None:
            words: NDArray[np.object_] = np.array([*self.levels, None], dtype=object)
            return words.take(self.values, mode="wrap")
        unique, where = np.unique(self.values, return_inverse=True)
        label = moment_label if self.kind == "datetime" else number_label
        texts = np.array([None if np.isnan(v) else label(v) for v in unique] + [None], dtype=object)
        return texts.take(where)


def is_missing(value: object) -> bool:
    """Say whether a single value stands for a missing one: None, NaN, NaT, or what pandas has for it.

    >>> [is_missing(value) for value in (None, float("nan"), 0, "", "nan")]
    [True, True, False, False, False]
    """
    try:
        return value is None or bool(value != value)  # only what is missing differs from itself
    except (TypeError, ValueError):  # pandas does not say whether its own does
        return True


def number_label(value: float) -> str:
    """Shortest text of a number: ``3.0`` is ``'3'``, ``0.1`` is ``'0.1'``.

    >>> number_label(3.0), number_label(0.1), number_label(1e300)
    ('3', '0.1', '1e+300')
    """
    return str(int(value)) if abs(value) < 2**53 and value == int(value) else repr(float(value))


def moment_label(value: float) -> str:
    """ISO 8601 text of microseconds since 1970, as short as the moment allows.

    >>> moment_label(0.0), moment_label(3.6e9), moment_label(1.5e6)
    ('1970-01-01', '1970-01-01T01:00:00', '1970-01-01T00:00:01.500000')
    """
    whole = "D" if value % 86_400e6 == 0 else "s" if value % 1e6 == 0 else "us"
    return str(np.datetime64(int(value), "us").astype(f"datetime64[{whole}]"))


def level_order(words: NDArray[np.object_]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Sort the distinct words and return them with the code of each word; None has code -1."""
    levels = sorted({word for word in words if word is not None})
    rank: dict[str | None, int] = {word: code for code, word in enumerate(levels)}
    rank[None] = -1
    return tuple(levels), np.fromiter((rank[word] for word in words), np.int32, count=len(words))
