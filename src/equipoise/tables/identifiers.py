"""Texts and identifiers are never memorised: only the shape of a value is learned, and new values are made of it.

The shape of ``AB-1042`` is ``AA-0000``. A shape that fewer than five rows share could point to a row and is not kept.
"""

from __future__ import annotations

import string
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from equipoise.data import Column

__all__ = ["fresh_labels", "label_shapes"]

_FEWEST, _MOST = 5, 64  # rows that must share a shape, and number of shapes kept
_CLASSES = {"0": string.digits, "A": string.ascii_uppercase, "a": string.ascii_lowercase}
_SHAPE = str.maketrans(
    dict.fromkeys(string.digits, "0")
    | dict.fromkeys(string.ascii_uppercase, "A")
    | dict.fromkeys(string.ascii_lowercase, "a")
)


def label_shapes(column: Column) -> dict[str, int]:
    """Count the shapes of a column's values, most frequent first.

    Examples
    --------
    >>> import numpy as np
    >>> from equipoise.data import Column
    >>> levels = tuple(f"AB-{i}" for i in range(10, 16))
    >>> label_shapes(Column("id", "text", np.arange(6, dtype=np.int32), levels))
    {'AA-00': 6}
    """
    shapes: Counter[str] = Counter()
    levels = column.levels or ()
    for code, count in zip(*np.unique(column.values[~column.missing], return_counts=True), strict=True):
        shapes[_shape(levels[code])] += int(count)
    return {shape: count for shape, count in shapes.most_common(_MOST) if count >= _FEWEST}


def fresh_labels(shapes: dict[str, int], n: int, random: np.random.Generator) -> NDArray[np.str_]:
    """Make `n` labels of the given shapes; ``row-1``, ``row-2``, ... where there is no shape.

    Examples
    --------
    >>> import numpy as np
    >>> [len(label) for label in fresh_labels({"AA-00": 6}, 2, np.random.default_rng(0))]
    [5, 5]
    >>> fresh_labels({}, 2, np.random.default_rng(0)).tolist()
    ['row-1', 'row-2']
    """
    if not shapes:
        return np.array([f"row-{i + 1}" for i in range(n)], dtype=np.str_)
    names, counts = list(shapes), np.array(list(shapes.values()), float)
    chosen = random.choice(len(names), size=n, p=counts / counts.sum())
    labels = np.empty(n, dtype=f"<U{max(map(len, names))}")
    for index, name in enumerate(names):
        rows = np.flatnonzero(chosen == index)
        letters = [_letters(mark, len(rows), random) for mark in name]
        labels[rows] = ["".join(word) for word in zip(*letters, strict=True)]
    return labels


def _shape(label: str) -> str:
    """Digits and letters by class; a letter of another script becomes 'a', lest the text itself be kept."""
    return "".join(c if not c.isalnum() or c in _CLASSES else "a" for c in label.translate(_SHAPE))


def _letters(mark: str, n: int, random: np.random.Generator) -> list[str]:
    alphabet = _CLASSES.get(mark, mark)
    return [alphabet[i] for i in random.integers(len(alphabet), size=n)]
