"""Tables to slots and back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.data import Column, Table
from equipoise.errors import InputError
from equipoise.tables import TableCodec
from equipoise.tables.slots import fit_slots, slot_width


def random_again():
    return np.random.default_rng(0)


def numbers(values, kind="number"):
    return Table((Column("x", kind, np.asarray(values, float)),))


NUMBERS = st.lists(st.one_of(st.just(np.nan), st.just(0.0), st.floats(-1e12, 1e12)), min_size=1, max_size=120)


@settings(deadline=None, max_examples=150)
@given(values=NUMBERS, bins=st.sampled_from([4, 8, 16]))
def test_numbers_come_back_up_to_their_bin(values, bins):
    table = numbers(values)
    codec = TableCodec.fit(table, bins)
    codes = codec.encode(table)
    back = codec.decode(codes, random_again())
    np.testing.assert_array_equal(codec.encode(back), codes)  # the same bin
    np.testing.assert_array_equal(back["x"].missing, table["x"].missing)
    assert set(back["x"].values[~back["x"].missing]) <= set(table["x"].values)  # observed values only
    if table["x"].distinct() < bins:  # every value has a bin of its own
        np.testing.assert_array_equal(back["x"].values, table["x"].values)


@settings(deadline=None, max_examples=60)
@given(
    codes=st.lists(st.integers(-1, 5), min_size=1, max_size=60),
    kind=st.sampled_from(["category", "boolean"]),
)
def test_categories_come_back_exactly(codes, kind):
    table = Table((Column("x", kind, np.array(codes, np.int32), tuple("abcdef")),))
    codec = TableCodec.fit(table, 16)
    back = codec.decode(codec.encode(table), random_again())
    np.testing.assert_array_equal(back["x"].values, table["x"].values)
    assert back["x"].levels == table["x"].levels


def test_every_kind_comes_back(mixed):
    codec = TableCodec.fit(mixed)
    back = codec.decode(codec.encode(mixed), random_again())
    assert back.kinds == mixed.kinds
    assert back.names == mixed.names
    for name in ("group", "flag"):
        np.testing.assert_array_equal(back[name].values, mixed[name].values)
    assert (back["spike"].values[mixed["spike"].values == 0] == 0).all()
    assert (back["day"].values % 86_400e6 == 0).all()
    assert len(set(back["number"].values) - set(mixed["number"].values)) == 0


def test_a_spike_has_a_bin_of_its_own():
    values = np.r_[np.zeros(500), np.arange(1, 501)]
    slots = fit_slots(numbers(values).columns[0], 16)
    own = slots.encode(numbers([0.0]).columns[0])[0]
    assert slots.counts[own] == 500
    others = np.delete(slots.counts[:-1], own)
    assert others[others > 0].max() <= 500 / 14 + 1


def test_quantile_bins_hold_equal_shares():
    slots = fit_slots(numbers(np.random.default_rng(0).normal(size=1500)).columns[0], 16)
    np.testing.assert_array_equal(slots.counts[:-1], 100)
    scores = slots.scores()[:-1]
    assert (np.diff(scores) > 0).all()
    assert scores == pytest.approx(-scores[::-1])


def test_shapes_depend_on_the_schema_alone(mixed):
    whole = TableCodec.fit(mixed, 16)
    for part in (mixed.take(np.arange(7)), mixed.take(np.flatnonzero(mixed["flag"].values >= 0))):
        assert TableCodec.fit(part, 16).layout == whole.layout
    assert slot_width("category", 100_000, 32) == 32


def test_a_tight_codec_gives_numbers_what_they_fill():
    random = np.random.default_rng(0)
    values = np.r_[np.repeat(np.arange(10.0), 900), np.arange(100.0, 200.0), random.normal(1e3, 1, 900)]
    few, many = np.repeat([0.0, 1.0], 5000), random.normal(size=10_000)
    columns = [Column(name, "number", x) for name, x in (("x", values), ("few", few), ("many", many))]
    loose, tight = (TableCodec.fit(Table(tuple(columns)), 128, tight=t).columns for t in (False, True))
    assert [column.width for column in loose] == [128, 128, 128]
    assert [column.width for column in tight] == [64, 4, 64]  # a power of two with room for "missing"
    first = tight[0]
    np.testing.assert_array_equal(first.encode(columns[0])[:9000], np.repeat(np.arange(10), 900))
    used = first.counts[first.counts > 0]
    assert used.min() > 0.5 * 0.002 * 10_000
    assert (np.diff(tight[2].counts[:63]) < 5).all()


def test_rare_levels_share_a_slot_and_come_back_by_frequency():
    codes = np.r_[np.repeat(np.arange(6), 50), np.arange(6, 100), 99].astype(np.int32)
    table = Table((Column("x", "category", codes, tuple(f"{i:03d}" for i in range(100))),))
    codec = TableCodec.fit(table, 8)
    back = codec.decode(codec.encode(table), random_again())["x"].values
    np.testing.assert_array_equal(back[:300], codes[:300])
    assert back[300:].min() >= 6


def test_unused_slots_are_impossible_and_used_ones_have_their_frequency():
    table = Table((Column("x", "category", np.array([0, 0, 0, 2], np.int32), ("a", "b", "c")),))
    prior = TableCodec.fit(table, 8).log_prior()
    np.testing.assert_allclose(np.exp(prior), [0.75, 0, 0.25, 0])


def test_identifiers_are_made_afresh(mixed):
    codec = TableCodec.fit(mixed)
    labels = codec.decode(codec.encode(mixed), random_again())["id"].labels()
    assert all(len(word) == 7 and word[2] == "-" and word[3:].isdigit() and word[:2].isupper() for word in labels)
    assert len(set(labels) & set(mixed["id"].labels())) < 5
    held = [getattr(c, "levels", None) for c in codec.columns if c.name == "id"]
    assert held == [None]


def test_a_shape_that_few_rows_share_is_not_kept():
    levels = tuple(sorted([f"AB-{i:02d}" for i in range(20)] + ["secret note 7"]))
    column = Column("x", "text", np.arange(21, dtype=np.int32), levels)
    assert fit_slots(column, 8).shapes == {"AA-00": 20}


@pytest.mark.parametrize(
    "column",
    [
        Column("x", "number", np.array([3.5])),
        Column("x", "number", np.full(9, np.nan)),
        Column("x", "number", np.array([np.inf, -np.inf, 0.0, np.nan])),
        Column("x", "integer", np.full(9, 4.0)),
        Column("x", "category", np.full(9, -1, np.int32), ()),
        Column("x", "text", np.full(9, -1, np.int32), ()),
        Column("x", "text", np.arange(3, dtype=np.int32), ("Ω1", "ж2", "z3")),
    ],
    ids=["one row", "all missing", "infinite", "constant", "no levels", "no text", "other scripts"],
)
def test_odd_columns(column):
    table = Table((column,))
    codec = TableCodec.fit(table, 8)
    back = codec.decode(codec.encode(table), random_again())["x"]
    np.testing.assert_array_equal(back.missing, column.missing)
    if column.kind != "text":
        np.testing.assert_array_equal(back.values, column.values)
    assert np.isfinite(codec.scores()).all()


@pytest.mark.parametrize("bins", [0, 3, 12, 2])
def test_bins_must_be_a_power_of_two(bins):
    with pytest.raises(InputError, match="power of two"):
        TableCodec.fit(numbers([1.0, 2.0]), bins)


def test_other_tables_are_refused(mixed):
    codec = TableCodec.fit(mixed)
    with pytest.raises(InputError, match="columns"):
        codec.encode(mixed.drop(["day"]))
    with pytest.raises(InputError, match="'group'"):
        codec.encode(mixed.replace(replace(mixed["group"], levels=("a", "b", "d"))))
    with pytest.raises(InputError, match="no rows"):
        TableCodec.fit(mixed.take(np.arange(0)))
