"""Which rows are put aside as the test part, and which folds the others form.

stratified   classes: shares of the classes are kept
random       a number to predict
groups       rows that belong together stay together, in the test part and in every fold
time         the latest rows are the test part; a fold is tested on rows later than those it is fitted on
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    StratifiedShuffleSplit,
    TimeSeriesSplit,
)

from equipoise.errors import InputError
from equipoise.judge.seeds import derive

__all__ = ["Fold", "Rule", "hold_out", "make_folds", "ratio"]

Rule = Literal["stratified", "random", "groups", "time"]
Rows = NDArray[np.intp]
_SHARES = 5  # one part in so many is the test part
_FEWEST = 20


@dataclass(frozen=True)
class Fold:
    """Rows that arms are fitted on, and rows that they are scored on."""

    repeat: int
    number: int
    train: Rows
    test: Rows


def hold_out(
    y: NDArray[np.generic],
    classify: bool,
    seed: int,
    groups: NDArray[np.generic] | None = None,
    time: NDArray[np.float64] | None = None,
    classes: tuple[str, ...] = (),
) -> tuple[Rows, Rows, Rule]:
    """Put a fifth of the rows aside.

    Parameters
    ----------
    y : array of shape (n,)
        Target.
    classify : bool
        Whether the target is a class.
    seed : int
    groups : array of shape (n,), optional
        Rows of one group stay on one side.
    time : array of shape (n,), optional
        The latest rows are put aside; rows of the same moment stay on one side.
    classes : tuple of str
        Names of the classes, where `y` holds their codes.

    Returns
    -------
    train, test : arrays of row numbers
        In the order of time where it is given.
    rule : str

    Raises
    ------
    InputError
        If there are too few rows, groups, moments or rows of a class.
    """
    if len(y) < _FEWEST:
        raise InputError(f"the table has {len(y)} rows; a study needs at least {_FEWEST} to put some aside and fit")
    if time is not None:
        return _by_time(time)
    state = derive(seed, "hold-out")
    if groups is not None:
        count = len(np.unique(groups))
        if count < _SHARES:
            raise InputError(f"there are {count} groups; a study by groups needs at least {_SHARES}")
        kind = StratifiedGroupKFold if classify else GroupKFold
        train, test = next(kind(_SHARES, shuffle=True, random_state=state).split(y, y, groups))
        return train, test, "groups"
    if classify:
        _check_classes(y, classes)
        split = StratifiedShuffleSplit(1, test_size=max(_test_rows(y), len(np.unique(y))), random_state=state)
        train, test = next(split.split(y, y))
        return np.sort(train), np.sort(test), "stratified"
    order = np.random.default_rng(state).permutation(len(y))
    aside = _test_rows(y)
    return np.sort(order[aside:]), np.sort(order[:aside]), "random"


def _test_rows(y: NDArray[np.generic]) -> int:
    return -(-len(y) // _SHARES)


def _check_classes(y: NDArray[np.generic], classes: tuple[str, ...]) -> None:
    values, counts = np.unique(y, return_counts=True)
    if (least := int(counts.min())) < 3:
        rare = values[counts.argmin()].item()
        raise InputError(
            f"class {classes[rare] if classes else rare!r} of the target has {least} row{'s' if least > 1 else ''}; "
            "a study needs three of each, to fit, choose and test: merge the class with another or drop its rows"
        )


def _by_time(time: NDArray[np.float64]) -> tuple[Rows, Rows, Rule]:
    if np.isnan(time).any():
        raise InputError(f"the time column is missing in {np.isnan(time).sum()} rows; fill it in or drop them")
    order = np.argsort(time, kind="stable")
    sorted_time = time[order]
    wanted = len(time) - -(-len(time) // _SHARES)
    start = int(np.searchsorted(sorted_time, sorted_time[wanted]))
    if start < len(time) // 2:
        raise InputError("more than half of the rows have the same latest time; a study by time needs more moments")
    return order[:start], order[start:], "time"


def make_folds(
    y: NDArray[np.generic], rule: Rule, folds: int, repeats: int, seed: int, groups: NDArray[np.generic] | None = None
) -> list[Fold]:
    """Divide the rows that were not put aside.

    Parameters
    ----------
    y : array of shape (n,)
        Target of these rows; in the order of time for the rule "time".
    rule : {"stratified", "random", "groups", "time"}
    folds, repeats : int
        Fewer folds are made where rows, groups or a class are fewer; by time there is one repeat.
    seed : int
    groups : array of shape (n,), optional

    Returns
    -------
    list of Fold
        Repeats one after the other.
    """
    if rule == "time":
        splitter = TimeSeriesSplit(min(folds, len(y) // 3))
        return [Fold(0, k, train, test) for k, (train, test) in enumerate(splitter.split(y))]
    found = []
    for repeat in range(repeats):
        splitter = _splitter(y, rule, folds, derive(seed, "folds", repeat), groups)
        parts = splitter.split(y, y, groups)
        found += [Fold(repeat, k, train, test) for k, (train, test) in enumerate(parts) if len(test)]
    return found


def _splitter(
    y: NDArray[np.generic], rule: Rule, folds: int, state: int, groups: NDArray[np.generic] | None
) -> KFold | StratifiedKFold | GroupKFold | StratifiedGroupKFold:
    classify = rule == "stratified" or (rule == "groups" and y.dtype.kind in "iu")
    folds = max(2, min(folds, len(y) // 2))
    if groups is not None:
        folds = min(folds, len(np.unique(groups)))
        kind = StratifiedGroupKFold if classify else GroupKFold
        return kind(folds, shuffle=True, random_state=state)
    if classify:
        most = int(np.unique(y, return_counts=True)[1].max())
        return StratifiedKFold(min(folds, most), shuffle=True, random_state=state)
    return KFold(folds, shuffle=True, random_state=state)


def ratio(folds: list[Fold]) -> float:
    """Mean of test rows over training rows, for the correction of the standard error."""
    return float(np.mean([len(fold.test) / len(fold.train) for fold in folds]))
