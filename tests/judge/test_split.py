"""Rows are put aside and divided as the rules say."""

import numpy as np
import pytest

from equipoise.errors import InputError
from equipoise.judge.split import hold_out, make_folds, ratio

Y = np.repeat([0, 1, 2], [50, 30, 20])


def test_a_fifth_is_put_aside_with_the_shares_of_the_classes():
    train, test, rule = hold_out(Y, True, 0)
    assert rule == "stratified"
    assert np.bincount(Y[test]).tolist() == [10, 6, 4]
    assert sorted([*train, *test]) == list(range(100))


def test_the_seed_decides():
    first, again, other = (hold_out(Y, True, seed)[1].tolist() for seed in (0, 0, 1))
    assert first == again != other


def test_a_number_is_split_at_random():
    train, test, rule = hold_out(np.arange(101.0), False, 0)
    assert (rule, len(train), len(test)) == ("random", 80, 21)


@pytest.mark.parametrize("classify", [True, False])
def test_groups_stay_together(classify):
    groups = np.arange(100) // 4
    y = Y if classify else Y.astype(float)
    train, test, rule = hold_out(y, classify, 0, groups=groups)
    assert rule == "groups"
    assert not set(groups[train]) & set(groups[test])
    for fold in make_folds(y[train], "groups", 4, 2, 0, groups[train]):
        assert not set(groups[train][fold.train]) & set(groups[train][fold.test])


def test_time_puts_the_latest_rows_aside_and_never_looks_back():
    time = np.random.default_rng(0).permutation(100) // 3.0
    train, test, rule = hold_out(Y, True, 0, time=time)
    assert rule == "time"
    assert time[train].max() < time[test].min()
    assert np.all(np.diff(time[train]) >= 0)
    folds = make_folds(Y[train], "time", 5, 3, 0)
    assert len(folds) == 5
    assert all(fold.train.max() < fold.test.min() for fold in folds)


def test_folds_cover_every_row_once_a_repeat():
    folds = make_folds(Y, "stratified", 10, 2, 0)
    assert [(fold.repeat, fold.number) for fold in folds] == [(r, k) for r in range(2) for k in range(10)]
    for repeat in range(2):
        rows = np.concatenate([fold.test for fold in folds if fold.repeat == repeat])
        assert sorted(rows) == list(range(100))
    assert ratio(folds) == pytest.approx(1 / 9)
    assert folds[0].test.tolist() != folds[10].test.tolist()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros(10), False, 0), "10 rows"),
        ((np.r_[np.zeros(30, int), 1], True, 0), "class 1 of the target has 1 row;"),
        ((Y, True, 0, np.zeros(100, int)), "1 groups"),
        ((Y, True, 0, None, np.zeros(100)), "latest time"),
        ((Y, True, 0, None, np.full(100, np.nan)), "missing in 100 rows"),
    ],
)
def test_what_cannot_be_split_is_said(arguments, message):
    with pytest.raises(InputError, match=message):
        hold_out(*arguments)
