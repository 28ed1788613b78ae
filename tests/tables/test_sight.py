"""What a door sees: orders of categories, and what the rest of a row says of columns with two values."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

import equipoise as eq
from equipoise.data import Column, Table
from equipoise.errors import InputError
from equipoise.tables import Refined, TableMarginals, sight
from equipoise.tables.codec import TableCodec
from equipoise.tables.sight import Sight

from .tables_for_tests import make_mixed, same


def labelled(n, seed, columns=8, noise=0.0):
    """Numbers, and a flag that says whether their sum is above 0 (or nothing, where the noise is large)."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(n, columns))
    flag = (X.sum(axis=1) + noise * random.normal(size=n) > 0).astype(np.int32)
    numbers = [Column(f"x{j}", "number", X[:, j]) for j in range(columns)]
    return Table((*numbers, Column("flag", "boolean", flag, ("False", "True"))))


def fitted(table, trees=20, seed=0):
    random, codec = np.random.default_rng(seed), TableCodec.fit(table, 256)
    fold = Sight.folds(len(table), random)
    return Sight.fit(codec, table, fold, trees, seed), fold


def flag_of(table):
    return table["flag"].values


def test_levels_are_ordered_by_what_goes_with_them():
    random = np.random.default_rng(0)
    level = random.integers(8, size=4000)
    names = random.permutation(8)  # the codes say nothing of the order
    x = level + random.normal(size=4000)
    table = Table((
        Column("level", "category", names[level].astype(np.int32), tuple("abcdefgh")),
        Column("x", "number", x),
        Column("noise", "number", random.normal(size=4000)),
    ))  # fmt: skip
    seen, fold = fitted(table)
    first = seen(table, fold)[:, 3]  # after the values of three columns
    mean = np.array([first[level == k].mean() for k in range(8)])
    assert (np.diff(mean * np.sign(mean[-1] - mean[0])) > 0).all()


def test_odds_are_those_of_the_rest_of_the_row():
    table, fresh = labelled(3000, 0), labelled(3000, 1)
    seen, _ = fitted(table)
    odds = seen(fresh, Sight.folds(3000, np.random.default_rng(2)))[:, -2]
    assert roc_auc_score(flag_of(fresh), odds) > 0.88
    flipped = Table((*fresh.columns[:-1], Column("flag", "boolean", 1 - flag_of(fresh), ("False", "True"))))
    fold = np.zeros(3000, np.int64)
    one, other = seen(fresh, fold), seen(flipped, fold)
    np.testing.assert_array_equal(one[:, -2], other[:, -2])  # the column itself has no say
    np.testing.assert_array_equal(one[:, -1], -other[:, -1])


def test_real_rows_look_no_righter_than_new_ones():
    table, fresh = labelled(2000, 0, noise=1e9), labelled(2000, 1, noise=1e9)
    seen, fold = fitted(table)
    right = seen(table, fold)[:, -1].mean()
    assert right == pytest.approx(seen(fresh, fold)[:, -1].mean(), abs=0.02)
    assert seen(table, (fold + 1) % 3)[:, -1].mean() > right + 0.05  # as a model sees rows that it learned from


def test_the_law_of_a_flag_comes_through_the_door(monkeypatch):
    table = labelled(4000, 0, columns=16, noise=1.0)

    def taught():
        drawn = Refined(TableMarginals(), rounds=1).fit(table).sample(2000)
        X = np.stack([column.values for column in drawn.columns[:-1]], axis=1)
        return roc_auc_score(flag_of(drawn), X.sum(axis=1))

    with_odds = taught()
    monkeypatch.setattr(sight, "_COLUMNS", 0)
    assert with_odds > taught() + 0.05


def test_missing_values_and_texts_are_no_obstacle():
    table = make_mixed(600)
    seen, fold = fitted(table)
    features = seen(table, fold)
    assert features.shape == (600, Sight.features(seen.codec))
    missing = table["flag"].missing
    np.testing.assert_array_equal(np.isnan(features[:, -1]), missing)
    assert np.isfinite(features[:, -2]).all()


def test_what_is_kept_sees_the_same_and_is_checked(tmp_path):
    level = np.arange(600, dtype=np.int32) % 5
    table = Table((*make_mixed(600).columns, Column("level", "category", level, tuple("abcde"))))
    seen, fold = fitted(table)
    again = Sight.from_arrays(seen.codec, seen.arrays())
    np.testing.assert_array_equal(seen(table, fold), again(table, fold))
    assert Sight.is_sound(seen.codec, seen.arrays())
    arrays = seen.arrays()
    for name, change in (
        ("orders", lambda a: np.full_like(a, np.nan)),
        ("guess_base", lambda a: np.full_like(a, np.inf)),
        ("guess_sizes", lambda a: a + 1),
        ("guess_sizes", lambda a: np.r_[a[:-2], a[-2] + a[-1] + 1, np.int32(-1)]),
        ("guess_nodes", lambda a: np.zeros_like(a)),
        ("guess_feature_idx", lambda a: np.full_like(a, 99)),
        ("guess_left", lambda a: np.zeros_like(a)),
    ):
        assert not Sight.is_sound(seen.codec, arrays | {name: change(arrays[name])}), name

    refined = Refined(TableMarginals(), rounds=1).fit(table)
    refined.save(tmp_path / "m.eq")
    assert same(eq.load(tmp_path / "m.eq").sample(50, seed=1), refined.sample(50, seed=1))
    refined._fitted.arrays["guess_feature_idx"][:] = 99
    refined.save(tmp_path / "bad.eq")
    with pytest.raises(InputError):
        eq.load(tmp_path / "bad.eq")
