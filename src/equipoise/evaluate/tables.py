"""The judge of synthetic tables: every metric beside its floor and its ceiling.

Floor: rows whose columns are drawn independently from the training rows. Ceiling: held-out real rows in the place of
the synthetic ones. Fidelity is measured against held-out rows where there are any, so that repeating training rows
gains nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from equipoise.data import Table, align, read_table
from equipoise.errors import InputError
from equipoise.evaluate.c2st import TwoSamples, two_samples
from equipoise.evaluate.conclusions import conclusions, findings
from equipoise.evaluate.copies import Copies, copies
from equipoise.evaluate.coverage import density_and_coverage
from equipoise.evaluate.drawings import drawings
from equipoise.evaluate.intervals import Estimate, share
from equipoise.evaluate.membership import membership
from equipoise.evaluate.nearness import dcr_ratio, nearer_to_train
from equipoise.evaluate.record import Fault, LeftOut, Report, Score
from equipoise.evaluate.shape import column_distance, shape, shape_interval
from equipoise.evaluate.space import some
from equipoise.evaluate.trend import pair_distances, trend, trend_interval
from equipoise.evaluate.utility import utility

__all__ = ["evaluate_tables"]

_LEAST = 30  # rows of each table: of fewer no interval says anything
_CLASSIFIED = 50_000  # training rows of the two-sample test; held-out and synthetic ones in proportion
_BOUNDED = 5_000  # the same for its floor and its ceiling
_LEARNED = 50_000  # rows that utility learns on
_BALLS = 4_000  # rows of either side for density and coverage, whose time is their product
_ATTACKED = 2_000  # rows under a membership attack, of either side
_PUBLISHED = 100_000  # synthetic rows that the attacker holds
_WHY = "needs real rows that the synthesizer was not fitted on; give real_test (--holdout)"


@dataclass(frozen=True)
class _Tables:
    """Everything the metrics need, made once."""

    train: Table
    synthetic: Table
    test: Table | None
    floor: Table
    seed: int

    @property
    def reference(self) -> Table:
        """What fidelity is measured against."""
        return self.train if self.test is None else self.test


def evaluate_tables(
    real_train: Any,
    synthetic: Any,
    real_test: Any = None,
    target: str | None = None,
    seed: int = 0,
    *,
    progress: Callable[[str, int, int], None] | None = None,
) -> Report:
    """Judge whether synthetic rows look real, are of use, and copy.

    Parameters
    ----------
    real_train : path, frame or Table
        Rows that the synthesizer was fitted on.
    synthetic : path, frame or Table
        Rows that it drew; best as many as `real_train` and `real_test` together.
    real_test : path, frame or Table, optional
        Real rows that it was not fitted on. Without them, ceilings and all metrics that need them are left out, and the
        report says so.
    target : str, optional
        Column to predict, for utility.
    seed : int
        Of sub-samples, classifiers and bootstraps; the same seed gives the same report.
    progress : callable, optional
        Called with part, parts done and all parts.

    Returns
    -------
    Report
        ``.values``, ``.floors``, ``.ceilings``, ``.intervals``, ``.table()``, ``.to_dict()``, ``.to_html(path)``.

    Raises
    ------
    InputError
        If a table cannot be read, lacks a column of `real_train`, or has fewer than 30 rows; if the target is absent or
        cannot be predicted.

    Examples
    --------
    >>> import equipoise as eq
    >>> iris = eq.data.embedded("iris")
    >>> odd, even = iris.take(range(0, 150, 2)), iris.take(range(1, 150, 2))
    >>> report = eq.evaluate_tables(odd, eq.TableMarginals().fit(odd).sample(150), even, target="target")
    >>> report.values["trend"] < report.ceilings["trend"]
    True
    """
    given = _given(real_train, synthetic, real_test, target, seed)
    tell = progress or _silent
    parts: list[tuple[str, Callable[[], list[Score]]]] = [
        ("columns and pairs", lambda: _shape_and_trend(given)),
        ("density and coverage", lambda: _coverage(given)),
    ]
    tests: list[TwoSamples] = []
    repeated: list[Copies] = []
    if given.test is not None:
        test = given.test
        parts += [("two-sample test", lambda: _c2st(given, test, tests))]
        parts += [("utility", lambda: _utility(given, test, target))] if target is not None else []
        parts += [("copies", lambda: _copies(given, test, repeated)), ("distances", lambda: _nearness(given, test))]
        parts += [("membership", lambda: _membership(given, test))]
    scores: dict[str, Score] = {}
    for done, (name, measure) in enumerate(parts):
        tell(name, done, len(parts))
        scores |= {score.name: score for score in measure()}
    tell("done", len(parts), len(parts))
    importance = tests[0].importance if tests else {}
    columns, counted = _columns(given, importance), repeated[0] if repeated else None
    return Report(
        scores=tuple(scores.values()),
        conclusions=conclusions(scores, counted),
        columns=columns,
        pairs=_pairs(given),
        left_out=_left_out(given, target),
        findings=findings(scores, counted, columns),
        rows={"train": len(given.train), "held out": len(given.test or ()), "synthetic": len(given.synthetic)},
        target=target,
        seed=seed,
        drawings=drawings(given.reference, given.synthetic),
    )


def _silent(*_: object) -> None:
    pass


def _given(real_train: Any, synthetic: Any, real_test: Any, target: str | None, seed: int) -> _Tables:
    train = read_table(real_train)
    others = [None if source is None else align(read_table(source), train) for source in (synthetic, real_test)]
    for name, table in zip(("real_train", "synthetic", "real_test"), (train, *others), strict=True):
        if table is not None and len(table) < _LEAST:
            raise InputError(f"{name} has {len(table)} rows; give at least {_LEAST}")
    if not [column for column in train.columns if column.kind != "text"]:
        raise InputError("all columns of real_train are text or identifiers; add one that describes the rows")
    if target is not None:
        from equipoise.data import target_vector

        target_vector(train, target)
    drawn, test = others
    assert drawn is not None
    rows = len(train) + (0 if test is None else len(test))
    return _Tables(train, drawn, test, _independent(train, rows, seed), seed)


def _independent(train: Table, rows: int, seed: int) -> Table:
    """Every column on its own: its values in random order, as often as it takes."""
    random = np.random.default_rng((seed, 1))
    times = -(-rows // len(train))

    def order() -> Any:
        return np.concatenate([random.permutation(len(train)) for _ in range(times)])[:rows]

    return replace(train, columns=tuple(column.take(order()) for column in train.columns))


def _score(
    name: str, label: str, group: Any, best: Any, found: Estimate, floor: float | None, ceiling: float | None, how: str
) -> Score:
    return Score(name, label, group, best, *found, floor=floor, ceiling=ceiling, method=how)


def _shape_and_trend(given: _Tables) -> list[Score]:
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


def _coverage(given: _Tables) -> list[Score]:
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


def _c2st(given: _Tables, test: Table, keep: list[TwoSamples]) -> list[Score]:
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


def _classified(given: _Tables, test: Table, drawn: Table, most: int) -> tuple[Table, Table, Table]:
    """Training, held-out and other rows, none more than in proportion to `most` training rows."""
    train = some(given.train, most, given.seed, 3)
    held = some(test, max(_LEAST, len(train) * len(test) // len(given.train)), given.seed, 4)
    return train, held, _mixed(some(drawn, len(train) + len(held), given.seed, 5), given.seed)


def _mixed(table: Table, seed: int) -> Table:
    """Rows in random order: the test takes the first for learning and the others for scoring."""
    return table.take(np.random.default_rng((seed, 8)).permutation(len(table)))


def _utility(given: _Tables, test: Table, target: str | None) -> list[Score]:
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


def _copies(given: _Tables, test: Table, keep: list[Copies]) -> list[Score]:
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


def _nearness(given: _Tables, test: Table) -> list[Score]:
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


def _membership(given: _Tables, test: Table) -> list[Score]:
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


def _columns(given: _Tables, importance: Any) -> tuple[Fault, ...]:
    real = [column for column in given.reference.columns if column.kind != "text"]
    found = [Fault(c.name, column_distance(c, given.synthetic[c.name]), importance.get(c.name)) for c in real]
    return tuple(sorted(found, key=lambda fault: -fault.distance))


def _pairs(given: _Tables) -> tuple[Fault, ...]:
    found = pair_distances(given.reference, given.synthetic)
    return tuple(Fault(f"{a} × {b}", found[a, b]) for a, b in sorted(found, key=lambda pair: -found[pair])[:20])


def _left_out(given: _Tables, target: str | None) -> tuple[LeftOut, ...]:
    if given.test is None:
        names = "All ceilings", "C2ST", "TSTR", "Copies", "Nearer to training rows", "Membership attack"
        return tuple(LeftOut(name, _WHY) for name in names)
    return () if target is not None else (LeftOut("TSTR", "needs a column to predict; give target (--target)"),)
