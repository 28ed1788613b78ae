"""Mixtures of products: planted classes are found, and their number by rows that were held out."""

from __future__ import annotations

import numpy as np
import pytest

from equipoise.data import Column, Table
from equipoise.errors import InputError
from equipoise.tables import TableMixture
from equipoise.tables.products import Products, climb, draw_slots, one_hot, start

OFFSETS = np.array([0, 4, 8])


def planted(n=4000, seed=0):
    """Two classes, of 0.3 and 0.7, that use different slots of both columns."""
    random = np.random.default_rng(seed)
    second = random.random(n) < 0.7
    return (np.where(second[:, None], 2, 0) + random.integers(2, size=(n, 2))).astype(np.int32)


def test_planted_classes_are_found():
    codes = planted()
    model = start(codes, OFFSETS, np.full(8, 0.25), 2, np.random.default_rng(3))
    model = climb(model, one_hot(codes, OFFSETS), 8)
    first, second = np.argsort(model.share)
    assert model.share[first] == pytest.approx(0.3, abs=0.02)
    np.testing.assert_allclose(model.law[first], [0.5, 0.5, 0, 0] * 2, atol=0.04)
    np.testing.assert_allclose(model.law[second], [0, 0, 0.5, 0.5] * 2, atol=0.04)
    np.testing.assert_allclose(np.add.reduceat(model.law, OFFSETS[:-1], axis=1), 1.0, rtol=1e-5)
    truth = -(0.3 * np.log(0.3) + 0.7 * np.log(0.7)) + 2 * np.log(2)
    assert model.log_likelihood(one_hot(planted(seed=1), OFFSETS)) == pytest.approx(-truth, abs=0.05)


def test_one_class_is_the_marginals():
    codes = planted()
    model = climb(start(codes, OFFSETS, np.full(8, 0.25), 1, np.random.default_rng(0)), one_hot(codes, OFFSETS), 30)
    marginal = np.concatenate([np.bincount(codes[:, j], minlength=4) / len(codes) for j in range(2)])
    np.testing.assert_allclose(model.law[0], marginal, atol=0.02)


def test_a_column_that_tells_nothing_is_left_to_its_marginal_law():
    random = np.random.default_rng(0)
    codes = np.stack([planted(300)[:, 0], random.integers(4, size=300)], axis=1).astype(np.int32)
    other = np.stack([planted(300, 1)[:, 0], random.integers(4, size=300)], axis=1).astype(np.int32)
    model = climb(start(codes, OFFSETS, np.full(8, 0.25), 2, random), one_hot(codes, OFFSETS), 20)
    tuned = model.tuned(one_hot(other, OFFSETS), 300, OFFSETS)
    assert tuned.strength[4] > 10 * tuned.strength[0]
    assert tuned.log_likelihood(one_hot(other, OFFSETS)) >= model.log_likelihood(one_hot(other, OFFSETS))


def test_cells_that_are_not_known_count_for_nothing():
    law = np.array([[0.9, 0.1, 0, 0, 0.2, 0.8, 0, 0]])
    model = Products(np.ones(1), law, np.full(8, 0.25), np.zeros(8))
    codes = np.array([[0, 1], [0, 1]], np.int32)
    known = np.array([[True, True], [False, True]])
    np.testing.assert_allclose(model.log_joint(one_hot(codes, OFFSETS, known))[:, 0], np.log([0.72, 0.8]), rtol=1e-5)


def test_slots_are_drawn_by_the_law_pointed_to():
    laws = np.array([[0.0, 1, 3], [2, 2, 0]])
    which = np.repeat([0, 1], 20_000)
    slots = draw_slots(laws, which, np.random.default_rng(0).random(40_000))
    np.testing.assert_allclose(np.bincount(slots[:20_000], minlength=3) / 20_000, [0, 0.25, 0.75], atol=0.01)
    np.testing.assert_allclose(np.bincount(slots[20_000:], minlength=3) / 20_000, [0.5, 0.5, 0], atol=0.01)


def test_independent_columns_need_one_class():
    random = np.random.default_rng(0)
    columns = (Column(f"x{j}", "number", random.normal(size=200)) for j in range(5))
    mixture = TableMixture().fit(Table(tuple(columns)))
    assert max(mixture.likelihoods_, key=mixture.likelihoods_.get) == 1
    assert len(mixture._fitted.arrays["weight"]) == 1


def test_the_number_of_classes_can_be_set(mixed):
    assert len(TableMixture(components=7).fit(mixed)._fitted.arrays["weight"]) == 7
    with pytest.raises(InputError, match="components=0"):
        TableMixture(components=0).fit(mixed)
