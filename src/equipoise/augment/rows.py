"""What scikit-learn passes on, X and y, as one table, and drawn rows back in the make of X and y."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equipoise.augment.generate import When, generated
from equipoise.data import Column, Table, align
from equipoise.data.column import is_missing
from equipoise.data.encoding import as_table, is_frame
from equipoise.errors import InputError
from equipoise.tables.synthesizer import Synthesizer

__all__ = ["added_rows", "check_target", "default_synthesizer", "join"]


def check_target(y: NDArray[Any]) -> NDArray[Any]:
    """Return the target of a data frame's rows if there are any and none of them is missing.

    Raises
    ------
    InputError
        The message says how many are missing.

    Examples
    --------
    >>> check_target(np.array(["no", None], dtype=object))
    Traceback (most recent call last):
    equipoise.errors.InputError: y is missing in 1 of 2 rows, first in row 1; drop these rows or fill them in
    """
    if not len(y):
        raise InputError("X and y have no rows; give at least one")
    missing = np.array([is_missing(value) for value in y.tolist()])
    if missing.any():
        raise InputError(
            f"y is missing in {missing.sum()} of {len(y)} rows, first in row {missing.argmax()}; "
            "drop these rows or fill them in"
        )
    return y


def default_synthesizer() -> Synthesizer:
    """Sequential trees: mixed columns, missing values, and a fit in seconds."""
    from equipoise.tables import TableTrees

    found: Synthesizer = TableTrees()
    return found


def join(X: Any, y: NDArray[Any], classes: NDArray[Any] | None) -> tuple[Table, str]:
    """Return X and y as one table, and the name of its target.

    Parameters
    ----------
    X : array or data frame of shape (n, p)
    y : array of shape (n,)
        Codes into `classes`, or numbers.
    classes : array, optional
        Labels of the classes; none for a number.
    """
    features = as_table(X)
    name = "target"
    while name in features:
        name += "_"
    if classes is None:
        column = Column(name, "number", np.asarray(y, dtype=np.float64))
    else:
        levels = tuple(f"{code:0{len(str(len(classes)))}d}" for code in range(len(classes)))
        column = Column(name, "category", np.asarray(y, dtype=np.int32), levels)
    return replace(features, columns=(*features.columns, column)), name


def added_rows(
    X: Any, y: NDArray[Any], classes: NDArray[Any] | None, synthesizer: Any, multiple: float, when: When, seed: int
) -> tuple[Any, NDArray[Any], int]:
    """Return X and y with the generated rows after them, and the number of these.

    `y` holds codes into `classes`, or numbers; so does what comes back.
    """
    table, target = join(X, y, classes)
    drawn = generated(
        table,
        target,
        classes is not None,
        default_synthesizer() if synthesizer is None else synthesizer,
        multiple,
        when,
        seed,
    )
    if drawn is None:
        return X, y, 0
    new_y = np.asarray(drawn[target].values)
    features = table.drop([target])
    new = align(drawn, features)  # drawn texts have labels of their own, which come after the real ones
    features = replace(features, columns=tuple(map(_with_levels, features.columns, new.columns)))
    longer = np.concatenate([y, new_y.astype(y.dtype)])
    if is_frame(X):
        return replace(features.concat(new), origin=features.origin).to_frame(), longer, len(drawn)
    return np.concatenate([np.asarray(X), _array(new, np.asarray(X).dtype)]), longer, len(drawn)


def _with_levels(column: Column, longer: Column) -> Column:
    return replace(column, levels=longer.levels)


def _array(table: Table, dtype: Any) -> NDArray[Any]:
    if np.dtype(dtype).kind in "biuf":
        return np.column_stack([column.values for column in table.columns]).astype(dtype)
    columns = [c.labels() if c.coded else c.values.astype(object) for c in table.columns]
    return np.column_stack(columns).astype(dtype)
