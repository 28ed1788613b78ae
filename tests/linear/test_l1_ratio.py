"""The elastic net chooses its share of the L1 part where several are given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_diabetes

import equipoise as eq

X, Y = load_diabetes(return_X_y=True)
RATIOS = [0.1, 0.5, 0.9]


@pytest.mark.parametrize("ratios", [RATIOS, tuple(RATIOS), np.array(RATIOS)], ids=["list", "tuple", "array"])
def test_a_list_is_that_of_the_folds(ratios: Any) -> None:
    listed = clone(eq.ElasticNet(eq.CrossValidation(alphas=20, rule="1se"), l1_ratio=ratios)).fit(X, Y)
    strategy = eq.CrossValidation(alphas=20, rule="1se", l1_ratios=RATIOS)
    told = eq.ElasticNet(strategy).fit(X, Y)
    np.testing.assert_array_equal(listed.coef_, told.coef_)
    assert listed.l1_ratio_ == told.l1_ratio_ == listed.selection_.l1_ratio
    assert [tried.l1_ratio for tried in listed.selection_.tried] == RATIOS


def test_auto_and_blocks_take_a_list() -> None:
    model = eq.ElasticNet(l1_ratio=[0.2, 1.0]).fit(X, Y)
    assert model.l1_ratio_ in (0.2, 1.0)
    blocks = eq.ElasticNet(l1_ratio=[0.2, 1.0]).fit_blocks([(X, Y)])
    assert blocks.l1_ratio_ in (0.2, 1.0)
    assert len(blocks.selection_.tried) == 2


def test_a_number_stays_a_number() -> None:
    assert eq.ElasticNet(0.1, l1_ratio=0.3).fit(X, Y).l1_ratio_ == 0.3
    assert eq.ElasticNet(l1_ratio=0.3).fit(X, Y).l1_ratio_ == 0.3


@pytest.mark.parametrize(
    ("alpha", "ratios", "message"),
    [
        (0.1, RATIOS, r"l1_ratio=\[0.1, 0.5, 0.9\] is chosen by folds, but alpha=0.1"),
        (eq.GCV(), RATIOS, "chosen by folds"),
        (eq.CrossValidation(l1_ratios=[0.5]), RATIOS, "both list shares"),
        ("auto", [], "not a list of numbers"),
        ("auto", [0.5, 1.5], "not a list of numbers"),
        ("best", RATIOS, "alpha='best'"),
    ],
)
def test_lists_that_cannot_be_chosen_from(alpha: Any, ratios: Any, message: str) -> None:
    with pytest.raises(eq.InputError, match=message):
        eq.ElasticNet(alpha, l1_ratio=ratios).fit(X, Y)
