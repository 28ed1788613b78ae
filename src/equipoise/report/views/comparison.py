"""Generators of images side by side, as a reader sees them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from equipoise.report.numbers import ABSENT, as_float, count, duration, significant
from equipoise.report.plots._style import clean
from equipoise.report.views._read import Record, items, part, word

__all__ = ["Contender", "Row", "contenders", "facts", "notes", "picture", "rows"]

_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")


@dataclass(frozen=True)
class Contender:
    """One generator: its name, what it did, and its pictures as base64 (empty where there is none)."""

    name: str
    told: str
    samples: str
    nearest: str
    reconstructions: str


@dataclass(frozen=True)
class Row:
    """One score of all generators: value and interval of each, and what fresh real images get."""

    label: str
    good: str
    cells: tuple[tuple[str, str], ...]
    real: str


def picture(value: Any) -> str:
    """Return a picture in base64, or nothing where it is none: what is no base64 could leave its place in the page."""
    return value if isinstance(value, str) and _BASE64.fullmatch(value) else ""


def contenders(record: Record) -> list[Contender]:
    """Return the generators in the order of the record."""
    found = []
    for entry in items(record, "contenders"):
        told = [f"{count(entry.get('steps'))} steps", f"{duration(as_float(entry.get('seconds')))} to fit"]
        bounds = part(entry, "likelihood")
        if bounds:
            bound, elbo = (significant(as_float(bounds.get(key)), 4) for key in ("log_likelihood", "elbo"))
            told.append(f"log likelihood of an image put aside at least {bound} nats (evidence lower bound {elbo})")
            told.append(f"{count(bounds.get('active'))} of {count(bounds.get('latents'))} latents in use")
        else:
            told.append("no likelihood, since there is no density")
        shown = [picture(part(entry, "pictures").get(key)) for key in ("samples", "nearest", "reconstructions")]
        found.append(Contender(word(entry, "name", "unnamed"), "; ".join(told), *shown))
    return found


def rows(record: Record) -> list[Row]:
    """Return one row a score that any generator has."""
    table: dict[str, Row] = {}
    entries = [
        {word(score, "name"): score for score in items(part(entry, "report"), "scores")}
        for entry in items(record, "contenders")
    ]
    good = {"high": "higher is better", "low": "lower is better", "half": "0.5 is neutral, more is copying"}
    for name in dict.fromkeys(name for scores in entries for name in scores):
        score = next(scores[name] for scores in entries if name in scores)
        cells = tuple(_cell(scores.get(name, {})) for scores in entries)
        real = significant(as_float(score.get("real")))
        table[name] = Row(word(score, "label", "score"), good.get(word(score, "best"), ""), cells, real)
    return list(table.values())


def _cell(score: Mapping[str, Any]) -> tuple[str, str]:
    value, low, high = (as_float(score.get(key)) for key in ("value", "low", "high"))
    return significant(value), "" if low is None else f"{significant(low)} to {significant(high)}"


def facts(record: Record) -> list[tuple[str, str]]:
    """Return names and values of what was compared."""
    images = part(record, "images")
    found = [(f"images {clean(name)}", count(images[name])) for name in images]
    first = next(iter(items(record, "contenders")), {})
    features = word(part(first, "report"), "features", ABSENT, limit=100)
    reference = word(part(first, "report"), "reference", ABSENT, limit=12)
    return [*found, ("features", features), ("reference", reference), ("seed", word(record, "seed", ABSENT))]


def notes(record: Record) -> list[tuple[str, str]]:
    """Return what is wrong or suspicious, as generator and sentence."""
    found = []
    for entry in items(record, "contenders"):
        findings = part(entry, "report").get("findings")
        for text in findings if isinstance(findings, list | tuple) else ():
            found.append((word(entry, "name", "unnamed"), clean(text, 400)))
    return found
