"""The judgement on a synthetic table, as a reader sees it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from equipoise.report.numbers import ABSENT, as_float, count, fixed
from equipoise.report.plots._style import clean
from equipoise.report.plots.score_ranges import score_ranges
from equipoise.report.svg import inline_svg
from equipoise.report.views._read import Figure, Record, column, items, part, word

__all__ = ["Answer", "Bar", "Group", "Row", "answers", "facts", "faults", "groups", "notes", "ranges"]

_TONES = {"good": "helps", "bad": "hurts"}
_GROUPS = {"fidelity": "Do they look real?", "utility": "Are they of use?", "privacy": "Do they copy?"}
_MOST = 10


@dataclass(frozen=True)
class Answer:
    """One question and its answer."""

    subject: str
    verdict: str
    tone: str
    why: str


@dataclass(frozen=True)
class Row:
    """One score."""

    label: str
    floor: str
    value: str
    interval: str
    ceiling: str
    method: str


@dataclass(frozen=True)
class Group:
    """The scores that answer one question."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Bar:
    """A column or pair and how far it is from the real one."""

    name: str
    distance: str
    importance: str
    width: float


def answers(record: Record) -> list[Answer]:
    """Return the answers in the order of the record."""
    return [
        Answer(word(c, "subject"), word(c, "answer"), _TONES.get(word(c, "tone"), ""), word(c, "why", limit=300))
        for c in items(record, "conclusions")
    ]


def facts(record: Record) -> list[tuple[str, str]]:
    """Return names and values of what was compared."""
    rows = part(record, "rows")
    found = [(f"{clean(name)} rows", count(rows[name])) for name in rows]
    return [*found, ("target", word(record, "target", ABSENT)), ("seed", word(record, "seed", ABSENT))]


def notes(record: Record) -> list[tuple[str, str]]:
    """Return what is wrong and what was left out, as label and sentence."""
    findings = record.get("findings")
    said = [("", clean(text, 400)) for text in findings] if isinstance(findings, list | tuple) else []
    left: dict[str, list[str]] = {}
    for entry in items(record, "left_out"):
        left.setdefault(word(entry, "why", limit=300), []).append(word(entry, "label"))
    return said + [(f"Left out: {', '.join(labels)}", why) for why, labels in left.items()]


def ranges(record: Record) -> Figure | None:
    """Return the drawing of all scores that have a floor and a ceiling between 0 and 1."""
    shown = [
        score
        for score in items(record, "scores")
        if word(score, "best") in ("high", "half") and as_float(score.get("floor")) is not None
    ]
    if not shown:
        return None
    value, low, high, floor, ceiling = (column(shown, key) for key in ("value", "low", "high", "floor", "ceiling"))
    names = [word(score, "label", "score") for score in shown]
    neutral = [word(score, "best") == "half" for score in shown]
    told = ", ".join(f"{name} {fixed(as_float(float(v)), 3)}" for name, v in zip(names, value, strict=True))
    svg = inline_svg(
        lambda: score_ranges(names, value, low, high, floor, ceiling, neutral=neutral),
        "ranges",
        f"Scores between floor and ceiling: {told}",
    )
    how = (
        "The bar reaches from the floor (independent columns) to the ceiling (other real rows); the dot is the "
        "synthetic table with its 95 % interval."
    )
    if not np.isfinite(ceiling).any():
        how = (
            "The bar begins at the floor (independent columns); the dot is the synthetic table with its 95 % interval."
        )
    asks = " Of hollow dots 0.5, the dashed line, is neutral, and more is copying." if any(neutral) else ""
    return Figure(svg, "Between floor and ceiling" if np.isfinite(ceiling).any() else "Above the floor", how + asks)


def groups(record: Record) -> list[Group]:
    """Return the scores by question."""
    found = [
        Group(title, tuple(_row(score) for score in items(record, "scores") if score.get("group") == key))
        for key, title in _GROUPS.items()
    ]
    return [group for group in found if group.rows]


def faults(record: Record, key: str) -> list[Bar]:
    """Return the farthest columns or pairs."""
    entries = items(record, key)[:_MOST]
    distances = np.nan_to_num(column(entries, "distance"))
    most = float(distances.max(initial=0.0)) or 1.0
    return [
        Bar(
            word(entry, "name", "unnamed", limit=80),
            fixed(as_float(entry.get("distance")), 3),
            fixed(as_float(entry.get("importance")), 3),
            round(100.0 * float(distance) / most, 2),
        )
        for entry, distance in zip(entries, distances, strict=True)
    ]


def _row(score: Record) -> Row:
    places = 4 if word(score, "name").endswith("copies") else 3
    method = word(score, "method", limit=500)
    value, low, high, floor, ceiling = (
        fixed(as_float(score.get(key)), places) for key in ("value", "low", "high", "floor", "ceiling")
    )
    ends = f"{low} to {high}" if as_float(score.get("low")) is not None else ABSENT
    return Row(
        word(score, "label", "score"), floor, value,
        ends, ceiling, method[:1].upper() + method[1:],
    )  # fmt: skip
