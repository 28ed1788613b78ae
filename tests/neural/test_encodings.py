"""Numeric encodings: by hand, in any unit, by weights, on training rows alone, and the same in JAX as in NumPy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.neural.data_for_tests import problem

import equipoise as eq
from equipoise.errors import InputError
from equipoise.neural import MLPClassifier, MLPRegressor
from equipoise.neural.inputs import Block, Inputs
from equipoise.neural.pieces import Pieces, knots, piecewise, quantile
from equipoise.neural.recipe import Recipe
from equipoise.neural.solvers import solver
from equipoise.neural.sweep import Deck, Member, Sweep
from equipoise.neural.views import Rows

SMALL = {"hidden_layer_sizes": (8,), "batch_size": 64, "max_iter": 20, "learning_rate_init": 0.01, "n_jobs": 1}
ENCODED = ("quantile", "piecewise")


def by_the_paper(x, edges):
    """Equation 1 of Gorishniy et al. (2022), value by value."""
    bins = len(edges) - 1
    table = np.empty((len(x), bins))
    for i, value in enumerate(x):
        for t in range(1, bins + 1):
            low, high = edges[t - 1], edges[t]
            if value < low and t > 1:
                table[i, t - 1] = 0.0
            elif value >= high and t < bins:
                table[i, t - 1] = 1.0
            else:
                table[i, t - 1] = (value - low) / (high - low)
    return table


def test_pieces_are_those_of_the_paper():
    random = np.random.default_rng(0)
    x = np.concatenate([random.standard_normal(200), np.zeros(90), [-8.0, 9.0]])
    edges, _ = knots(x[:-2], np.ones(290), 8)
    assert len(edges) < 9  # zeros are several quantiles at once
    encode = Pieces(np.zeros(len(edges) - 1, int), *piecewise(edges))
    np.testing.assert_allclose(encode(x[:, None]), by_the_paper(x, edges), atol=1e-12)
    assert piecewise(np.array([3.0])).shape == quantile(np.array([3.0]), np.array([0.5])).shape == (4, 0)


def test_ranks_have_mean_0_and_variance_1_whatever_the_distribution():
    random = np.random.default_rng(0)
    x, weight = np.exp(3.0 * random.standard_normal(60)), random.integers(1, 4, 60).astype(float)
    quads = quantile(*knots(x, weight, 64))
    ranks = Pieces(np.zeros(quads.shape[1], int), *quads, each=quads.shape[1])(x[:, None]).ravel()
    assert np.average(ranks, weights=weight) == pytest.approx(0.0, abs=1e-12)
    assert np.average(ranks**2, weights=weight) == pytest.approx(1.0, abs=2e-3)
    assert np.array_equal(np.argsort(ranks), np.argsort(x))


def test_a_weight_of_two_is_a_row_twice_and_one_of_zero_none():
    random = np.random.default_rng(0)
    x, times = np.round(random.standard_normal(100), 1), random.integers(0, 3, 100)
    for mine, copied in zip(knots(x, times / 7.0, 6), knots(np.repeat(x, times), np.ones(times.sum()), 6), strict=True):
        np.testing.assert_allclose(mine, copied, atol=1e-12)


def test_quantiles_are_those_of_numpy():
    x = np.random.default_rng(0).standard_normal(101)
    expected = np.quantile(x, np.arange(9) / 8, method="inverted_cdf")
    np.testing.assert_array_equal(knots(x, np.ones(101), 8)[0], expected)


def sweep(encoding, X, decks, blocks=(), stopping=True, penalty="l2"):
    y = problem("binary")[1]
    rows = Rows(X, y[:, None].astype(float), np.full(len(y), 1.0 / len(y)))
    p = X.shape[1]
    numbers = np.array([encoding != "standard" and len(np.unique(x)) > 2 for x in X.T])
    names = tuple(f"x{k}" for k in range(p))
    inputs = Inputs(names, np.arange(p), encoding, 6, numbers, np.full(p, -1), blocks)
    recipe = Recipe((p, 8, 1), "relu", "binary", 64, solver("adam"), penalty, stopping=stopping)
    made = Sweep(recipe, rows, decks, [Member(k, 1e-3, 0.03) for k in range(len(decks))], 20, n_jobs=1, inputs=inputs)
    made.run()
    return made


def with_levels(X):
    """X, and four columns of levels of a category that the first column decides."""
    code = np.digitize(X[:, 0], np.quantile(X[:, 0], [0.25, 0.5, 0.75]))
    return np.column_stack([X, np.eye(4)[code]])


@pytest.mark.parametrize("blocks", [(), (Block(5, 9, 2),)], ids=["levels", "embedding"])
@pytest.mark.parametrize("encoding", ["standard", *ENCODED])
def test_the_program_and_the_fitted_net_give_the_same_outputs(encoding, blocks):
    X, y = problem("binary")
    X, order = with_levels(X), np.random.default_rng(0).permutation(120)
    decks = [Deck(order[:80], order[80:], 0), Deck(order[40:], order[:40], 0)]
    made = sweep(encoding, X, decks, blocks)
    for k, deck in enumerate(decks):
        eta = made.networks()[k](X[deck.held])[:, 0]
        loss = eq.losses.Logistic().score(y[deck.held].astype(float), eta)
        np.testing.assert_allclose(np.asarray(made._batches[0].state.lowest)[k], loss, rtol=2e-4)
        assert loss < 0.66 < np.log(2.0)


@pytest.mark.parametrize("encoding", ENCODED)
def test_rows_that_are_not_trained_on_say_nothing(encoding):
    X, _ = problem("binary")
    deck, other = [Deck(np.arange(80), np.empty(0, int), 0)], X.copy()
    other[80:] = X.max(axis=0) + np.abs(other[80:]) * np.arange(1, 41)[:, None]  # the marks of who peeps
    first, second = (sweep(encoding, columns, deck, stopping=False) for columns in (X, other))
    for name in ("left", "slope", "low", "high"):
        np.testing.assert_array_equal(getattr(first._pieces[0], name), getattr(second._pieces[0], name))
    np.testing.assert_allclose(first.networks()[0](X), second.networks()[0](X), rtol=2e-3, atol=2e-3)


def test_each_fold_has_its_own_quantiles_and_starts_share_them():
    X, y = problem("binary")
    grid = eq.CrossValidation(cv=2, alphas=[1e-3])
    model = MLPClassifier(grid, numeric_encoding="quantile", starts=2, **SMALL).fit(X, y)
    single = MLPClassifier(1e-3, numeric_encoding="quantile", **SMALL).fit(X, y)
    np.testing.assert_allclose(model.networks_[0](X), single.networks_[0](X), rtol=1e-3, atol=1e-4)
    half = np.arange(120) % 2 == 0
    splits = [(np.flatnonzero(half), np.flatnonzero(~half)), (np.flatnonzero(~half), np.flatnonzero(half))]
    for encoding in ENCODED:
        settings = SMALL | {"numeric_encoding": encoding, "n_bins": 5}
        scores = MLPClassifier(eq.CrossValidation(splits, alphas=[1e-3]), **settings).fit(X, y).selection_.scores
        p = MLPClassifier(1e-3, **settings).fit(X[half], y[half]).predict_proba(X[~half])
        np.testing.assert_allclose(scores[0, 0], -np.log(p[np.arange(60), y[~half]]).mean(), rtol=1e-3)


def test_the_unit_of_a_column_says_nothing_and_to_ranks_no_rising_function():
    X, y = problem("regression", n=60)
    for encoding in ENCODED:
        settings = SMALL | {"numeric_encoding": encoding, "standardize": False}
        plain = MLPRegressor(0.01, **settings).fit(X, y)
        moved = MLPRegressor(0.01, **settings).fit(1e-3 * X + 1e4, y)
        np.testing.assert_allclose(moved.predict(1e-3 * X + 1e4), plain.predict(X), rtol=1e-3)
    bent = np.exp((X - X.mean(axis=0)) / X.std(axis=0))
    ranks = MLPRegressor(0.01, numeric_encoding="quantile", **SMALL)
    np.testing.assert_allclose(ranks.fit(bent, y).predict(bent), ranks.fit(X, y).predict(X), rtol=1e-4)
    straight = MLPRegressor(0.01, **SMALL)
    assert np.abs(straight.fit(bent, y).predict(bent) - straight.fit(X, y).predict(X)).max() > 0.1


@pytest.mark.parametrize("encoding", ENCODED)
def test_weights_are_copies_for_encodings_too(encoding):
    X, y = problem("regression")
    settings = SMALL | {"batch_size": 256, "numeric_encoding": encoding}
    some = np.arange(120) < 80
    gone = MLPRegressor(0.01, **settings).fit(X[some], y[some])
    left_out = MLPRegressor(0.01, **settings).fit(X, y, sample_weight=some.astype(float))
    np.testing.assert_allclose(left_out.predict(X), gone.predict(X), rtol=1e-3)
    twice = np.concatenate([np.arange(120), np.flatnonzero(some)])
    weighted = MLPRegressor(0.01, **settings).fit(X, y, sample_weight=1.0 + some)
    np.testing.assert_allclose(weighted.predict(X), MLPRegressor(0.01, **settings).fit(X[twice], y[twice]).predict(X),
                               rtol=1e-3)  # fmt: skip


def test_gaps_do_not_move_the_quantiles():
    x = np.random.default_rng(0).standard_normal(100)
    gap = np.arange(100) % 3 == 0
    frame = pd.DataFrame({"x": np.where(gap, np.nan, x)})
    encoder = eq.DesignEncoder().fit(frame)
    X, weight = encoder.transform(frame), np.ones(100)
    for encoding in ENCODED:
        inputs = Inputs.of(X, (), encoder, encoding, 4)
        assert inputs.numbers.tolist() == [True, False]
        pieces = inputs.fit(X, weight, X.mean(axis=0), np.ones(2))
        alone = Inputs.of(x[~gap, None], ("x",), None, encoding, 4)
        expected = alone.fit(x[~gap, None], weight[~gap], np.zeros(1), np.ones(1))
        width = len(expected.source) // expected.each
        np.testing.assert_array_equal(pieces(X)[~gap, :width], expected(x[~gap, None]))
    model = MLPClassifier(0.01, numeric_encoding="piecewise", n_bins=3, **SMALL).fit(frame, x > 0)
    assert model.coef_names_.tolist() == ["x[1]", "x[2]", "x[3]", "x=missing"]
    assert model.used_.shape == (4,)
    assert model.predict(pd.DataFrame({"x": [None, 2.0]})).shape == (2,)


def test_a_step_that_no_straight_line_can_follow():
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (300, 1))
    y = np.abs(x[:, 0])
    settings = SMALL | {"hidden_layer_sizes": (), "max_iter": 60, "learning_rate_init": 0.03}
    assert MLPRegressor(1e-4, **settings).fit(x, y).score(x, y) < 0.1
    assert MLPRegressor(1e-4, numeric_encoding="piecewise", **settings).fit(x, y).score(x, y) > 0.95


def test_columns_of_two_values_stay_as_they_are():
    X, y = problem("binary")
    X = np.column_stack([X, y == 1, np.ones(120)])
    model = MLPClassifier(0.01, numeric_encoding="piecewise", n_bins=2, **SMALL).fit(X, y)
    names = model.coef_names_.tolist()
    assert names[-3:] == ["x4[2]", "x5", "x6"]
    assert not model.used_[-1]
    assert model.predict(np.tile(X, (50, 1))).shape == (6000,)  # in blocks of rows


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"numeric_encoding": "spline"}, "numeric_encoding='spline' is not known; choose among standard, quantile"),
        ({"n_bins": 0}, "n_bins=0 is not a whole number >= 1"),
        ({"embedding": 0}, "embedding=0 is not None, 'auto', or a whole number >= 1"),
        ({"embedding": "big"}, "embedding='big' is not None, 'auto', or a whole number >= 1"),
    ],
)
def test_bad_settings_are_named(settings, message):
    X, y = problem("binary")
    with pytest.raises(InputError, match=message):
        MLPClassifier(0.1, **SMALL, **settings).fit(X, y)
