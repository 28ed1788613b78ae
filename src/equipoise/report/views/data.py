"""What the data is, and what is odd about it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from equipoise.report.numbers import as_float, count, percent
from equipoise.report.plots._style import clean
from equipoise.report.views._read import Record, items, part, values, word

__all__ = ["Class", "Column", "Data", "Note", "data"]

_COLUMNS = 500
_NOTES = 40
_TASKS = {"binary": "two classes", "multiclass": "several classes", "regression": "a number"}


@dataclass(frozen=True)
class Note:
    """One finding."""

    code: str
    column: str
    message: str


@dataclass(frozen=True)
class Column:
    """One column of the table."""

    name: str
    kind: str
    missing: str
    distinct: str
    summary: str


@dataclass(frozen=True)
class Class:
    """One class of the target and its share of the rows."""

    name: str
    rows: str
    share: str
    width: float


@dataclass(frozen=True)
class Data:
    """The table in words."""

    name: str
    facts: tuple[tuple[str, str], ...]
    classes: tuple[Class, ...]
    kinds: str
    columns: tuple[Column, ...]
    columns_left: int
    notes: tuple[Note, ...]
    notes_left: int


def data(record: Record) -> Data:
    """Return the description of the data."""
    about = part(record, "data")
    columns, notes = items(about, "kinds"), items(record, "findings")
    return Data(
        name=word(about, "name", "this data"),
        facts=_facts(about),
        classes=_classes(about),
        kinds=_kinds(columns),
        columns=tuple(_column(column, as_float(about.get("rows"))) for column in columns[:_COLUMNS]),
        columns_left=max(0, len(columns) - _COLUMNS),
        notes=tuple(Note(word(n, "code"), word(n, "column"), word(n, "message", limit=300)) for n in notes[:_NOTES]),
        notes_left=max(0, len(notes) - _NOTES),
    )


def _facts(about: Record) -> tuple[tuple[str, str], ...]:
    split = part(about, "split")
    task = word(about, "task")
    facts = {
        "rows": count(about.get("rows")),
        "columns": count(about.get("columns")),
        "target": word(about, "target", "–"),
        "to predict": _TASKS.get(task, task or "–"),
        "fitted on": f"{count(split.get('train'))} rows",
        "test part": f"{count(split.get('test'))} rows" + (f", {word(split, 'rule')}" if split.get("rule") else ""),
    }
    return tuple(facts.items())


def _classes(about: Record) -> tuple[Class, ...]:
    names, counts = about.get("classes"), values(about, "class_counts")
    if not isinstance(names, list | tuple) or len(names) != len(counts) or not counts.sum() > 0:
        return ()
    shares = counts / counts.sum()
    shown = zip(names[:12], counts[:12], shares[:12], strict=True)
    return tuple(Class(clean(n), count(c), percent(as_float(s)), round(100 * float(s), 2)) for n, c, s in shown)


def _kinds(columns: list[Record]) -> str:
    tally = Counter(word(column, "kind", "unknown") for column in columns)
    kinds = ", ".join(f"{n} {kind}" for kind, n in tally.most_common())
    gaps = sum(1 for column in columns if (as_float(column.get("missing")) or 0) > 0)
    if not columns:
        return ""
    return f"{kinds}; " + ("no missing values" if not gaps else f"{gaps} with missing values")


def _column(column: Record, rows: float | None) -> Column:
    missing = as_float(column.get("missing"))
    share = f" ({percent(missing / rows)})" if missing and rows else ""
    return Column(
        name=word(column, "name", "unnamed"),
        kind=word(column, "kind", "–"),
        missing=count(missing) + share,
        distinct=count(column.get("distinct")),
        summary=word(column, "summary", limit=80),
    )
