"""How long each part took, and how to do it again."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.report.numbers import as_float, duration
from equipoise.report.views._read import Record, items, part, word

__all__ = ["Run", "Step", "run"]


@dataclass(frozen=True)
class Step:
    """One part of the work and its share of the longest."""

    name: str
    time: str
    width: float


@dataclass(frozen=True)
class Run:
    """How the study ran."""

    total: str
    steps: tuple[Step, ...]
    command: str
    sha256: str
    facts: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]


def run(record: Record) -> Run:
    """Return times and what is needed to repeat the study."""
    times, again = part(record, "times"), part(record, "reproduce")
    settings = part(record, "settings")
    command = word(again, "command", word(settings, "command"), limit=2000)
    facts = [
        (key, word(settings, key)) for key in ("seed", "budget", "folds", "repeats") if settings.get(key) is not None
    ]
    facts.append(("Python", word(again, "python", "–")))
    facts.append(("equipoise", word(record, "version", "–")))
    versions = [(str(name), str(version)) for name, version in sorted(part(again, "versions").items())]
    total = as_float(times.get("total"))
    return Run(
        total="" if total is None else duration(total),
        steps=_steps(times),
        command=command,
        sha256=word(part(record, "data"), "sha256", limit=80),
        facts=tuple(facts),
        versions=tuple(versions[:60]),
    )


def _steps(times: Record) -> tuple[Step, ...]:
    parts = [(word(p, "part", "part"), as_float(p.get("seconds"))) for p in items(times, "parts")]
    known = sorted(((name, s) for name, s in parts if s is not None), key=lambda pair: -pair[1])[:30]
    longest = max((s for _, s in known), default=0.0) or 1.0
    return tuple(Step(name, duration(s), round(100 * s / longest, 2)) for name, s in known)
