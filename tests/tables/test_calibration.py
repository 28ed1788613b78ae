"""Rows are left out so that single columns agree with the training rows, and nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import equipoise as eq
from equipoise.data import Column, Table, embedded
from equipoise.tables.calibration import calibrated
from equipoise.tables.codec import TableCodec


def table(random: np.random.Generator, n: int, share: float) -> Table:
    """Two columns that go together: a number, and a category that is taken more often where the number is high."""
    number = random.normal(size=n)
    chosen = (random.random(n) < share * (1 + np.tanh(number))).astype(np.int32)
    return Table((Column("number", "number", number), Column("kind", "category", chosen, ("no", "yes"))))


def off(codec: TableCodec, codes: np.ndarray) -> float:
    """Return the mean distance of total variation of the slots from those of the training rows."""
    return float(
        np.mean(
            [
                0.5
                * np.abs(
                    column.counts / column.counts.sum() - np.bincount(part, minlength=len(column.counts)) / len(part)
                ).sum()
                for part, column in zip(codes.T, codec.placed, strict=True)
            ]
        )
    )


def test_margins_agree_where_chance_and_bias_left_them_off():
    random = np.random.default_rng(0)
    codec = TableCodec.fit(table(random, 5000, 0.4), 32)
    drawn = codec.encode(table(random, 5500, 0.36))
    kept = drawn[calibrated(codec, drawn, 5000, random)]
    assert off(codec, drawn[:5000]) > 0.025
    assert off(codec, kept) < 0.4 * off(codec, drawn[:5000])


def test_what_goes_together_stays_so():
    random = np.random.default_rng(1)
    train = table(random, 20_000, 0.4)
    codec, drawn = TableCodec.fit(train, 32), table(random, 22_000, 0.4)
    rows = drawn.take(calibrated(codec, codec.encode(drawn), 20_000, random))
    between = [np.corrcoef(part["number"].values, part["kind"].values)[0, 1] for part in (drawn, rows)]
    assert abs(between[0] - between[1]) < 0.01


@given(st.integers(1, 60), st.integers(0, 60), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_as_many_different_rows_come_out_as_were_asked_for(n, more, seed):
    random = np.random.default_rng(seed)
    codec = TableCodec.fit(table(random, 40, 0.4), 8)
    drawn = codec.encode(table(random, n + more, 0.2))
    kept = calibrated(codec, drawn, n, random)
    assert len(kept) == n
    assert np.all(np.diff(kept) > 0)
    assert kept.max() < n + more


def test_of_few_rows_each_keeps_half_of_its_chance():
    # ten rows say little of a law
    random = np.random.default_rng(2)
    codec = TableCodec.fit(table(random, 5000, 0.4), 32)
    often = np.zeros(12)
    drawn = codec.encode(table(random, 12, 0.4))
    for _ in range(2000):
        often[calibrated(codec, drawn, 10, random)] += 1 / 2000
    assert often.min() > 0.5 * 10 / 12


@pytest.mark.parametrize("where", [None, {"target": "setosa"}])
def test_a_door_calibrates_rows_that_are_drawn_without_a_condition(where, monkeypatch):
    from equipoise.tables import refined as module

    asked = []
    real = calibrated
    monkeypatch.setattr(module, "calibrated", lambda *a: asked.append(a[2]) or real(*a))
    made = eq.Refined(eq.TableMarginals(), rounds=1).fit(embedded("iris"))
    rows = made.sample(50, where=where)
    assert len(rows) == 50
    assert asked == ([50] if where is None else [])
