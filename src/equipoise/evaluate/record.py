"""What an evaluation found, as a plain record: scores with floor, ceiling and interval, and telling columns."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from equipoise.evaluate.scored import Scored

__all__ = ["Conclusion", "Fault", "LeftOut", "Report", "Score"]

_HEADINGS = {"fidelity": "Do they look real?", "utility": "Are they of use?", "privacy": "Do they copy?"}
_WIDTH = 80


@dataclass(frozen=True)
class Score:
    """One score of synthetic rows.

    Attributes
    ----------
    name, label : str
        Key and what people call it.
    group : {"fidelity", "utility", "privacy"}
    best : {"high", "low", "half"}
        Which values are good; ``"half"``: 1/2 is neutral, more is copying.
    value, low, high : float
        With its 95 % interval; NaN where there is none.
    floor, ceiling : float or None
        What independent columns and what other real rows get; None where it was not measured.
    method : str
        What was measured on how many rows, and how the interval was made.
    """

    name: str
    label: str
    group: Literal["fidelity", "utility", "privacy"]
    best: Literal["high", "low", "half"]
    value: float
    low: float
    high: float
    floor: float | None
    ceiling: float | None
    method: str


@dataclass(frozen=True)
class Fault:
    """A column or a pair, how far it is from the real one, and (of columns) its importance to the classifier."""

    name: str
    distance: float
    importance: float | None = None


@dataclass(frozen=True)
class LeftOut:
    """A score that was not measured, and why."""

    label: str
    why: str


@dataclass(frozen=True)
class Conclusion:
    """One of the three questions, answered; `tone` is good, bad or open."""

    subject: str
    answer: str
    tone: Literal["good", "bad", "open"]
    why: str


@dataclass(frozen=True)
class Report(Scored):
    """The judgement on a synthetic table.

    Attributes
    ----------
    scores : tuple of Score
    conclusions : tuple of Conclusion
        On fidelity, utility and privacy.
    columns, pairs : tuple of Fault
        Farthest from the real ones first.
    left_out : tuple of LeftOut
    findings : tuple of str
        What is wrong or suspicious, in sentences.
    rows : mapping of str to int
        Rows of the training, held-out and synthetic table.
    target : str or None
    seed : int
    drawings : mapping
        Marginals and dependence, for the page.

    Examples
    --------
    >>> import equipoise as eq
    >>> iris = eq.data.embedded("iris")
    >>> odd, even = iris.take(range(0, 150, 2)), iris.take(range(1, 150, 2))
    >>> report = eq.evaluate_tables(odd, odd, even)
    >>> report.values["membership"] > 0.95, report.conclusions[2].answer
    (True, 'they copy')
    """

    format: ClassVar[str] = "equipoise.evaluation/1"

    scores: tuple[Score, ...]
    conclusions: tuple[Conclusion, ...]
    columns: tuple[Fault, ...]
    pairs: tuple[Fault, ...]
    left_out: tuple[LeftOut, ...]
    findings: tuple[str, ...]
    rows: Mapping[str, int]
    target: str | None
    seed: int
    drawings: Mapping[str, Any]

    @property
    def floors(self) -> dict[str, float | None]:
        """What independent columns get, by name of the score."""
        return {score.name: score.floor for score in self.scores}

    @property
    def ceilings(self) -> dict[str, float | None]:
        """What other real rows get, by name of the score."""
        return {score.name: score.ceiling for score in self.scores}

    def table(self) -> str:
        """Return conclusions, scores, faults and findings as text of at most 80 columns."""
        lines = [f"{'':30}{'floor':>9}{'value':>9}{'95 % interval':>18}{'ceiling':>10}"]
        for group, heading in _HEADINGS.items():
            answer = next(c.answer for c in self.conclusions if c.subject == heading)
            lines.append(_cut(f"{heading} {answer}"))
            lines += [_line(score) for score in self.scores if score.group == group]
        for title, faults in (("columns", self.columns[:5]), ("pairs", self.pairs[:5])):
            lines += ["", f"Farthest {title}"] + [_cut(f"{fault.distance:8.3f}  {fault.name}") for fault in faults]
        for title, notes in (("Findings", self.findings), ("Left out", [f"{o.label}: {o.why}" for o in self.left_out])):
            if notes:
                lines += ["", title, *(line for note in notes for line in _wrapped(note))]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.table()

    def to_html(self, path: str | os.PathLike[str]) -> Path:
        """Write one HTML page that needs no other file, whole or not at all, and return its path."""
        from equipoise.durable import write_bytes
        from equipoise.report.evaluation import evaluation_page

        write_bytes(Path(path), evaluation_page(self.to_dict()).encode("utf-8"))
        return Path(path)


def _line(score: Score) -> str:
    digits = 4 if score.best == "low" and score.group == "privacy" else 3
    low, high, value, floor, ceiling = (
        "–" if number is None or not math.isfinite(number) else f"{number:.{digits}f}"
        for number in (score.low, score.high, score.value, score.floor, score.ceiling)
    )
    ends = "–" if low == "–" else f"{low} to {high}"
    return f"  {score.label:28}{floor:>9}{value:>9}{ends:>18}{ceiling:>10}"


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"


def _wrapped(text: str) -> list[str]:
    import textwrap

    return textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="    ")
