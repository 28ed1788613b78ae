"""The compiled kernel against the program of JAX, in lockstep: same rows, same weights, step by step the same net."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.neural.data_for_tests import problem

import equipoise as eq
from equipoise.neural import MLPClassifier, kernel
from equipoise.neural.recipe import Recipe
from equipoise.neural.solvers import solver
from equipoise.neural.sweep import Deck, Member, Sweep
from equipoise.neural.views import Rows

BASE = Recipe((5, 8, 1), "tanh", "binary", 32, solver("adam"), "l2")
CASES = {
    "two hidden layers": {"sizes": (5, 19, 7, 1)},
    "four outputs": {"sizes": (5, 8, 4), "task": "multiclass", "penalty": "decoupled"},
    "a number": {"task": "regression", "activation": "identity"},
    "no hidden layer": {"sizes": (5, 1), "penalty": "decoupled", "biases": True},
    "relu": {"activation": "relu", "sizes": (5, 40, 33, 1), "biases": True},
    "logistic, falling rate": {"activation": "logistic", "cosine": True},
    "decoupled, cautious": {"penalty": "decoupled", "cautious": True},
    "decoupled, falling rate": {"penalty": "decoupled", "cosine": True},
    "validation": {"stopping": True},
}
MEMBERS = [Member(deck, alpha, rate) for deck in (0, 1) for alpha in (0.3, 0.01, 0.0) for rate in (0.01, 0.002)]


def sweep(recipe, monkeypatch, native, members=MEMBERS, epochs=4, n_jobs=1):
    """A sweep of two decks of unequal size, with weights and a row of weight 0, of the kernel or of the program."""
    X, y = problem("binary")
    random = np.random.default_rng(1)
    weight = random.integers(1, 4, len(y)).astype(float)
    weight[7] = 0.0
    outputs = recipe.sizes[-1]
    target = y[:, None].astype(float) if outputs == 1 else np.eye(outputs)[(y + 2 * (X[:, 0] > 0)).astype(int)]
    if recipe.task == "regression":
        target = 3.0 + 2.0 * X[:, :1] - np.abs(X[:, 1:2])
    rows = Rows(X, target, weight / weight.sum())
    every = np.flatnonzero(weight > 0)
    decks = [Deck(every[:100], every[100:], 0), Deck(every[20:61], every[:20], 1)]
    monkeypatch.setattr(kernel, "suits", lambda recipe: native)
    made = Sweep(recipe, rows, decks, members, epochs, n_jobs=n_jobs)
    made.run()
    return made


def flat(made):
    nets = made.networks()
    return np.array([np.concatenate([p.ravel() for p in (*nets[k].weights, *nets[k].biases)]) for k in sorted(nets)])


@pytest.mark.parametrize("case", CASES)
def test_the_kernel_does_what_the_program_does(case, monkeypatch):
    recipe = replace(BASE, **CASES[case])
    assert kernel.suits(recipe)
    fast, plain = (sweep(recipe, monkeypatch, native) for native in (True, False))
    np.testing.assert_allclose(flat(fast), flat(plain), rtol=2e-3, atol=2e-4)
    np.testing.assert_allclose(fast.curves, plain.curves, rtol=2e-4)


def test_one_step_is_that_of_the_program_to_rounding(monkeypatch):
    recipe = replace(BASE, batch=256, activation="relu", sizes=(5, 40, 33, 1))
    fast, plain = (sweep(recipe, monkeypatch, native, epochs=1) for native in (True, False))
    np.testing.assert_allclose(flat(fast), flat(plain), rtol=1e-4, atol=2e-6)
    np.testing.assert_allclose(fast.curves, plain.curves, rtol=1e-6)


def test_early_stopping_keeps_the_same_epoch(monkeypatch):
    recipe = replace(BASE, stopping=True)
    members = [Member(1, 0.0, 0.3), Member(0, 0.0, 0.3)]  # so fast that it overfits
    fast, plain = (sweep(recipe, monkeypatch, native, members, epochs=30) for native in (True, False))
    lowest = [np.concatenate([np.asarray(part.state.lowest)[:2] for part in made._batches]) for made in (fast, plain)]
    assert np.isfinite(lowest[0]).all()
    np.testing.assert_allclose(*lowest, rtol=0.05)
    last = sweep(replace(recipe, stopping=False), monkeypatch, True, members, epochs=30)
    assert np.abs(flat(fast) - flat(last)).max() > 0.1


def test_members_are_the_same_to_the_byte_alone_in_pieces_and_for_any_number_of_threads(monkeypatch):
    whole = flat(sweep(BASE, monkeypatch, True))
    assert whole.tobytes() == flat(sweep(BASE, monkeypatch, True, n_jobs=2)).tobytes()
    for k in (0, 11):
        assert whole[k].tobytes() == flat(sweep(BASE, monkeypatch, True, MEMBERS[k : k + 1])).tobytes()


def test_a_sweep_goes_on_with_some_members(monkeypatch):
    whole = sweep(BASE, monkeypatch, True, epochs=20)
    X, y = problem("binary")
    part = Sweep(BASE, Rows(X, y[:, None].astype(float), np.full(len(y), 1 / len(y))), whole.decks, MEMBERS, 20)
    again = Sweep(BASE, Rows(X, y[:, None].astype(float), np.full(len(y), 1 / len(y))), whole.decks, MEMBERS, 20)
    part.run(7)
    part.keep([1, 5, 9])
    part.run()
    again.run()
    assert sorted(part.networks()) == [1, 5, 9]
    assert flat(part).tobytes() == flat(again)[[1, 5, 9]].tobytes()


def test_weights_that_grow_beyond_all_numbers_are_told():
    X, y = problem("binary")
    settings = {"hidden_layer_sizes": (8,), "max_iter": 5, "learning_rate_init": 1e30, "activation": "relu"}
    with pytest.raises(eq.errors.TrainingError, match="lower learning_rate_init"):
        MLPClassifier(0.0, **settings).fit(X, y)


@pytest.mark.parametrize("part", ["dropout", "noise", "mixup", "smoothing", "sharpness", "encoded", "embedded"])
def test_what_the_kernel_does_not_know_is_left_to_the_program(part):
    assert not kernel.suits(replace(BASE, **{part: True}))
    assert not kernel.suits(replace(BASE, penalty="l1"))
    assert not kernel.suits(replace(BASE, solver=solver("sgd")))
