"""A trial of changed training rows, as a reader sees it."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.report.numbers import ABSENT, as_float, count, fixed, significant
from equipoise.report.plots._style import clean
from equipoise.report.plots.verdict_intervals import verdict_intervals
from equipoise.report.svg import inline_svg
from equipoise.report.views._read import Figure, Record, column, items, metric_name, part, word

__all__ = ["Learner", "Line", "answer", "facts", "intervals", "learners", "notes"]

_SCORES = {  # name in the record: heading
    "log_loss": "Log loss",
    "squared_error": "Squared error",
    "log_loss_corrected": "Log loss, shares put right",
    "roc_auc": "ROC AUC",
    "pr_auc": "PR AUC",
    "brier": "Brier",
    "balanced_accuracy": "Balanced accuracy",
    "f1": "F1",
    "calibration_slope": "Slope of calibration",
    "r2": "R²",
    "rmse": "RMSE",
    "absolute_error": "Absolute error",
    "pinball": "Pinball loss of the median",
}
_MARKS = {"helps": " ▲", "hurts": " ▼"}
_TONES = {"helps": "helps", "hurts": "hurts"}


@dataclass(frozen=True)
class Line:
    """One arm: its scores, and what the trial says of it."""

    arm: str
    cells: tuple[str, ...]
    fall: str
    tone: str
    verdict: str


@dataclass(frozen=True)
class Learner:
    """One learner: the headings of its scores, and its arms."""

    name: str
    headings: tuple[str, ...]
    lines: tuple[Line, ...]


def answer(record: Record) -> tuple[str, str, str]:
    """Return the verdict, its tone and its reason."""
    verdict = word(record, "verdict", "no verdict was recorded")
    return verdict, _TONES.get(verdict, ""), word(record, "reason", limit=500)


def facts(record: Record) -> list[tuple[str, str]]:
    """Return names and values of what was compared."""
    folds = f"{count(record.get('repeats'))} × {count(record.get('folds'))}"
    rows = [(label, count(record.get(key))) for key, label in (
        ("n_rows", "rows"), ("train_rows", "real training rows"), ("test_rows", "test rows of a fold")
    )]  # fmt: skip
    named = [(key, word(record, key, ABSENT)) for key in ("target", "task", "baseline", "seed")]
    return [*named[:3], *rows, ("repeats × folds", folds), named[3]]


def notes(record: Record) -> list[str]:
    """Return what was left out."""
    skipped = record.get("skipped")
    return [clean(text, 300) for text in skipped] if isinstance(skipped, list | tuple) else []


def intervals(record: Record) -> Figure | None:
    """Draw every comparison that has an effect."""
    rows = [row for row in items(record, "rows") if as_float(row.get("effect")) is not None]
    if not rows:
        return None
    names = [f"{word(row, 'learner', '?')}, {word(row, 'candidate', '?')}" for row in rows]
    effect, low, high = (column(rows, key) for key in ("effect", "low", "high"))
    answers = [word(row, "verdict") or None for row in rows]
    metric = metric_name("squared_error" if record.get("task") == "regression" else "log_loss")
    told = "; ".join(
        f"{name}: {significant(as_float(each))}, {said or 'not judged'}"
        for name, each, said in zip(names, effect, answers, strict=True)
    )
    svg = inline_svg(
        lambda: verdict_intervals(names, effect, low, high, verdicts=answers, label=f"fall of the {metric}"),
        "trial",
        f"Paired differences from the baseline. {told}",
    )
    how = (
        "Right of 0 is better than the baseline. ▲ helps, ▼ hurts, ● no evidence: the bar crosses zero, or the loss is "
    )
    return Figure(svg, "Every comparison", how + "no lower than that of a constant prediction.")


def learners(record: Record) -> list[Learner]:
    """Return the arms of each learner with all scores that any of them has."""
    decided = {(word(row, "learner"), word(row, "candidate")): row for row in items(record, "rows")}
    found: dict[str, list[Record]] = {}
    for entry in items(record, "arms"):
        found.setdefault(word(entry, "learner", "?"), []).append(entry)
    others = part(record, "by_score")
    marks = {
        (word(row, "learner"), word(row, "candidate"), score): _MARKS.get(word(row, "verdict"), "")
        for score in _SCORES
        for row in items(others, score)
    }
    return [Learner(name, *_lines(name, entries, decided, marks)) for name, entries in found.items()]


def _lines(
    name: str, entries: list[Record], decided: dict[tuple[str, str], Record], marks: dict[tuple[str, str, str], str]
) -> tuple[tuple[str, ...], tuple[Line, ...]]:
    shown = [key for key in _SCORES if any(as_float(part(entry, "scores").get(key)) is not None for entry in entries)]
    lines = []
    for entry in entries:
        arm = word(entry, "arm", "?")
        row = decided.get((name, arm), {})
        low, effect, high = (as_float(row.get(key)) for key in ("low", "effect", "high"))
        fall = "" if effect is None else f"{fixed(effect, 4)} ({fixed(low, 4)} to {fixed(high, 4)})"
        scores = part(entry, "scores")
        cells = tuple(significant(as_float(scores.get(key))) + marks.get((name, arm, key), "") for key in shown)
        verdict = word(row, "verdict")
        lines.append(Line(arm, cells, fall, _TONES.get(verdict, ""), verdict))
    return tuple(_SCORES[key] for key in shown), tuple(lines)
