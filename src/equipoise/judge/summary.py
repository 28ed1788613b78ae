"""A record for people in a terminal: the table of arms and the verdicts in 80 columns, and the table as a frame."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from equipoise.data import Column, Table
from equipoise.judge.arms import arm as arm_of

__all__ = ["arms_frame", "as_text"]

_WIDTH = 80
_QUESTIONS = {
    "constrain": "Constrain the model",
    "net": "Regularise a net",
    "generate": "Generate more rows",
    "signal": "Anything to learn",
}
Record = Mapping[str, Any]


def arms_frame(record: Record) -> Any:
    """Return one row an arm: cross-validated and test loss, gap and features."""
    key = record["metric"]["primary"]
    arms = record["arms"]
    names = tuple(arm["label"] for arm in arms)
    numbers = {
        "cv": [arm["cv"][key]["mean"] for arm in arms],
        "cv se": [arm["cv"][key]["se"] for arm in arms],
        "test": [arm["test"][key]["value"] for arm in arms],
        "test low": [arm["test"][key]["low"] for arm in arms],
        "test high": [arm["test"][key]["high"] for arm in arms],
        "fitted": [arm["fitted"][key] for arm in arms],
        "gap": [arm["gap"] for arm in arms],
        "features": [arm["n_features"] for arm in arms],
    }
    label = Column("arm", "text", np.arange(len(arms), dtype=np.int32), names)
    columns = [Column(name, "number", np.array(values, dtype=np.float64)) for name, values in numbers.items()]
    return Table((label, *columns)).to_frame()


def as_text(record: Record) -> str:
    """Return what the command line prints: data, arms from best to worst, verdicts."""
    return "\n".join([*_head(record), "", *_arms(record), "", *_verdicts(record)])


def _head(record: Record) -> list[str]:
    data, split = record["data"], record["data"]["split"]
    folds = record["settings"]
    repeats = f" x {folds['repeats']} repeats" if folds["repeats"] > 1 else ""
    line = (
        f"{data['name']}: target {data['target']} ({data['task']}), {split['train']:,} rows in {folds['folds']} folds"
        f"{repeats}, {split['test']:,} rows put aside ({split['rule']})"
    )
    return textwrap.wrap(line, _WIDTH)


def _arms(record: Record) -> list[str]:
    key = record["metric"]["primary"]
    arms = sorted(record["arms"], key=lambda arm: _number(arm["cv"][key]["mean"]))
    unit = _unit([arm["cv"][key]["mean"] for arm in arms])
    errors = [arm["cv"][key]["se"] for arm in arms]
    label: str = record["metric"]["label"]
    lines = _lines(record, arms, unit, _digits([error / unit for error in errors if error]))
    rule = "-" * max(map(len, lines))
    return [lines[0], rule, *lines[1:], rule, *_legend(label if unit == 1.0 else f"{label} / {unit:.0e}")]


def _lines(record: Record, arms: Sequence[Record], unit: float, digits: int) -> list[str]:
    """Title and rows, with fewer digits if they would not fit."""
    key = record["metric"]["primary"]
    titles = ("", "folds (± s.e.)", "test part (95 %)", "gap", "features")
    cells = [titles, *(_cells(arm, key, unit, digits, arm["name"] == record["best"]) for arm in arms)]
    widths = [max(len(row[j]) for row in cells) for j in range(len(titles))]
    if sum(widths) + 2 * (len(widths) - 1) > _WIDTH and digits > 0:
        return _lines(record, arms, unit, digits - 1)
    return ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip() for row in cells]


def _legend(label: str) -> list[str]:
    text = f"* best. Figures are {label}, less is better; s.e. is a standard error; gap = fitted rows - test part."
    return textwrap.wrap(text, _WIDTH)


def _cells(arm: Record, key: str, unit: float, digits: int, best: bool) -> tuple[str, ...]:
    cv, test = arm["cv"][key], arm["test"][key]
    used = "" if arm["n_features"] is None else f"{arm['n_features']}/{arm['features_total']}"

    def show(value: float | None) -> str:
        return "-" if value is None else f"{round(value / unit, digits) + 0.0:.{digits}f}"

    return (
        f"{'*' if best else ' '} {arm_of(arm['name']).short}",
        f"{show(cv['mean'])} ± {show(cv['se'])}",
        f"{show(test['value'])} ({show(test['low'])}, {show(test['high'])})",
        show(arm["gap"]),
        used,
    )


def _unit(means: list[float | None]) -> float:
    """A power of 1000 that brings losses of very large or small scale to few digits, else 1."""
    known = sorted(abs(mean) for mean in means if mean)
    if not known or 1e-3 <= known[len(known) // 2] < 1e5:
        return 1.0
    return float(10.0 ** (3 * math.floor(math.log10(known[len(known) // 2]) / 3)))


def _number(value: float | None) -> float:
    return math.inf if value is None else value


def _digits(errors: list[float]) -> int:
    """Decimals that leave the typical standard error two digits."""
    known = sorted(errors)
    if not known:
        return 3
    return max(0, min(6, 1 - math.floor(math.log10(known[len(known) // 2]))))


def _verdicts(record: Record) -> list[str]:
    lines: list[str] = []
    width = max(map(len, _QUESTIONS.values()))
    for verdict in record["verdicts"]:
        title = _QUESTIONS.get(verdict["question"], verdict["question"])
        lines.append(f"{title.ljust(width)}  {verdict['verdict'].upper()}")
        lines += textwrap.wrap(verdict["reason"], _WIDTH - 2, initial_indent="  ", subsequent_indent="  ")
        if verdict["question"] == "net":
            lines += _bought(verdict["rows"])
    return lines


def _bought(rows: Sequence[Record]) -> list[str]:
    """What each regulariser bought."""
    width = max(len(arm_of(row["candidate"]).short) for row in rows)
    return [
        f"  {arm_of(row['candidate']).short:<{width}}  {row['effect']:+.3g} less loss "
        f"({row['low']:.3g} to {row['high']:.3g}): {row['verdict']}"
        for row in rows
    ]
