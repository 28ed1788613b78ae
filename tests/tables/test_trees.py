"""Flat trees: the same leaves as scikit-learn's, and laws that are those of the leaves."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier

from equipoise.data import Column, Table
from equipoise.tables import TableTrees
from equipoise.tables.association import coarse, informed_order, mutual_information
from equipoise.tables.flat_trees import grow, join_trees, split_trees


@pytest.fixture(scope="module")
def grown():
    random = np.random.default_rng(0)
    codes = random.integers(8, size=(600, 3)).astype(np.int32)
    codes[:, 2] = (codes[:, 0] + random.integers(3, size=600)) % 8
    scores = [np.linspace(-1.3, 1.7, 8), np.linspace(-2, 2, 8), np.zeros(8)]
    return codes, scores, grow(codes, 2, [0, 1], scores, 25)


OFFSETS = np.array([0, 8, 16, 24])


def test_leaves_are_those_of_scikit_learn(grown):
    codes, scores, tree = grown
    X = np.stack([scores[0][codes[:, 0]], scores[1][codes[:, 1]]], axis=1).astype(np.float32)
    price = 0.8 * 7 / 600 / np.log(2)
    peer = DecisionTreeClassifier(
        criterion="entropy", min_samples_leaf=25, min_impurity_decrease=price, random_state=0
    ).fit(X, codes[:, 2])
    assert 3 < peer.tree_.node_count < 2 * 600 / 25
    np.testing.assert_array_equal(tree.leaves(codes, OFFSETS), peer.apply(X))


def test_draws_follow_the_leaf_and_its_weights(grown):
    codes, _, tree = grown
    leaf = tree.leaves(codes, OFFSETS)
    here = np.full(40_000, leaf[0])
    uniform = np.random.default_rng(1).random(40_000)
    truth = np.bincount(codes[leaf == leaf[0], 2], minlength=8) / (leaf == leaf[0]).sum()
    slots, share = tree.draw(here, uniform)
    np.testing.assert_allclose(np.bincount(slots, minlength=8) / 40_000, truth, atol=0.01)
    np.testing.assert_allclose(share, 1.0)
    weight = np.array([1.0, 0.5, 0, 0, 1, 0, 0, 1])
    slots, share = tree.draw(here, uniform, weight)
    assert share[0] == pytest.approx(truth @ weight)
    np.testing.assert_allclose(np.bincount(slots, minlength=8) / 40_000, truth * weight / (truth @ weight), atol=0.01)
    assert tree.heaviest(weight) >= share[0]


def test_trees_come_back_from_their_arrays(grown):
    codes, scores, tree = grown
    first = grow(codes, 0, [], scores, 25)
    back = split_trees(join_trees([first, tree]))
    np.testing.assert_array_equal(back[1].leaves(codes, OFFSETS), tree.leaves(codes, OFFSETS))
    assert len(back[0].feature) == 1
    assert back[0].is_sound(np.array([8, 8, 8]), 0)


def test_a_category_is_asked_for_by_what_it_tells():
    """Even and odd levels part the target: in the order of levels that takes seven cuts, by rank it takes one."""
    level = np.arange(800, dtype=np.int32) % 8
    codes = np.stack([level, level % 2], axis=1)
    tree = grow(codes, 1, [0], [np.zeros(8), np.zeros(2)], 300)
    assert len(tree.feature) == 3
    np.testing.assert_array_equal(np.diff(tree.start), [0, 1, 1])


def test_information_decides_the_order():
    random = np.random.default_rng(0)
    first = random.integers(4, size=2000)
    columns = [random.integers(30, size=2000), first, np.where(random.random(2000) < 0.5, first, 0)]
    found = mutual_information(columns)
    assert found[0, 1] == pytest.approx(0, abs=0.02)
    assert found[1, 2] > 0.2
    assert informed_order(found)[2] == 0


def test_classes_of_many_slots_are_few_and_in_order():
    slots = np.repeat(np.arange(200), 5).astype(np.int32)
    classes = coarse(slots, np.linspace(-3, 3, 200))
    assert (np.diff(classes) >= 0).all()
    np.testing.assert_allclose(np.bincount(classes), 1000 / 32, atol=5)


def test_noise_is_not_cut_up():
    codes = np.random.default_rng(0).integers(32, size=(5000, 2)).astype(np.int32)
    ranks = np.linspace(-2, 2, 32)
    assert len(grow(codes, 1, [0], [ranks, ranks], 20).feature) < 10  # unpriced: 63


def test_no_leaf_is_smaller_than_asked(mixed):
    arrays = TableTrees(leaf=40).fit(mixed)._fitted.arrays
    whole = np.concatenate([[0], np.cumsum(arrays["count"])])
    for tree, offset in zip(split_trees(arrays), np.cumsum([0, *arrays["entries"]]), strict=False):
        sizes = np.diff(whole[offset + tree.start])
        assert sizes[sizes > 0].min() >= 40


def test_two_hundred_rows_are_not_copied():
    random = np.random.default_rng(0)
    rows = Table(tuple(Column(f"x{j}", "number", random.normal(size=200)) for j in range(6)))
    drawn = TableTrees().fit(rows).sample(2000, seed=1)
    known = set(zip(*(column.values for column in rows.columns), strict=True))
    assert not known & set(zip(*(column.values for column in drawn.columns), strict=True))
