"""The sweep: closed forms, members that do not see each other, the same bytes, early stopping, halving."""

from __future__ import annotations

import numpy as np
import pytest
from tests.neural.data_for_tests import problem

import equipoise as eq
from equipoise.neural import MLPClassifier, MLPRegressor
from equipoise.neural.recipe import Recipe
from equipoise.neural.selecting import _rungs, decks_of
from equipoise.neural.solvers import solver
from equipoise.neural.sweep import Deck, Member, Sweep
from equipoise.neural.views import Rows

CONVEX = {"hidden_layer_sizes": (), "batch_size": 256, "max_iter": 600, "learning_rate_init": 0.1, "n_jobs": 1}
SMALL = {"hidden_layer_sizes": (8,), "batch_size": 64, "max_iter": 20, "learning_rate_init": 0.01, "n_jobs": 1}


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_without_hidden_layers_and_batches_it_is_logistic_regression(task):
    X, y = problem(task)
    net = MLPClassifier(0.05, **CONVEX).fit(X, y)
    exact = eq.LogisticRegression(0.05, standardize=True).fit(X, y)
    np.testing.assert_allclose(net.predict_proba(X), exact.predict_proba(X), atol=2e-4)
    np.testing.assert_allclose(net.coefs_[0].T, exact.coef_, rtol=2e-3, atol=1e-5)


def test_without_hidden_layers_and_batches_it_is_ridge():
    X, y = problem("regression")
    net = MLPRegressor(0.3, **CONVEX).fit(X, y)
    exact = eq.Ridge(0.3, standardize=True).fit(X, y)
    np.testing.assert_allclose(net.predict(X), exact.predict(X), rtol=1e-4)


def sweep(members, decks=None, stopping=False, n_jobs=1, epochs=20):
    X, y = problem("binary")
    rows = Rows(X, y[:, None].astype(float), np.full(len(y), 1.0 / len(y)))
    none = np.empty(0, int)
    decks = decks or [Deck(np.arange(110), none, 0), Deck(np.arange(10, 70), none, 1)]
    recipe = Recipe((5, 8, 1), "relu", "binary", 64, solver("adam"), "l2", dropout=True, stopping=stopping)
    made = Sweep(recipe, rows, decks, members, epochs, n_jobs=n_jobs)
    made.run()
    return made


MEMBERS = [
    Member(deck, alpha, rate, dropout)
    for deck, rate, dropout in ((0, 0.01, 0.0), (1, 0.02, 0.3))
    for alpha in np.geomspace(1.0, 1e-4, 10)
]


def weights(made):
    nets = made.networks()
    return np.array([np.concatenate([w.ravel() for w in nets[k].weights]) for k in sorted(nets)])


def test_a_member_beside_others_is_the_member_alone():
    together = sweep(MEMBERS)
    for k in (0, 13):  # one with two steps an epoch, one with a single step
        alone = sweep(MEMBERS[k : k + 1])
        np.testing.assert_allclose(weights(together)[k], weights(alone)[0], rtol=2e-4, atol=2e-5)
        np.testing.assert_allclose(together.curves[:, k], alone.curves[:, 0], rtol=1e-4)


def test_permuting_members_permutes_results():
    order = np.random.default_rng(0).permutation(len(MEMBERS))
    permuted = weights(sweep([MEMBERS[k] for k in order]))
    np.testing.assert_allclose(permuted, weights(sweep(MEMBERS))[order], rtol=2e-4, atol=2e-5)


def test_members_differ_by_alpha_rate_and_dropout():
    base = Member(0, 0.01, 0.01, 0.0)
    others = [Member(0, 0.1, 0.01, 0.0), Member(0, 0.01, 0.02, 0.0), Member(0, 0.01, 0.01, 0.5)]
    found = weights(sweep([base, base, *others]))
    assert np.array_equal(found[0], found[1])
    assert all(np.abs(found[0] - other).max() > 0.01 for other in found[2:])


def test_the_same_seed_gives_the_same_bytes_for_any_number_of_threads():
    once, twice = weights(sweep(MEMBERS)), weights(sweep(MEMBERS, n_jobs=2))
    assert once.tobytes() == twice.tobytes()
    X, y = problem("binary")
    again = [MLPClassifier(0.01, **SMALL, random_state=seed).fit(X, y).coefs_[0].tobytes() for seed in (0, 0, 1)]
    assert again[0] == again[1] != again[2]


def test_runs_in_pieces_are_one_run():
    whole, pieces = sweep(MEMBERS), sweep(MEMBERS, epochs=20)
    X, y = problem("binary")
    rows = Rows(X, y[:, None].astype(float), np.full(len(y), 1.0 / len(y)))
    pieces = Sweep(whole.recipe.__class__((5, 8, 1), "relu", "binary", 64, solver("adam"), "l2", dropout=True), rows,
                   whole.decks, MEMBERS, 20, n_jobs=1)  # fmt: skip
    pieces.run(7)
    pieces.keep([3, 12, 19])
    pieces.run()
    assert sorted(pieces.networks()) == [3, 12, 19]
    np.testing.assert_allclose(weights(pieces), weights(whole)[[3, 12, 19]], rtol=2e-4, atol=2e-5)
    assert np.isnan(pieces.curves[7:, 0]).all()
    assert np.isfinite(pieces.curves[:, [3, 12, 19]]).all()


def test_early_stopping_keeps_the_weights_of_the_lowest_validation_loss():
    random = np.random.default_rng(0)
    order = random.permutation(120)
    deck = [Deck(order[:30], order[30:], 0)]  # so few rows that training on overfits
    member = [Member(0, 0.0, 0.1), Member(0, 0.0, 0.1)]
    X, y = problem("binary")

    def validation(made):
        eta = made.networks()[0](X[deck[0].held])[:, 0]
        return eq.losses.Logistic().score(y[deck[0].held].astype(float), eta)

    stopped = sweep(member, deck, stopping=True, epochs=40)
    losses = [validation(sweep(member, deck, epochs=40))]
    assert validation(stopped) < losses[0] - 0.05
    np.testing.assert_allclose(validation(stopped), np.asarray(stopped._batches[0].state.lowest)[0], rtol=1e-4)


def test_rungs_of_halving():
    assert _rungs(90, 27, 3) == [(10, 9), (30, 3)]
    assert _rungs(100, 32, None) == []
    assert _rungs(100, 2, 3) == []


def test_halving_leaves_the_worst_behind():
    X, y = problem("binary")
    grid = eq.CrossValidation(cv=2, alphas=np.geomspace(10.0, 1e-3, 9))
    full = MLPClassifier(grid, **SMALL).fit(X, y).selection_
    halved = MLPClassifier(grid, halving=3, **SMALL).fit(X, y).selection_
    left = np.isfinite(halved.mean)
    assert left.sum() == 3
    np.testing.assert_allclose(halved.mean[left], full.mean[left], rtol=1e-3)
    assert not left[0]  # at alpha 10 nothing is left of the net


def test_validation_rows_are_not_trained_on_and_hold_the_same_share_of_each_class():
    labels, weight = np.arange(120) % 3, (np.arange(120) > 5) / 114.0
    rows = Rows(np.zeros((120, 1)), np.zeros((120, 1)), weight)
    (deck,) = decks_of(rows, [np.arange(100)], [0], labels, 0.2)
    assert not set(deck.rows) & set(deck.held)
    assert set(deck.rows) | set(deck.held) == set(range(6, 100))
    assert np.bincount(labels[deck.held]).tolist() == [6, 6, 6]
