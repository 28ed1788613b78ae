"""Data sets that scikit-learn ships, as tables: nothing is downloaded."""

from __future__ import annotations

from typing import Any

import numpy as np

from equipoise.data.column import Column, level_order
from equipoise.data.strings import whole_kind
from equipoise.data.table import Origin, Table
from equipoise.errors import InputError

__all__ = ["EMBEDDED", "embedded"]

EMBEDDED = ("breast_cancer", "diabetes", "digits", "iris", "wine")


def embedded(name: str = "breast_cancer") -> Table:
    """Return a data set that comes with scikit-learn.

    Parameters
    ----------
    name : {"breast_cancer", "diabetes", "digits", "iris", "wine"}
        569 x 31 (two classes), 442 x 11 (regression), 1797 x 65 (ten classes), 150 x 5 and 178 x 14 (three classes).

    Returns
    -------
    Table
        The last column is ``"target"``: class names as strings, or the number to predict.

    Raises
    ------
    InputError
        If the name is none of these.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> embedded()["target"].levels
    ('benign', 'malignant')
    """
    if name not in EMBEDDED:
        raise InputError(f"there is no embedded data set {name!r}; choose one of {', '.join(EMBEDDED)}")
    from sklearn import datasets

    bunch: Any = getattr(datasets, f"load_{name}")()
    columns = []
    for label, values in zip(bunch.feature_names, bunch.data.T, strict=True):
        numbers = np.array(values, dtype=np.float64)
        columns.append(Column(str(label), whole_kind(numbers), numbers))
    return Table((*columns, _target(bunch)), Origin("file", name))


def _target(bunch: Any) -> Column:
    if "target_names" not in bunch:
        values = np.array(bunch.target, dtype=np.float64)
        return Column("target", whole_kind(values), values)
    labels = np.array([str(label) for label in bunch.target_names], dtype=object)[bunch.target]
    levels, codes = level_order(labels)
    return Column("target", "category", codes, levels)
