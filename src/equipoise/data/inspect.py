"""What is odd about a table and its target, before anything is fitted.

Nothing is repaired here; each `Finding` says what was seen and what will happen or can be done. One small function a
finding, all of them listed in `_COLUMN` and `_TABLE`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from equipoise.data.column import Column
from equipoise.data.design import LARGEST, MAX_LEVELS
from equipoise.data.findings import Finding
from equipoise.data.identifiers import numbers_rows
from equipoise.data.leak import find_leaks
from equipoise.data.table import Table
from equipoise.data.target import require, task_of

__all__ = ["inspect"]


def inspect(table: Table, target: str | None = None, folds: int = 5) -> tuple[Finding, ...]:
    """Report what is suspicious about a table.

    Parameters
    ----------
    table : Table
        As `read_table` returns it.
    target : str, optional
        Column to predict; adds the findings about classes and leaks.
    folds : int, default=5
        Classes with fewer rows than this are reported.

    Returns
    -------
    tuple of Finding
        With the codes ``all-missing``, ``constant``, ``identifier``, ``many-levels``, ``inf``, ``large``,
        ``mixed-types``, ``numbers-as-text``, ``duplicate-rows``, ``target-missing``, ``single-class``,
        ``small-class``, ``leak``, and those noted on reading (``comment-line``, ``header``, ``closing-stop``).

    Raises
    ------
    InputError
        If the target is not a column.

    Examples
    --------
    >>> import pandas as pd
    >>> from equipoise.data import inspect, read_table
    >>> for finding in inspect(read_table(pd.DataFrame({"a": [1, 1, 1], "b": [0.5, 0.7, 0.1]}))):
    ...     print(finding)
    column 'a' has the single value '1'; models leave it out
    """
    found: list[Finding] = []
    features = [column for column in table.columns if column.name != target]
    for column in features:
        found += _about_column(column)
        found += _number_words(column, table)
    found += _duplicate_rows(table)
    if target is not None:
        found += _about_target(require(table, target), folds)
        found += find_leaks(table, target)
    noted = {(note.code, note.column) for note in table.origin.notes}
    return (*table.origin.notes, *(finding for finding in found if (finding.code, finding.column) not in noted))


def _about_column(column: Column) -> Iterator[Finding]:
    distinct = column.distinct()
    if distinct == 0:
        yield Finding(
            "all-missing", column.name, f"column {column.name!r} is missing in every row; models leave it out"
        )
    elif distinct == 1:
        only = next(label for label in column.labels() if label is not None)
        where = "; only where it is missing can tell rows apart" if column.n_missing else "; models leave it out"
        yield Finding("constant", column.name, f"column {column.name!r} has the single value {only!r}{where}")
    else:
        yield from _identifier(column, distinct)
        yield from _levels(column, distinct)
    yield from _extremes(column)


def _identifier(column: Column, distinct: int) -> Iterator[Finding]:
    if column.kind == "text":
        message = (
            f"column {column.name!r} has {distinct} different values in {len(column)} rows and looks like an "
            "identifier or free text; models leave it out unless its kind is set"
        )
        yield Finding("identifier", column.name, message)
    elif numbers_rows(column):
        message = f"column {column.name!r} counts the rows; it is used as a number: drop it if it is no time or dose"
        yield Finding("identifier", column.name, message)


def _levels(column: Column, distinct: int) -> Iterator[Finding]:
    if column.kind == "category" and distinct > MAX_LEVELS:
        message = (
            f"column {column.name!r} has {distinct} levels; linear models keep the {MAX_LEVELS} most frequent and pool "
            "the rest"
        )
        yield Finding("many-levels", column.name, message)


def _extremes(column: Column) -> Iterator[Finding]:
    if column.coded:
        return
    infinite = np.flatnonzero(np.isinf(column.values))
    if infinite.size:
        message = (
            f"column {column.name!r} is infinite in {infinite.size} rows, first in row {infinite[0]}; linear models "
            "refuse it: correct or drop these values"
        )
        yield Finding("inf", column.name, message)
    large = np.flatnonzero(np.isfinite(column.values) & (np.abs(column.values) > LARGEST))
    if large.size:
        message = (
            f"column {column.name!r} holds {column.values[large[0]]:g}, whose square overflows; rescale the column"
        )
        yield Finding("large", column.name, message)


def _number_words(column: Column, table: Table) -> Iterator[Finding]:
    """Report labels that are numbers for the most part, or all of them in a frame that holds strings."""
    if column.levels is None or column.kind == "boolean":
        return
    numeric = np.array([_is_number(level) for level in column.levels], dtype=bool)
    present = column.values[column.values >= 0]
    share = float(numeric[present].mean()) if present.size else 0.0
    if 0.5 <= share < 1:
        yield _mixed(column, numeric)
    typed = str(table.origin.arrow.get(column.name, "")).endswith(("string", "string_view"))
    padded = any(level[:1] == "0" and level[1:].isdigit() for level in column.levels)
    if share == 1 and typed and not padded and len(column.levels) > 20:
        message = (
            f"column {column.name!r} holds numbers written as text and is taken as labels; "
            f"set kinds={{{column.name!r}: 'number'}} to use them as numbers"
        )
        yield Finding("numbers-as-text", column.name, message)


def _mixed(column: Column, numeric: NDArray[np.bool_]) -> Finding:
    words = np.flatnonzero(~np.append(numeric, True)[column.values])
    word = column.labels()[words[0]]
    header = words.tolist() == [0]
    hint = "is the first line a header?" if header else "correct them, or mark them as missing, to use it as a number"
    message = (
        f"column {column.name!r} mixes types: numbers, but {word!r} in row {words[0]} ({words.size} such rows); "
        f"it is taken as labels: {hint}"
    )
    return Finding("mixed-types", column.name, message)


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _duplicate_rows(table: Table) -> Iterator[Finding]:
    columns = [column for column in table.columns if column.kind != "text"]
    if not columns:
        return
    repeated = len(table) - len(np.unique(_row_keys(columns)))
    if repeated:
        message = (
            f"{repeated} of {len(table)} rows repeat an earlier row; a repeated row can stand on both sides of a split "
            "and flatter the score"
        )
        yield Finding("duplicate-rows", None, message)


def _row_keys(columns: list[Column]) -> NDArray[np.uint64]:
    """Hash each row to 64 bits (the finaliser of splitmix64): two of a million rows collide once in 10**7 tables."""
    keys = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        # adding zero makes -0.0 and 0.0 alike
        bits = column.values.astype(np.uint32) if column.coded else (column.values + 0.0).view(np.uint64)
        keys = (keys ^ np.where(column.missing, np.uint64(2**63 + 1), bits)) + np.uint64(0x9E3779B97F4A7C15)
        keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        keys = keys ^ (keys >> np.uint64(31))
    return keys


def _about_target(column: Column, folds: int) -> Iterator[Finding]:
    name = repr(column.name)
    if column.n_missing:
        message = f"the target {name} is missing in {column.n_missing} of {len(column)} rows; drop them or fill them in"
        yield Finding("target-missing", column.name, message)
    if column.kind == "datetime" or (distinct := column.distinct()) == 0:
        return
    if distinct == 1:
        only = next(label for label in column.labels() if label is not None)
        message = f"the target {name} has the single value {only!r}; nothing can be learned from it"
        yield Finding("single-class", column.name, message)
    elif task_of(column) == "classification" and column.kind != "text":
        yield from _small_classes(column, folds)


def _small_classes(column: Column, folds: int) -> Iterator[Finding]:
    labels, counts = np.unique(column.labels()[~column.missing].astype(str), return_counts=True)
    for label, count in zip(labels, counts, strict=True):
        if count < folds:
            message = (
                f"class {str(label)!r} of the target {column.name!r} has {count} rows, fewer than the {folds} folds; "
                "merge it with another class, collect more, or use fewer folds"
            )
            yield Finding("small-class", column.name, message)
