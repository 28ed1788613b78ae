"""Columns that give the target away.

A column leaks if it alone predicts the target almost perfectly on rows that were not used to learn how. The rows are
cut into two halves alike in the target; on one half the mean target of each cell of the column is learned (a level, a
twentieth of the numbers, or missing), the other half is scored, and the other way round. Numbers are also scored by
their plain order, which is sharper where the relation is monotone.

Score: area under the ROC curve, averaged over the classes; for a regression, R2 of the cells or the squared rank
correlation. The lower of the two halves counts.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from equipoise.data.column import Column
from equipoise.data.findings import Finding
from equipoise.data.table import Table
from equipoise.data.target import MAX_CLASSES, task_of

__all__ = ["NEAR_PERFECT", "alternate", "find_leaks", "leak_score"]

NEAR_PERFECT = 0.995
_CELLS = 20
_FEWEST = 40  # below, a column separates the halves too easily by chance

_Floats = NDArray[np.float64]


def find_leaks(table: Table, target: str) -> Iterator[Finding]:
    """Yield a finding for each column whose score is at least `NEAR_PERFECT` (perfect, below 200 rows)."""
    answer = table[target]
    rows = np.flatnonzero(~answer.missing if answer.coded else np.isfinite(answer.values))
    outcomes = _outcomes(answer.take(rows))
    if outcomes is None or rows.size < _FEWEST:
        return
    bound = NEAR_PERFECT if rows.size >= 200 else 1 - 1e-9
    halves = alternate(outcomes)
    measure = "R2" if task_of(answer) == "regression" else "AUC"
    for column in table.columns:
        if column.name == target or column.kind == "text":
            continue
        score = leak_score(column.take(rows), outcomes, halves, regression=measure == "R2")
        if score >= bound:
            message = (
                f"column {column.name!r} alone predicts the target {target!r} almost perfectly ({measure} {score:.3f} "
                "on held-out halves); is it known before the target is? If not, drop it"
            )
            yield Finding("leak", column.name, message)


def alternate(outcomes: _Floats) -> NDArray[np.bool_]:
    """Mark every other row in the order of the target: one of two halves that are alike in it."""
    half = np.zeros(len(outcomes), dtype=bool)
    half[np.lexsort(outcomes.T[::-1])[::2]] = True
    return half


def leak_score(column: Column, outcomes: _Floats, half: NDArray[np.bool_], *, regression: bool) -> float:
    """Return the lower score of the two halves, or that of the first if it is below `NEAR_PERFECT` already.

    Parameters
    ----------
    column : Column
        n rows.
    outcomes : ndarray of shape (n, k)
        The target, or one 0/1 column a class.
    half : ndarray of shape (n,)
        Mask of one of the two halves.
    regression : bool
        Whether to score by R2 and rank correlation instead of the area under the ROC curve.
    """
    score = _half_score(column, half, outcomes, regression)
    return score if score < NEAR_PERFECT else min(score, _half_score(column, ~half, outcomes, regression))


def _half_score(column: Column, learn: NDArray[np.bool_], outcomes: _Floats, regression: bool) -> float:
    cells = _cells(column, learn)
    size = int(cells.max()) + 1
    count, total = _cell_sums(cells[learn], outcomes[learn], size)
    means = np.where(count > 0, total / np.maximum(count, 1), outcomes[learn].mean(axis=0))
    judged = outcomes[~learn]
    count, total = _cell_sums(cells[~learn], judged, size)
    score = _r2(means, count, total, judged) if regression else _cell_area(means, count, total)
    if column.coded or column.n_missing:
        return score
    return max(score, _order_score(column.values[~learn], judged, regression))


def _outcomes(answer: Column) -> _Floats | None:
    if answer.kind in ("text", "datetime") or answer.distinct() < 2:
        return None
    if task_of(answer) == "regression":
        return answer.values[:, None]
    classes, codes = np.unique(answer.values, return_inverse=True)
    if len(classes) > MAX_CLASSES:
        return None
    picked = range(1, 2) if len(classes) == 2 else range(len(classes))
    return np.column_stack([codes == code for code in picked]).astype(np.float64)


def _cells(column: Column, learn: NDArray[np.bool_]) -> NDArray[np.intp]:
    if column.coded:
        return column.values.astype(np.intp) + 1
    known = np.sort(column.values[learn & np.isfinite(column.values)])
    edges = known[(np.arange(1, _CELLS) * len(known)) // _CELLS] if known.size else known
    return np.where(column.missing, 0, np.searchsorted(edges, column.values) + 1)


def _cell_sums(cells: NDArray[np.intp], outcomes: _Floats, size: int) -> tuple[_Floats, _Floats]:
    """Rows and sums of the outcomes by cell, of shapes (cells, 1) and (cells, k)."""
    count: _Floats = np.bincount(cells, minlength=size)[:, None].astype(np.float64)
    total: _Floats = np.column_stack([np.bincount(cells, outcome, size) for outcome in outcomes.T])
    return count, total


def _r2(means: _Floats, count: _Floats, total: _Floats, judged: _Floats) -> float:
    error = (judged**2).sum() - 2 * (means * total).sum() + (count * means**2).sum()
    spread = ((judged - judged.mean()) ** 2).sum()
    return float(1 - error / spread) if spread > 0 else 0.0


def _cell_area(means: _Floats, count: _Floats, ones: _Floats) -> float:
    """Mean area under the ROC curves whose score is the cell mean: below it a whole cell counts, within it half."""
    areas = []
    for mean, one in zip(means.T, ones.T, strict=True):
        _, place = np.unique(mean, return_inverse=True)
        one_at, zero_at = np.bincount(place, one), np.bincount(place, count[:, 0] - one)
        pairs = one_at.sum() * zero_at.sum()
        wins = one_at @ (np.cumsum(zero_at) - zero_at / 2)
        areas.append(wins / pairs if pairs else 0.5)
    return float(np.mean(areas))


def _order_score(values: _Floats, outcomes: _Floats, regression: bool) -> float:
    ranks = _ranks(values)
    if regression:
        return _correlation(ranks, _ranks(outcomes[:, 0])) ** 2
    ones = outcomes.sum(axis=0)
    pairs = ones * (len(ranks) - ones)
    area = (ranks @ outcomes - ones * (ones + 1) / 2) / np.maximum(pairs, 1)
    return float(np.where(pairs > 0, np.maximum(area, 1 - area), 0.5).mean())


def _ranks(values: _Floats) -> _Floats:
    """Ranks from 1, ties averaged."""
    _, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    averaged: _Floats = (np.cumsum(counts) - (counts - 1) / 2)[where]
    return averaged


def _correlation(first: _Floats, second: _Floats) -> float:
    first, second = first - first.mean(), second - second.mean()
    scale = np.sqrt((first @ first) * (second @ second))
    return float(first @ second / scale) if scale > 0 else 0.0
