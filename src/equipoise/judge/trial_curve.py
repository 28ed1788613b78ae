"""The learning curve of a trial: the same learners and arms from few real rows to many.

Each point is a trial of its own, whose verdict is corrected for its own comparisons; those of a curve together are not.
All points test on the same folds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from equipoise.data import Table, read_table, target_vector
from equipoise.errors import InputError
from equipoise.judge.metrics import metric_set
from equipoise.judge.trial import trial
from equipoise.judge.trial_result import Trial, head_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["TrialCurve", "trial_curve"]

_MARKS = {"helps": "+", "hurts": "-", "no evidence": " "}


@dataclass(frozen=True)
class TrialCurve:
    """Trials at several numbers of real rows.

    Attributes
    ----------
    rows : tuple of int
        Real training rows of each point.
    trials : tuple of Trial
    minority : tuple of int, optional
        Rows of the smallest class among them, where the curve goes by these.
    """

    rows: tuple[int, ...]
    trials: tuple[Trial, ...]
    minority: tuple[int, ...] | None = None

    @property
    def learners(self) -> tuple[str, ...]:
        """Names of the learners, in the order in which they were given."""
        return tuple(dict.fromkeys(learner for learner, _ in self._pairs()))

    def losses(self, learner: str, arm: str) -> list[float | None]:
        """Return the mean primary loss of one learner in one arm at every point; None where it was left out."""
        primary = metric_set(self.trials[0].task).primary
        found = [{(each.learner, each.arm): each.scores[primary] for each in point.arms} for point in self.trials]
        return [scores.get((learner, arm)) for scores in found]

    def verdicts(self, learner: str, arm: str) -> list[str]:
        """Return what each point says of one learner and arm; nothing for the baseline."""
        found = [{(row.learner, row.candidate): row.verdict for row in point.rows} for point in self.trials]
        return [str(rows.get((learner, arm), "")) for rows in found]

    def table(self) -> str:
        """Return the losses as text: a line for each learner and arm, a column for each number of rows."""
        return "\n".join(self._lines())

    def __str__(self) -> str:
        return self.table()

    def to_dict(self) -> dict[str, Any]:
        """Return the record as what JSON knows."""
        points = [point.to_dict() for point in self.trials]
        few = None if self.minority is None else list(self.minority)
        return {"format": "equipoise.trial_curve/1", "rows": list(self.rows), "minority": few, "trials": points}

    def to_json(self) -> str:
        """Return the record as JSON, with a line's end at its end."""
        return json.dumps(self.to_dict(), indent=1, allow_nan=False) + "\n"

    def plot(self, learner: str, ax: Any = None) -> Axes:
        """Draw the mean loss of every arm of a learner over the number of real rows.

        Raises
        ------
        InputError
            If the learner was not tried.
        """
        from equipoise.report import learning_curves

        arms = [arm for each, arm in self._pairs() if each == learner]
        if not arms:
            raise InputError(f"learner {learner!r} was not tried; choose one of {', '.join(self.learners)}")
        lines = {arm: self.losses(learner, arm) for arm in arms}
        return learning_curves(self.rows, lines, label=metric_set(self.trials[0].task).label, ax=ax)

    def _pairs(self) -> list[tuple[str, str]]:
        return [(each.learner, each.arm) for each in self.trials[-1].arms]

    def _lines(self) -> Iterator[str]:
        first = self.trials[0]
        label = metric_set(first.task).label
        yield f"{label} by the number of real rows; + helps, - hurts, against {first.baseline!r}"
        if self.minority is not None:
            yield f"{'of the smallest class':<27}" + "".join(f" {count:>8}" for count in self.minority)
        yield ""
        yield head_of("learner", "arm") + "".join(f" {count:>8}" for count in self.rows)
        for learner, arm in self._pairs():
            cells = zip(self.losses(learner, arm), self.verdicts(learner, arm), strict=True)
            shown = ("       -" if loss is None else f"{loss:>7.4g}{_MARKS.get(said, ' ')}" for loss, said in cells)
            yield head_of(learner, arm) + "".join(f" {cell}" for cell in shown)


def trial_curve(
    data: Any,
    target: str,
    *,
    rows: Sequence[int] | None = None,
    minority: Sequence[int] | None = None,
    keep: Any = None,
    **options: Any,
) -> TrialCurve:
    """Find out from how many real rows on changing the training rows helps, and up to how many.

    Parameters
    ----------
    data : path, data frame or Table
    target : str
        Column to predict.
    rows : sequence of int, optional
        Real rows that every arm learns from, point by point.
    minority : sequence of int, optional
        Rows of the smallest class instead, the other classes in their shares beside them: shares that differ from those
        of the test rows would bend every probability, and hide what the number of rows does.
    keep : path, optional
        Folder with one folder for each point: a curve that was cut off goes on from there.
    **options
        Those of `trial`.

    Returns
    -------
    TrialCurve
        `.table()`, `.to_dict()`, `.plot(learner)`, `.trials`.

    Raises
    ------
    InputError
        If `rows` is empty, not growing, or a number of it cannot be used; if both or neither are given.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> from equipoise.judge import trial_curve
    >>> options = {"learners": "logistic", "arms": ["real", "marginals"], "repeats": 1, "inner": 0}
    >>> curve = trial_curve(embedded("iris"), "target", rows=[15, 60], **options)
    >>> few, many = curve.losses("logistic", "real")
    >>> few > many
    True
    """
    if (rows is None) == (minority is None):
        raise InputError("a curve goes by rows or by minority; give one of them")
    name, given = ("rows", rows) if minority is None else ("minority", minority)
    if not isinstance(given, Iterable):
        raise InputError(f"{name}={given!r} is no list of numbers; give several, from few to many")
    counts = list(given)
    if not counts or any(later <= before for before, later in pairwise(counts)):
        raise InputError(f"{name}={counts} do not grow; give the numbers of real rows from few to many")
    table = read_table(data, header=bool(options.pop("header", True)))  # once for all points
    if minority is not None:
        counts = _with_the_others(table, target, counts)
    trials = tuple(
        trial(table, target, rows=count, keep=None if keep is None else Path(keep) / str(count), **options)
        for count in counts
    )
    return TrialCurve(tuple(counts), trials, None if minority is None else tuple(minority))


def _with_the_others(table: Table, target: str, minority: list[int]) -> list[int]:
    """Rows in which the smallest class has so many, all classes in their shares."""
    y, _, classes = target_vector(table, target)
    if not classes:
        raise InputError(f"the target {target!r} is a number and has no smallest class; give rows in place of minority")
    least = int(np.bincount(y.astype(np.intp)).min())
    if minority[0] < 1:
        raise InputError(f"minority={minority} begins below 1; give at least one row of the smallest class")
    return [round(count * len(y) / least) for count in minority]
