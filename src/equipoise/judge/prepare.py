"""From what the caller gives to a training and a test sample: read, check, inspect, put aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equipoise.data import Column, Finding, Kind, Table, align, inspect, read_table, target_vector
from equipoise.errors import InputError
from equipoise.judge.sample import Sample, as_category
from equipoise.judge.split import hold_out

__all__ = ["Prepared", "check_roles", "moments_of", "prepare", "sample_of"]


@dataclass(frozen=True)
class Prepared:
    """The data of a study.

    Attributes
    ----------
    table : Table
        As read, without the rows of a test file.
    train, test : Sample
    rule : str
        How rows were put aside: "stratified", "random", "groups", "time" or "file".
    fold_rule : str
        How folds are made: as `rule`, but never "file".
    findings : tuple of Finding
    """

    table: Table
    train: Sample
    test: Sample
    rule: str
    fold_rule: Any
    findings: tuple[Finding, ...]


def prepare(
    data: Any,
    target: str,
    *,
    test: Any = None,
    groups: str | None = None,
    time: str | None = None,
    seed: int = 0,
    folds: int = 5,
    kinds: Mapping[str, Kind] | None = None,
    header: bool = True,
) -> Prepared:
    """Read the data and put a test part aside.

    Parameters
    ----------
    data : path, data frame or Table
    target : str
    test : path, data frame or Table, optional
        The test part; a fifth of the rows of `data` if not given.
    groups, time : str, optional
        Column that says which rows belong together, or when a row came; it is no feature. Not both.
    seed : int
    folds : int
        Classes with fewer rows are reported.
    kinds : mapping, optional
        Kinds of columns that are not to be inferred.
    header : bool

    Raises
    ------
    InputError
        If the data, a column or a combination of settings cannot be used.
    """
    table = read_table(data, header=header, kinds=kinds)
    y, task, classes = target_vector(table, target)
    check_roles(table, target, groups, time)
    findings = inspect(table, target, folds)
    helpers = [name for name in (groups, time) if name is not None]
    features = table.drop([target, *helpers]) if len(table.columns) > 1 + len(helpers) else None
    if features is None:
        raise InputError(f"{table.origin.name} has no column besides the target {target!r}; add one to predict from")
    whole = sample_of(table.drop(helpers), target, task, classes, y, None if groups is None else table[groups])
    moments = moments_of(table[time]) if time is not None else None
    if test is None:
        train, aside, rule = hold_out(y, task != "regression", seed, whole.groups, moments, classes)
        parts = whole.take(train), whole.take(aside)
        fold_rule: Any = rule
    else:
        fold_rule = "groups" if groups else "time" if time else "random" if task == "regression" else "stratified"
        order = np.arange(len(y)) if moments is None else np.argsort(moments, kind="stable")
        parts = whole.take(order), _test_sample(test, table, whole, helpers, header)
        rule = "file"  # type: ignore[assignment]
    train_sample = Sample(parts[0].table, target, task, classes, parts[0].groups, ordered=time is not None)
    return Prepared(table, train_sample, parts[1], rule, fold_rule, findings)


def check_roles(table: Table, target: str, groups: str | None, time: str | None) -> None:
    """Refuse columns that cannot say which rows belong together, or when they came."""
    if groups is not None and time is not None:
        raise InputError("groups and time are both given; rows are put aside by one of them")
    for role, name in (("groups", groups), ("time", time)):
        if name is None:
            continue
        if name == target:
            raise InputError(f"column {name!r} is both the target and the {role}; name another column")
        column = table[name]
        if role == "groups" and column.n_missing:
            raise InputError(f"the groups column {name!r} is missing in {column.n_missing} rows; fill it in")
        if role == "time" and column.coded:
            raise InputError(
                f"the time column {name!r} holds labels such as {column.labels()[0]!r}; give dates or numbers"
            )


def moments_of(column: Column) -> NDArray[np.float64]:
    """When each row came."""
    return np.asarray(column.values, dtype=np.float64)


def sample_of(
    table: Table, target: str, task: Any, classes: tuple[str, ...], y: NDArray[Any], groups: Column | None
) -> Sample:
    """All rows, the target as a category where it is a class, and which rows belong together."""
    if classes:
        table = table.replace(as_category(table[target], y, classes))
    codes = None if groups is None else np.unique(groups.values, return_inverse=True)[1].astype(np.intp)
    return Sample(table, target, task, classes, codes)


def _test_sample(test: Any, table: Table, whole: Sample, helpers: list[str], header: bool) -> Sample:
    """The rows of a test file, in the kinds and classes of the training file."""
    features = table.drop(helpers)
    found = align(read_table(test, header=header), features)
    column = found[whole.target]
    if column.n_missing:
        raise InputError(f"the target {whole.target!r} is missing in {column.n_missing} rows of {found.origin.name}")
    if len(found) < 2:
        raise InputError(f"{found.origin.name} has {len(found)} row; a test part needs at least two")
    if whole.classes:
        place = {label: code for code, label in enumerate(whole.classes)}
        labels = column.labels()
        if unknown := sorted({label for label in labels if label not in place}):
            raise InputError(
                f"{found.origin.name} has the class {unknown[0]!r}, which {table.origin.name} lacks; correct the labels"
            )
        codes = np.array([place[label] for label in labels], dtype=np.int32)
        found = found.replace(as_category(column, codes, whole.classes))
    return Sample(found, whole.target, whole.task, whole.classes)
