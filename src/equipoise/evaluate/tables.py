"""The judge of synthetic tables: every metric beside its floor and its ceiling.

Floor: rows whose columns are drawn independently from the training rows. Ceiling: held-out real rows in the place of
the synthetic ones. Fidelity is measured against held-out rows where there are any, so that repeating training rows
gains nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from equipoise.data import Table, align, read_table
from equipoise.errors import InputError
from equipoise.evaluate.c2st import TwoSamples
from equipoise.evaluate.conclusions import conclusions, findings
from equipoise.evaluate.copies import Copies
from equipoise.evaluate.drawings import drawings
from equipoise.evaluate.record import Fault, LeftOut, Report, Score
from equipoise.evaluate.shape import column_distance
from equipoise.evaluate.table_scores import (
    LEAST,
    Judged,
    attacked,
    balls,
    distances,
    repeats,
    shape_and_trend,
    taught,
    told_apart,
)
from equipoise.evaluate.trend import pair_distances

__all__ = ["evaluate_tables"]

_WHY = "needs real rows that the synthesizer was not fitted on; give real_test (--holdout)"


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
        ("columns and pairs", lambda: shape_and_trend(given)),
        ("density and coverage", lambda: balls(given)),
    ]
    tests: list[TwoSamples] = []
    repeated: list[Copies] = []
    if given.test is not None:
        test = given.test
        parts += [("two-sample test", lambda: told_apart(given, test, tests))]
        parts += [("utility", lambda: taught(given, test, target))] if target is not None else []
        parts += [("copies", lambda: repeats(given, test, repeated)), ("distances", lambda: distances(given, test))]
        parts += [("membership", lambda: attacked(given, test))]
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


def _given(real_train: Any, synthetic: Any, real_test: Any, target: str | None, seed: int) -> Judged:
    train = read_table(real_train)
    others = [None if source is None else align(read_table(source), train) for source in (synthetic, real_test)]
    for name, table in zip(("real_train", "synthetic", "real_test"), (train, *others), strict=True):
        if table is not None and len(table) < LEAST:
            raise InputError(f"{name} has {len(table)} rows; give at least {LEAST}")
    if not [column for column in train.columns if column.kind != "text"]:
        raise InputError("all columns of real_train are text or identifiers; add one that describes the rows")
    if target is not None:
        from equipoise.data import target_vector

        target_vector(train, target)
    drawn, test = others
    assert drawn is not None
    rows = len(train) + (0 if test is None else len(test))
    return Judged(train, drawn, test, _independent(train, rows, seed), seed)


def _independent(train: Table, rows: int, seed: int) -> Table:
    """Every column on its own: its values in random order, as often as it takes."""
    random = np.random.default_rng((seed, 1))
    times = -(-rows // len(train))

    def order() -> Any:
        return np.concatenate([random.permutation(len(train)) for _ in range(times)])[:rows]

    return replace(train, columns=tuple(column.take(order()) for column in train.columns))


def _columns(given: Judged, importance: Any) -> tuple[Fault, ...]:
    real = [column for column in given.reference.columns if column.kind != "text"]
    found = [Fault(c.name, column_distance(c, given.synthetic[c.name]), importance.get(c.name)) for c in real]
    return tuple(sorted(found, key=lambda fault: -fault.distance))


def _pairs(given: Judged) -> tuple[Fault, ...]:
    found = pair_distances(given.reference, given.synthetic)
    return tuple(Fault(f"{a} × {b}", found[a, b]) for a, b in sorted(found, key=lambda pair: -found[pair])[:20])


def _left_out(given: Judged, target: str | None) -> tuple[LeftOut, ...]:
    if given.test is None:
        names = "All ceilings", "C2ST", "TSTR", "Copies", "Nearer to training rows", "Membership attack"
        return tuple(LeftOut(name, _WHY) for name in names)
    return () if target is not None else (LeftOut("TSTR", "needs a column to predict; give target (--target)"),)
