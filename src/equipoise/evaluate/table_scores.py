"""The scores of the judge of synthetic tables, each beside its floor and its ceiling, from tables made once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from equipoise.data import Table
from equipoise.evaluate.c2st import TwoSamples, two_samples
from equipoise.evaluate.copies import Copies, copies
from equipoise.evaluate.coverage import density_and_coverage
from equipoise.evaluate.intervals import Estimate, share
from equipoise.evaluate.membership import membership
from equipoise.evaluate.nearness import dcr_ratio, nearer_to_train
from equipoise.evaluate.record import Score
from equipoise.evaluate.shape import shape, shape_interval
from equipoise.evaluate.space import some
from equipoise.evaluate.trend import trend, trend_interval
from equipoise.evaluate.utility import utility

__all__ = ["LEAST", "Judged", "attacked", "balls", "distances", "repeats", "shape_and_trend", "taught", "told_apart"]

LEAST = 30  # rows of each table: of fewer no interval says anything
_CLASSIFIED = 50_000  # training rows of the two-sample test; held-out and synthetic ones in proportion
_BOUNDED = 5_000  # the same for its floor and its ceiling
_LEARNED = 50_000  # rows that utility learns on
_BALLS = 4_000  # rows of either side for density and coverage, whose time is their product
_ATTACKED = 2_000  # rows under a membership attack, of either side
_PUBLISHED = 100_000  # synthetic rows that the attacker holds


@dataclass(frozen=True)
class Judged:
    """The tables that are judged and compared with, made once."""

    train: Table
    synthetic: Table
    test: Table | None
    floor: Table
    seed: int

    @property
    def reference(self) -> Table:
        """What fidelity is measured against."""
        return self.train if self.test is None else self.test


def _score(
    name: str, label: str, group: Any, best: Any, found: Estimate, floor: float | None, ceiling: float | None, how: str
) -> Score:
    return Score(name, label, group, best, *found, floor=floor, ceiling=ceiling, method=how)


def shape_and_trend(given: Judged) -> list[Score]:
    """Return Shape, and Trend where there are two columns."""
    real, drawn = given.reference, given.synthetic
    against = f"against {len(real):,} {'training' if given.test is None else 'held-out'} rows; bootstrap of both tables"
    other = None if given.test is None else given.train
    entries: tuple[tuple[str, str, Any, Any, str], ...] = (
        ("shape", "Shape", shape, shape_interval, "1 - mean distance of the columns (KS, TV)"),
        ("trend", "Trend", trend, trend_interval, "1 - mean distance of the pairs, in bins of the real table"),
    )
    return [
        _score(
            name, label, "fidelity", "high", interval(real, drawn, given.seed), plain(real, given.floor),
            None if other is None else plain(real, other), f"{what}, {against}",
        )
        for name, label, plain, interval, what in entries
        if name == "shape" or len([c for c in real.columns if c.kind != "text"]) > 1
    ]  # fmt: skip


def balls(given: Judged) -> list[Score]:
    """Return density and coverage."""
    rows = min(_BALLS, len(given.reference), len(given.synthetic), len(given.train))
    real, drawn, low, high = (
        some(table, rows, given.seed, 2, place)
        for place, table in enumerate((given.reference, given.synthetic, given.floor, given.train))
    )
    found, floor = (density_and_coverage(real, table, given.train) for table in (drawn, low))
    ceiling = (None, None) if given.test is None else density_and_coverage(real, high, given.train)
    how = f"balls to the 5th nearest of {rows:,} real rows, {rows:,} synthetic ones"
    kinds = ("density", "Density", "normal over synthetic rows"), ("coverage", "Coverage", "Wilson over real rows")
    return [
        _score(name, label, "fidelity", "high", a, b[0], None if c is None else c[0], f"{how}; {interval}")
        for (name, label, interval), a, b, c in zip(kinds, found, floor, ceiling, strict=True)
    ]


def told_apart(given: Judged, test: Table, keep: list[TwoSamples]) -> list[Score]:
    """Return the two-sample score; the test itself is kept."""
    seed = given.seed
    train, held, drawn = _classified(given, test, given.synthetic, _CLASSIFIED)
    found = two_samples(train, held, drawn, seed)
    keep.append(found)
    low = two_samples(*_classified(given, test, given.floor, _BOUNDED), seed, importance=False).lowest[0]
    order = np.random.default_rng((seed, 6)).permutation(len(given.train))[:_BOUNDED]
    first, second = np.split(order, [len(order) * 2 // 3])
    fresh = _mixed(some(test, len(order), seed, 7), seed)
    high = two_samples(given.train.take(first), given.train.take(second), fresh, seed, importance=False).lowest[0]
    by = ", ".join(f"{name} {score:.3f}" for name, score in found.scores.items())
    how = (
        f"lowest of three classifiers ({by}); {len(train):,} training, {len(held):,} held-out and {len(drawn):,} "
        f"synthetic rows (floor and ceiling: at most {_BOUNDED:,} training rows); DeLong given what was learned, "
        "corrected for three"
    )
    return [_score("c2st", "C2ST", "fidelity", "high", found.lowest, low, high, how)]


def _classified(given: Judged, test: Table, drawn: Table, most: int) -> tuple[Table, Table, Table]:
    """Training, held-out and other rows, none more than in proportion to `most` training rows."""
    train = some(given.train, most, given.seed, 3)
    held = some(test, max(LEAST, len(train) * len(test) // len(given.train)), given.seed, 4)
    return train, held, _mixed(some(drawn, len(train) + len(held), given.seed, 5), given.seed)


def _mixed(table: Table, seed: int) -> Table:
    """Rows in random order: the test takes the first for learning and the others for scoring."""
    return table.take(np.random.default_rng((seed, 8)).permutation(len(table)))


def taught(given: Judged, test: Table, target: str | None) -> list[Score]:
    """Return what a model learned on synthetic rows is worth on held-out ones."""
    assert target is not None
    tables = [
        some(table, min(_LEARNED, len(given.train)), given.seed, 9)
        for table in (given.synthetic, given.floor, given.train)
    ]
    found, floor, ceiling = (utility(table, test, target, given.train, given.seed) for table in tables)
    kinds: dict[str, tuple[str, Any, str]] = {
        "auc": ("TSTR AUC", "high", "DeLong"),
        "log_loss": ("TSTR log loss", "low", "normal over test rows"),
        "r2": ("TSTR R²", "high", "bootstrap of test rows"),
    }
    how = f"histogram boosting on {len(tables[0]):,} synthetic rows, scored on {len(test):,} held-out rows"
    return [
        _score(
            f"tstr_{name}", kinds[name][0], "utility", kinds[name][1], found[name], floor[name][0], ceiling[name][0],
            f"{how}; ceiling: on {len(tables[2]):,} training rows (TRTR); {kinds[name][2]}, given what was learned",
        )
        for name in found
    ]  # fmt: skip


def repeats(given: Judged, test: Table, keep: list[Copies]) -> list[Score]:
    """Return exact and near copies; what was counted is kept."""
    found, low = (copies(given.train, table, test) for table in (given.synthetic, given.floor))
    keep.append(found)
    rows = len(given.synthetic)
    kinds = (
        ("exact_copies", "Exact copies", found.exact, low.exact, found.fresh_exact, "equal in every column"),
        ("near_copies", "Near copies", found.near, low.near, found.fresh_near,
         "equal labels, numbers in the same hundredth of the training rows"),
    )  # fmt: skip
    return [
        _score(
            name, label, "privacy", "low", share(value * rows, rows), floor, fresh,
            f"share of {rows:,} synthetic rows that repeat a training row: {what}; Wilson",
        )
        for name, label, value, floor, fresh, what in kinds
    ]  # fmt: skip


def distances(given: Judged, test: Table) -> list[Score]:
    """Return which rows synthetic ones lie nearer to, and the DCR ratio."""
    rows, seed = min(len(given.train), len(test)), given.seed
    train, fresh = some(given.train, rows, seed, 10), some(test, rows, seed, 11)
    drawn, floor = (some(table, _BALLS, seed, 12) for table in (given.synthetic, given.floor))
    found, low = (nearer_to_train(train, fresh, table) for table in (drawn, floor))
    third, *others = _thirds(test, seed)
    rest = Table.concat(*others)
    few = some(given.train, len(rest), seed, 13)
    high = nearer_to_train(few, some(rest, len(few), seed, 13), some(third, _BALLS, seed, 12))[0]
    ratio = dcr_ratio(given.train, some(test, _BALLS, seed, 14), drawn)
    how = (
        f"share of {len(drawn):,} synthetic rows nearer to one of {rows:,} training rows than to one of {rows:,} "
        "held-out rows; rows with the same nearest one are a cluster"
    )
    nothing = float("nan")
    return [
        _score("nearer_to_train", "Nearer to training rows", "privacy", "half", found, low[0], high, how),
        _score(
            "dcr", "DCR ratio (smoke test)", "privacy", "high", (ratio, nothing, nothing), None, 1.0,
            "median distance to the closest training record, synthetic over held-out rows; a smoke test only: rows "
            "that leak can pass it",
        ),
    ]  # fmt: skip


def _thirds(test: Table, seed: int) -> tuple[Table, Table, Table]:
    order = np.array_split(np.random.default_rng((seed, 15)).permutation(len(test)), 3)
    return test.take(order[0]), test.take(order[1]), test.take(order[2])


def attacked(given: Judged, test: Table) -> list[Score]:
    """Return how well a membership attack does."""
    seed = given.seed
    first, second, third = _thirds(test, seed)
    members, others = some(given.train, _ATTACKED, seed, 16), some(third, _ATTACKED, seed, 17)
    drawn, floor = (some(table, _PUBLISHED, seed, 18) for table in (given.synthetic, given.floor))
    found, low, high = (membership(members, others, second, table, given.train) for table in (drawn, floor, first))
    how = (
        f"AUC for {len(members):,} training against {len(others):,} held-out rows; the attacker holds {len(drawn):,} "
        f"synthetic and {len(second):,} other real rows; DeLong"
    )
    return [_score("membership", "Membership attack, AUC", "privacy", "half", found, low[0], high[0], how)]
