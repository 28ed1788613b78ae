"""The result of a trial: a record of plain values, its table, and its plot."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from equipoise.errors import InputError
from equipoise.judge.metrics import metric_set
from equipoise.judge.trial_metrics import COLUMNS, as_losses
from equipoise.judge.verdict import Answer, Comparison, Row, judge

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["ArmScores", "Trial"]

_MARKS = {"helps": "+", "hurts": "-", "no evidence": " "}


@dataclass(frozen=True)
class ArmScores:
    """Mean scores of a learner in an arm over all folds; the primary loss and the other scores of each fold."""

    learner: str
    arm: str
    scores: dict[str, float | None]
    losses: tuple[float, ...]
    folds: dict[str, tuple[float | None, ...]]


@dataclass(frozen=True)
class Trial:
    """Whether changing the training rows helped, on real rows that nobody fitted on.

    Attributes
    ----------
    verdict : {"helps", "no evidence", "hurts"}
        By the rule of `equipoise.judge.verdict`.
    effect : float
        Fall of the primary loss (log loss, squared error) in the row that carries the verdict; positive is better.
    interval : tuple of float
        Its 95 % interval, corrected for folds that share rows and for the number of rows.
    reason : str
        The verdict in a sentence.
    target, task, baseline : str
    n_rows, train_rows, test_rows : int
        Rows of the table, and of the first fold: real training rows of an arm, test rows.
    folds, repeats, draws, seed : int
    ratio : float
        Test rows over training rows, of which the intervals make use.
    rows : tuple of Row
        Every learner and arm against the baseline.
    arms : tuple of ArmScores
    skipped : tuple of str
        Pairs of learner and arm that do not go together, with the reason.
    """

    verdict: Answer
    effect: float
    interval: tuple[float, float]
    reason: str
    target: str
    task: str
    baseline: str
    n_rows: int
    train_rows: int
    test_rows: int
    folds: int
    repeats: int
    draws: int
    seed: int
    ratio: float
    rows: tuple[Row, ...]
    arms: tuple[ArmScores, ...]
    skipped: tuple[str, ...] = ()

    def table(self) -> str:
        """Return the verdict and all rows as text of at most 80 columns."""
        return "\n".join(self._lines())

    def __str__(self) -> str:
        return self.table()

    def to_dict(self) -> dict[str, Any]:
        """Return the record as what JSON knows; a score that is not defined is None."""
        from equipoise import __version__

        others = {name: [asdict(row) for row in self.compare(name)] for name, _ in COLUMNS[self.task]}
        return {"format": "equipoise.trial/1", "version": __version__, **asdict(self), "by_score": others}

    def compare(self, score: str) -> tuple[Row, ...]:
        """Return every learner and arm against the baseline by another score than that of the verdict.

        Parameters
        ----------
        score : str
            One of `ArmScores.scores`, such as ``"roc_auc"``, ``"brier"``, ``"f1"`` or ``"rmse"``. Where more is better
            the effect is how much more; of ``"calibration_slope"`` it is how much nearer to 1.

        Returns
        -------
        tuple of Row
            By the same rule as the verdict, corrected for the number of rows; the scores together are not. Folds where
            the score is not defined are left out, and rows with fewer than two others.

        Raises
        ------
        InputError
            If the score is not known.
        """
        if score not in self.arms[0].scores:
            raise InputError(f"score {score!r} is not known; choose one of {', '.join(self.arms[0].scores)}")
        found = {(each.learner, each.arm): as_losses(score, each.folds[score]) for each in self.arms}
        comparisons = []
        for (learner, arm), losses in found.items():
            base = found.get((learner, self.baseline))
            if arm == self.baseline or base is None:
                continue
            known = np.isfinite(losses) & np.isfinite(base)
            if known.sum() >= 2:
                comparisons.append(Comparison(arm, self.baseline, learner, losses[known], base[known], self.ratio))
        return judge(score, comparisons).rows if comparisons else ()

    def to_json(self) -> str:
        """Return the record as JSON, with a line's end at its end."""
        return json.dumps(self.to_dict(), indent=1, allow_nan=False) + "\n"

    def to_html(self, path: str | os.PathLike[str]) -> Path:
        """Write one HTML page that needs no other file, whole or not at all, and return its path."""
        from equipoise.durable import write_bytes
        from equipoise.report.trial import trial_page

        write_bytes(Path(path), trial_page(self.to_dict()).encode("utf-8"))
        return Path(path)

    def plot(self, ax: Any = None) -> Axes:
        """Draw the effect of every learner and arm with its interval; right of 0 is better than the baseline."""
        from equipoise.report import verdict_intervals

        names = [f"{row.learner}, {row.candidate}" for row in self.rows]
        ends = ([getattr(row, end) for row in self.rows] for end in ("effect", "low", "high"))
        label = f"fall of {metric_set(self.task).label}"
        return verdict_intervals(names, *ends, verdicts=[row.verdict for row in self.rows], label=label, ax=ax)

    def _lines(self) -> Iterator[str]:
        primary = metric_set(self.task)
        yield from _wrapped(f"{self.verdict}: {self.reason}")
        yield ""
        yield from _wrapped(
            f"{self.repeats} x {self.folds} folds, {self.train_rows} real training rows, {self.test_rows} test rows; "
            f"fall of {primary.label} against {self.baseline!r}, 95 % interval"
        )
        yield ""
        yield f"{head_of('learner', 'arm')} {primary.label:>8.8} {'fall':>8}  {'interval':^20}  verdict"
        decided = {(row.learner, row.candidate): row for row in self.rows}
        for each in self.arms:
            head = f"{head_of(each.learner, each.arm)} {_number(each.scores[primary.primary]):>8}"
            row = decided.get((each.learner, each.arm))
            if row is None:
                yield head
            else:
                span = f"[{_number(row.low)}, {_number(row.high)}]"
                yield f"{head} {_number(row.effect):>8}  {span:^20}  {row.verdict}"
        yield ""
        columns = COLUMNS[self.task]
        marks = {
            (row.learner, row.candidate, name): _MARKS[row.verdict] for name, _ in columns for row in self.compare(name)
        }
        yield head_of("learner", "arm") + "".join(f"{title:>6} " for _, title in columns).rstrip()
        for each in self.arms:
            cells = ((name, _short(each.scores[name])) for name, _ in columns)
            values = "".join(f"{text:>6}{marks.get((each.learner, each.arm, name), ' ')}" for name, text in cells)
            yield f"{head_of(each.learner, each.arm)}{values}".rstrip()
        yield f"+ better, - worse than {self.baseline!r} beyond the luck of the folds, each score by itself"
        if self.task != "regression":
            yield "* log loss after the shares of the classes are put right"
        for line in self.skipped:
            yield from _wrapped(line)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.4f}" if abs(value) < 10 else f"{value:.4g}"


def _short(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.3g}"


def head_of(learner: str, arm: str) -> str:
    """Return the names of a line, cut in the middle: the ends of ``mixture:minority:0.5`` tell it from others."""
    return f"{_cut(learner, 10):<10} {_cut(arm, 16):<16}"


def _cut(name: str, most: int) -> str:
    return name if len(name) <= most else f"{name[: most - 7]}…{name[-6:]}"


def _wrapped(text: str) -> list[str]:
    import textwrap

    return textwrap.wrap(text, 80)
