"""Embeddings of categories: a product of two matrices, whole categories in and out, and levels by any name."""

from __future__ import annotations

import numpy as np
import pandas as pd
from tests.neural.test_encodings import SMALL, sweep

import equipoise as eq
from equipoise.neural import MLPClassifier
from equipoise.neural.inputs import Block, Inputs
from equipoise.neural.recipe import Recipe
from equipoise.neural.solvers import solver
from equipoise.neural.sweep import Deck
from equipoise.neural.views import Rows, View
from equipoise.neural.wiring import Wiring


def table(n=300, seed=0):
    random = np.random.default_rng(seed)
    city, age = random.integers(0, 8, n), random.normal(40.0, 10.0, n)
    frame = pd.DataFrame({"city": np.array(list("abcdefgh"))[city], "age": age, "coin": random.choice(["u", "v"], n)})
    return frame, (city % 2 == 0).astype(int)


def wiring():
    p, blocks = 10, (Block(1, 5, 2), Block(6, 9, 1))
    plain = Inputs.plain(p)
    inputs = Inputs(plain.names, plain.owner, "standard", 1, plain.numbers, plain.gaps, blocks)
    return Wiring(inputs, Recipe((p, 4, 1), "tanh", "binary", 8, solver("adam"), "l2"))


def view(p=10):
    return View(np.zeros(p), np.ones(p), np.zeros(1), np.ones(1), 1.0, np.ones(p))


def test_folded_into_the_first_weights_it_gives_the_same_outputs():
    random, made = np.random.default_rng(0), wiring()
    layers = made.start(random)
    (front, _), (first, bias), (last, end) = layers
    X = random.standard_normal((20, 10))
    numbers = X[:, [0, 5, 9]]
    embedded = np.column_stack([numbers, X[:, 1:5] @ front[1:5, 3:5], X[:, 6:9] @ front[6:9, 5:6]])
    expected = np.tanh(embedded @ first[:6] + bias) @ last + end
    np.testing.assert_allclose(made.network(layers, view(), None)(X), expected, rtol=1e-5)
    assert np.count_nonzero(front) == 4 * 2 + 3 * 1
    assert np.abs(front[1:5, 3:5]).max() <= 0.5**0.5
    assert np.abs(front).max() > 0.5


def test_permuted_levels_are_permuted_rows():
    made, order = wiring(), np.array([0, 3, 1, 4, 2, 5, 8, 6, 7, 9])
    (front, zero), *rest = made.start(np.random.default_rng(0))
    moved = front.copy()
    moved[:10] = front[:10][order]
    X = np.random.default_rng(1).standard_normal((20, 10))
    first = made.network(((front, zero), *rest), view(), None)(X)
    np.testing.assert_allclose(made.network(((moved, zero), *rest), view(), None)(X[:, order]), first, rtol=1e-6)


def test_weights_of_a_category_have_as_many_directions_as_its_embedding():
    frame, y = table()
    plain = MLPClassifier(1e-3, **SMALL).fit(frame, y)
    model = MLPClassifier(1e-3, embedding=2, **SMALL | {"max_iter": 60}).fit(frame, y)
    assert model.coef_names_.tolist() == plain.coef_names_.tolist()
    assert np.linalg.matrix_rank(plain.coefs_[0][:8], tol=1e-6) == 8
    assert np.linalg.matrix_rank(model.coefs_[0][:8], tol=1e-6) == 2
    assert model.score(frame, y) > 0.95
    wide = MLPClassifier(1e-3, embedding="auto", **SMALL).fit(frame, y)
    assert np.linalg.matrix_rank(wide.coefs_[0][:8], tol=1e-6) == 6  # 1.6 * 8^0.56 = 5.1


def test_levels_by_other_names_in_the_same_order_are_the_same_net():
    frame, y = table()
    renamed = frame.assign(city="Q" + frame["city"])
    settings = SMALL | {"embedding": "auto"}
    first, second = (MLPClassifier(1e-3, **settings).fit(columns, y) for columns in (frame, renamed))
    assert first.predict_proba(frame).tobytes() == second.predict_proba(renamed).tobytes()


def test_a_level_that_no_training_row_has_is_the_vector_0():
    random = np.random.default_rng(0)
    code = np.concatenate([np.arange(3).repeat(30), np.full(30, 3)])
    X = np.column_stack([random.standard_normal(120), np.eye(4)[code]])
    made = sweep("standard", X, [Deck(np.arange(90), np.empty(0, int), 0)], (Block(1, 5, 2),), stopping=False)
    weight = made.networks()[0].weights[0]
    assert np.all(weight[4] == 0.0)
    assert np.all(np.abs(weight[1:4]).max(axis=1) > 0)


def test_noise_on_levels_is_in_units_of_their_deviation():
    X = np.column_stack([np.arange(10.0), np.eye(2).repeat(5, axis=0), np.ones(10)])
    rows = Rows(X, np.zeros((10, 1)), np.full(10, 0.1))
    seen = View.of(rows, np.arange(10), "binary", np.array([True, False, False, True]))
    np.testing.assert_allclose(seen.unit, [1.0, 0.5, 0.5, 0.0])


def test_group_l1_takes_and_leaves_columns_as_a_whole():
    frame, y = table(400)
    random = np.random.default_rng(1)
    frame = frame.assign(noise=random.choice(list("pqrst"), 400), other=random.standard_normal(400))
    settings = SMALL | {"penalty": "group_l1", "max_iter": 40, "numeric_encoding": "piecewise", "embedding": 3}
    model = MLPClassifier(0.006, **settings).fit(frame, y)
    owner = np.array([name.split("=")[0].split("[")[0] for name in model.coef_names_])
    used = {name: set(model.used_[owner == name].tolist()) for name in frame.columns}
    assert used["city"] == {True}
    assert all(used[name] == {False} for name in ("age", "coin", "noise", "other"))


def test_an_array_has_no_categories():
    random = np.random.default_rng(0)
    X, y = random.standard_normal((60, 3)), random.integers(0, 2, 60)
    first, second = (MLPClassifier(0.1, embedding=embedding, **SMALL).fit(X, y) for embedding in (None, "auto"))
    np.testing.assert_array_equal(first.coefs_[0], second.coefs_[0])


def test_where_the_columns_of_a_table_are_in_the_matrix():
    frame, _ = table(50)
    frame.loc[3, "age"] = np.nan
    spans = eq.DesignEncoder().fit(frame).spans_
    assert [(span.column, span.start, span.stop, span.number) for span in spans] == [
        ("city", 0, 8, False), ("age", 8, 10, True), ("coin", 10, 11, False),
    ]  # fmt: skip
