"""The verdicts in plain words, with their intervals."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.report.numbers import as_float, decimals, fixed, significant
from equipoise.report.plots.verdict_intervals import verdict_intervals
from equipoise.report.svg import inline_svg
from equipoise.report.views._read import Figure, Record, arm_labels, column, items, part, word

__all__ = ["Scale", "Verdict", "verdicts"]

_SUBJECTS = {
    "constrain": "Constraining the model",
    "net": "Regularising a net",
    "generate": "Generating more data",
    "signal": "Learning from the columns",
}
_WORDS = {"helps": "helps", "hurts": "hurts", "no evidence": "no evidence"}
_ROWS = 14  # comparisons that one figure shows


@dataclass(frozen=True)
class Scale:
    """Positions in per cent on a line that has zero and one interval on it."""

    zero: float
    low: float
    high: float
    effect: float


@dataclass(frozen=True)
class Verdict:
    """One question and its answer."""

    question: str
    subject: str
    verdict: str
    tone: str
    effect: str
    interval: str
    difference: str
    pair: str
    reason: str
    scale: Scale | None
    figure: Figure | None


def verdicts(record: Record) -> list[Verdict]:
    """Return one entry a question, in the order of the record."""
    return [_verdict(entry, record, index) for index, entry in enumerate(items(record, "verdicts"))]


def _verdict(entry: Record, record: Record, index: int) -> Verdict:
    question = word(entry, "question", "question")
    answer = _WORDS.get(str(entry.get("verdict")), "not judged")
    effect, low, high = (as_float(entry.get(key)) for key in ("effect", "low", "high"))
    metric = word(part(record, "metric"), "label", "loss")
    places = decimals([_spread(low, high) or (effect and abs(effect) / 5)])
    interval = "" if low is None or high is None else f"{fixed(low, places)} to {fixed(high, places)}"
    return Verdict(
        question=question,
        subject=_SUBJECTS.get(question, _capital(question)),
        verdict=answer,
        tone=answer.replace(" ", "-"),
        effect=fixed(effect, places),
        interval=interval,
        difference=_capital(_difference(effect, places, metric)),
        pair=_pair(entry, record),
        reason=_capital(word(entry, "reason", limit=400)),
        scale=_scale(effect, low, high),
        figure=_figure(entry, record, f"verdict{index}", metric),
    )


def _difference(effect: float | None, places: int, metric: str) -> str:
    if effect is None:
        return "There is no comparison to report."
    direction = "lower" if effect >= 0 else "higher"
    return f"{metric} {fixed(abs(effect), places)} {direction}"


def _pair(entry: Record, record: Record) -> str:
    labels = arm_labels(record)
    names = [labels.get(str(entry.get(key)), word(entry, key)) for key in ("candidate", "baseline")]
    return f"{names[0]} against {names[1]}" if all(names) else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _spread(low: float | None, high: float | None) -> float | None:
    """Return about one standard error, which decides on the digits."""
    return None if low is None or high is None else (high - low) / 4


def _scale(effect: float | None, low: float | None, high: float | None) -> Scale | None:
    if effect is None or low is None or high is None:
        return None
    left, right = min(low, effect, 0.0), max(high, effect, 0.0)
    width = (right - left) or 1.0
    zero, start, end, middle = (6 + 88 * (value - left) / width for value in (0.0, low, high, effect))
    return Scale(round(zero, 2), round(start, 2), round(end, 2), round(middle, 2))


def _figure(entry: Record, record: Record, key: str, metric: str) -> Figure | None:
    rows = [row for row in items(entry, "rows") if as_float(row.get("effect")) is not None]
    rows = sorted(rows, key=lambda row: -float(row["effect"]))[:_ROWS]
    if not rows:
        return None
    labels = arm_labels(record)
    names = [labels.get(str(row.get("candidate")), word(row, "candidate", "?")) for row in rows]
    effect, low, high = (column(rows, k) for k in ("effect", "low", "high"))
    answers = [word(row, "verdict") or None for row in rows]
    told = "; ".join(
        f"{n}: {significant(as_float(e))}, {a or 'not judged'}" for n, e, a in zip(names, effect, answers, strict=True)
    )
    svg = inline_svg(
        lambda: verdict_intervals(names, effect, low, high, verdicts=answers, label=f"{metric} saved"),
        key,
        f"Paired differences from the baseline. {told}",
    )
    how = "▲ helps, ▼ hurts, ● no evidence. A bar that crosses zero could be chance."
    question = word(entry, "question", "question")
    return Figure(svg, f"{_SUBJECTS.get(question, _capital(question))}: every comparison", how)
