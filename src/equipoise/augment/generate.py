"""Rows to add: how many of which class, drawn from a synthesizer that was fitted on the rows at hand.

all        round(multiple * n) rows from the synthesizer's own law, classes as often as they are
minority   for each class c other than the largest, round(multiple * (n_max - n_c)) rows given that class,
           so that multiple = 1 makes all classes as large as the largest
"""

from __future__ import annotations

from copy import copy
from typing import Any, Literal, get_args

import numpy as np

from equipoise.data import Table
from equipoise.errors import InputError
from equipoise.tables.synthesizer import child_seed

__all__ = ["WHEN", "When", "check_recipe", "generated"]

When = Literal["minority", "all"]
WHEN: tuple[When, ...] = get_args(When)


def check_recipe(multiple: float, when: str) -> None:
    """Raise where `multiple` or `when` is out of range.

    Raises
    ------
    InputError
        The message names the setting.
    """
    number = isinstance(multiple, (int, float, np.number)) and not isinstance(multiple, bool)
    if not (number and 0 < multiple < np.inf):
        raise InputError(f"multiple={multiple!r} is not a number above 0; 1.0 adds as many rows as there are")
    if when not in WHEN:
        raise InputError(f"when={when!r} is not known; choose one of {', '.join(map(repr, WHEN))}")


def generated(
    table: Table, target: str, classify: bool, synthesizer: Any, multiple: float, when: When, seed: int
) -> Table | None:
    """Fit a copy of a synthesizer and draw the rows to add.

    Parameters
    ----------
    table : Table
        Rows to learn from, with the target among the columns; a class as a category.
    target : str
    classify : bool
        Whether the target is a class.
    synthesizer : object with ``fit(table)`` and ``sample(n, where=..., seed=...)``
        It is copied, and given the seed where it has one; so is the one that it refines.
    multiple : float
    when : {"minority", "all"}
        See the head of this file.
    seed : int

    Returns
    -------
    Table or None
        None where there is nothing to add.

    Raises
    ------
    InputError
        If a setting is out of range, or the target has no classes to balance.
    """
    check_recipe(multiple, when)
    if when == "minority" and not classify:
        raise InputError("when='minority' needs classes, and the target is a number; set when='all'")
    model = _copied(synthesizer, seed)
    if when == "all":
        count = round(multiple * len(table))
        return model.fit(table).sample(count, seed=child_seed(seed, 0)) if count else None
    levels = table[target].levels or ()
    sizes = np.bincount(table[target].values, minlength=len(levels))
    wanted = {code: round(multiple * float(sizes.max() - size)) for code, size in enumerate(sizes) if size}
    if not any(wanted.values()):
        return None
    model.fit(table)
    parts = [
        model.sample(count, where={target: levels[code]}, seed=child_seed(seed, code))
        for code, count in wanted.items()
        if count
    ]
    found: Table = parts[0]
    for part in parts[1:]:
        found = found.concat(part)
    return found


def _copied(synthesizer: Any, seed: int) -> Any:
    """Return a copy to be fitted; what it refines is one, too, for a fit of the outer one fits the inner."""
    model = copy(synthesizer)
    if hasattr(model, "seed"):
        model.seed = seed
    if hasattr(model, "synthesizer"):
        model.synthesizer = _copied(model.synthesizer, seed)
    return model
