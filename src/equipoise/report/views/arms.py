"""The table of arms and the gap between what they fitted and what they meet."""

from __future__ import annotations

import math
from dataclasses import dataclass

from equipoise.report.numbers import ABSENT, as_float, count, decimals, fixed, significant
from equipoise.report.plots.generalisation_gap import generalisation_gap
from equipoise.report.svg import inline_svg
from equipoise.report.views._read import Figure, Record, column, items, metric_name, part, word

__all__ = ["Arm", "ArmTable", "arm_table", "gap_figure", "ranked"]

_SHOWN = 20  # arms in the figure; the table shows all


@dataclass(frozen=True)
class Arm:
    """One row of the table, ready to print."""

    label: str
    strategy: str
    best: bool
    features: str
    cv: str
    se: str
    test: str
    interval: str
    fitted: str
    gap: str
    others: tuple[str, ...]


@dataclass(frozen=True)
class ArmTable:
    """The table, best arm first."""

    metric: str
    others: tuple[str, ...]
    rows: tuple[Arm, ...]
    best: Arm | None


def ranked(record: Record) -> list[Record]:
    """Return the arms sorted by cross-validated loss; those without one come last."""
    metric = str(part(record, "metric").get("primary"))

    def loss(arm: Record) -> float:
        score = as_float(part(arm, "cv", metric).get("mean"))
        return math.inf if score is None else score

    return sorted(items(record, "arms"), key=loss)


def arm_table(record: Record) -> ArmTable:
    """Return all arms with digits that their standard errors justify."""
    metric = part(record, "metric")
    primary = str(metric.get("primary"))
    secondary = metric.get("secondary")
    others = tuple(str(key) for key in secondary)[:3] if isinstance(secondary, list | tuple) else ()
    arms = ranked(record)
    places = {key: decimals(as_float(part(arm, "cv", key).get("se")) for arm in arms) for key in (primary, *others)}
    places |= {key: min(3, places[key]) for key in others}
    rows = tuple(_arm(arm, primary, others, places, record.get("best")) for arm in arms)
    named = tuple(metric_name(key) for key in others)
    return ArmTable(word(metric, "label", metric_name(primary)), named, rows, next((r for r in rows if r.best), None))


def _arm(arm: Record, primary: str, others: tuple[str, ...], places: dict[str, int], best: object) -> Arm:
    digits = places[primary]
    cv, test = part(arm, "cv", primary), part(arm, "test", primary)
    low, high, error = as_float(test.get("low")), as_float(test.get("high")), as_float(cv.get("se"))
    used, total = as_float(arm.get("n_features")), as_float(arm.get("features_total"))
    return Arm(
        label=word(arm, "label", word(arm, "name", "unnamed")),
        strategy=word(arm, "strategy"),
        best=best is not None and arm.get("name") == best,
        features=ABSENT if used is None else count(used) if total is None else f"{count(used)} of {count(total)}",
        cv=fixed(as_float(cv.get("mean")), digits),
        se="" if error is None else f"± {fixed(error, digits)}",
        test=fixed(as_float(test.get("value")), digits),
        interval="" if low is None or high is None else f"{fixed(low, digits)} to {fixed(high, digits)}",
        fitted=fixed(as_float(part(arm, "fitted").get(primary)), digits),
        gap=fixed(as_float(arm.get("gap")), digits, sign=True),
        others=tuple(fixed(as_float(part(arm, "cv", key).get("mean")), places[key]) for key in others),
    )


def gap_figure(record: Record) -> Figure | None:
    """Return the chart of fitted, cross-validated and test loss."""
    arms = ranked(record)[:_SHOWN]
    if not arms:
        return None
    metric = part(record, "metric")
    primary = str(metric.get("primary"))
    label = word(metric, "label", metric_name(primary))
    names = [word(arm, "label", word(arm, "name", "unnamed")) for arm in arms]
    best = next((n for n, arm in zip(names, arms, strict=True) if arm.get("name") == record.get("best")), None)
    fitted, validated = column(arms, "fitted", primary), column(arms, "cv", primary, "mean")
    test, low, high = (column(arms, "test", primary, key) for key in ("value", "low", "high"))
    told = "; ".join(
        f"{name}: fitted {significant(as_float(f))}, cross-validated {significant(as_float(v))}, "
        f"test {significant(as_float(t))}"
        for name, f, v, t in zip(names, fitted, validated, test, strict=True)
    )
    svg = inline_svg(
        lambda: generalisation_gap(
            names,
            fitted,
            validated,
            test,
            se=column(arms, "cv", primary, "se"),
            low=low,
            high=high,
            best=best,
            label=f"{label}\u2003(left is better)",
        ),
        "gap",
        f"Loss of each arm. {told}",
    )
    how = (
        "The grey bar runs from the loss on fitted rows to the loss on the test part: the longer it is, the more the "
        "arm overfits. Thin lines are ± one standard error and the 95 % interval."
    )
    return Figure(svg, "From fitted to unseen", how)
