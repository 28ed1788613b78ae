"""Planted answers: fresh rows pass, copies and shuffled columns do not."""

from __future__ import annotations

import numpy as np
import pytest

from equipoise.data import Column, Table
from equipoise.evaluate import c2st, c2st_scores, copies


def rows(n, seed):
    random = np.random.default_rng(seed)
    label = random.integers(3, size=n).astype(np.int32)
    x = label + 0.3 * random.normal(size=n)
    x[random.random(n) < 0.1] = np.nan
    return Table((
        Column("x", "number", x), Column("y", "number", random.normal(size=n)),
        Column("label", "category", label, ("a", "b", "c")),
    ))  # fmt: skip


TRAIN, TEST, FRESH = rows(900, 0), rows(400, 1), rows(1300, 2)


def test_fresh_rows_cannot_be_told_apart():
    assert c2st(TRAIN, TEST, FRESH) > 0.8


def test_shuffled_columns_can():
    random = np.random.default_rng(0)
    shuffled = Table(tuple(column.take(random.permutation(1300)) for column in FRESH.columns))
    assert max(c2st_scores(TRAIN, TEST, shuffled).values()) < 0.6


def test_shifted_numbers_can():
    moved = FRESH.replace(Column("y", "number", FRESH["y"].values + 2.0))
    assert c2st(TRAIN, TEST, moved) < 0.4


def test_the_same_seed_gives_the_same_scores():
    assert c2st_scores(TRAIN, TEST, FRESH, 3) == c2st_scores(TRAIN, TEST, FRESH, 3)


def test_copies_are_caught_and_fresh_rows_are_not():
    copied = TRAIN.take(np.arange(300))
    found = copies(TRAIN, copied, TEST)
    assert (found.exact, found.near, found.fresh_exact) == (1.0, 1.0, 0.0)
    assert not found.within_bound
    assert copies(TRAIN, FRESH, TEST).within_bound


def test_near_copies_are_caught():
    near = copies(TRAIN, TRAIN.replace(Column("y", "number", TRAIN["y"].values + 1e-5)), TEST)
    assert near.exact == 0
    assert near.near > 0.9
    assert not near.within_bound


def test_tables_that_repeat_themselves_are_no_copies():
    coarse = Table((Column("a", "category", np.arange(100, dtype=np.int32) % 2, ("no", "yes")),))
    found = copies(coarse, coarse, coarse)
    assert found.exact == found.fresh_exact == pytest.approx(1.0)
    assert found.within_bound


def test_pooled_rates_count_training_rows_against_each_other():
    def table(values):
        return Table((Column("x", "number", np.asarray(values, float)),))

    train = table([*range(6), 0, 1])  # four of eight rows are there twice
    found = copies(train, table([0.0, 9.0]), table([1.0, 7.0]), pool=True)
    assert found.fresh_exact == pytest.approx((1 + 4) / 10)
    assert found.fresh_rows == 10
    assert found.exact == 0.5
    assert copies(train, table([0.0, 9.0]), table([1.0, 7.0])).fresh_exact == 0.5
    assert copies(table(range(8)), table([0.0]), table([1.0, 9.0]), pool=True).fresh_exact == pytest.approx(0.1)
