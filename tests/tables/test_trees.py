"""Flat trees: the same leaves as scikit-learn's, and laws that are those of the leaves."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier

from equipoise.data import Column, Table
from equipoise.tables import TableTrees
from equipoise.tables.association import coarse, informed_order, mutual_information
from equipoise.tables.flat_trees import grow, join_trees, split_trees
from equipoise.tables.trees import _from_forest


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
    peer = DecisionTreeClassifier(criterion="entropy", min_samples_leaf=25, random_state=0).fit(X, codes[:, 2])
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


def test_a_spike_leaves_classes_to_the_rest():
    slots = np.r_[np.zeros(9000, np.int32), np.repeat(np.arange(1, 101, dtype=np.int32), 10)]
    counts = np.bincount(coarse(slots, np.linspace(-3, 3, 101)))
    assert len(counts) == 32
    assert sorted(counts)[-1] == 9000
    assert sorted(counts)[-2] <= 40


def test_several_trees_draw_from_their_mean_law():
    random = np.random.default_rng(0)
    codes = np.zeros((50_000, 2), np.int32)
    laws = np.array([[0.9, 0.1, 0.0], [0.2, 0.0, 0.8]])
    forest = []
    for law in laws:
        rows = np.stack([np.zeros(1000), np.repeat(np.arange(3), (1000 * law).round().astype(int))], axis=1)
        forest.append(grow(rows.astype(np.int32), 1, [], [np.zeros(3), np.zeros(3)], 10))
    slots, mean = _from_forest(forest, codes, np.array([0, 3, 6]), random)
    np.testing.assert_allclose(np.bincount(slots) / 50_000, laws.mean(axis=0), atol=0.01)
    # under weights, a row counts by how much of its tree's leaf they leave: together the mean law, weighed
    weight = np.array([0.0, 1.0, 0.5])
    slots, mean = _from_forest(forest, codes, np.array([0, 3, 6]), random, weight)
    truth = laws.mean(axis=0) * weight
    np.testing.assert_allclose(np.bincount(slots, mean, 3) / 50_000, truth, atol=0.01)


def test_trees_of_other_seeds_differ():
    random = np.random.default_rng(0)
    codes = random.integers(8, size=(2000, 3)).astype(np.int32)
    scores = [np.linspace(-1, 1, 8)] * 3
    trees = [grow(codes, 2, [0, 1], scores, 20, seed) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(trees[0].threshold, trees[1].threshold)
    assert not np.array_equal(trees[0].feature, trees[2].feature)


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


def test_rows_repeat_training_rows_as_seldom_as_these_each_other():
    """A number that names its row, drawn last: leaves of ten rows would give it back with all its columns."""
    random = np.random.default_rng(0)
    group = random.integers(40, size=(3000, 4)).astype(np.int32)
    group[:, 1:] = (group[:, :1] + random.integers(2, size=(3000, 3))) % 40
    columns = [Column(f"g{j}", "category", group[:, j], tuple(f"{i:02d}" for i in range(40))) for j in range(4)]
    table = Table((*columns, Column("salary", "number", random.normal(size=3000))))
    synthesizer = TableTrees(bins=64).fit(table)
    codes = synthesizer._fitted.codec.encode(table)

    def repeated(rows):
        known = set(map(bytes, codes))
        return np.mean([bytes(row) in known for row in synthesizer._fitted.codec.encode(rows)])

    fresh = np.mean(np.unique(codes, axis=0, return_inverse=True, return_counts=True)[2] > 1)
    assert repeated(synthesizer.sample(20_000, seed=5)) < 1.2 * max(fresh, 0.2)
