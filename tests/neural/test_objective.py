"""The formula around a model of JAX: against finite differences, the linear half, and exact zeros."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from tests.neural.data_for_tests import problem

import equipoise as eq
from equipoise.errors import InputError
from equipoise.neural import ModelObjective

X, Y = problem("binary")
X = (X - X.mean(axis=0)) / X.std(axis=0)
Y = Y.astype(float)


def linear(model, row):
    return jnp.sum(row @ model["w"]) + model["b"]


PLAIN = {"w": jnp.array([[0.3], [-0.2], [0.1], [0.0], [0.5]]), "b": jnp.array(0.1)}


def objective(penalty, alpha=0.05, loss=None, **more):
    return ModelObjective(loss or eq.losses.Logistic(), penalty, alpha, X, Y, apply=linear, **more)


def test_of_a_linear_model_it_is_the_formula_of_the_linear_half():
    ones = np.column_stack([X, np.ones(len(Y))])
    penalty = eq.penalties.L2(factor=[1.0] * 5 + [0.0])
    weight = np.arange(len(Y)) % 3 + 1.0
    exact = eq.Objective(eq.losses.Logistic(), penalty, 0.3, ones, Y, weight)
    w = np.append(np.asarray(PLAIN["w"]).ravel(), 0.1)
    ours = objective(eq.penalties.L2(), 0.3, sample_weight=weight)
    assert ours.value(PLAIN) == pytest.approx(exact.value(w), rel=1e-5)
    gradient = ours.gradient(PLAIN)
    np.testing.assert_allclose(
        np.append(np.asarray(gradient["w"]).ravel(), gradient["b"]), exact.gradient(w), rtol=1e-4, atol=1e-6
    )


def test_steps_end_at_the_lasso_with_its_zeros():
    exact = eq.LogisticRegression(0.05, penalty=eq.penalties.L1()).fit(X, Y)
    end = objective(eq.penalties.L1()).sweep(PLAIN, [0.2, 0.05], rate=1.0, steps=150)
    np.testing.assert_allclose(np.asarray(end[1]["w"]).ravel(), exact.coef_[0], atol=1e-3)
    assert np.array_equal(np.asarray(end[1]["w"]).ravel() == 0, exact.coef_[0] == 0)
    assert np.sum(np.asarray(end[0]["w"]) == 0) > np.sum(exact.coef_[0] == 0)


def test_around_an_equinox_net_the_gradient_is_that_of_finite_differences():
    net = eqx.nn.MLP(5, "scalar", width_size=3, depth=1, activation=jnp.tanh, key=jax.random.key(0))
    formula = ModelObjective(eq.losses.Logistic(), eq.penalties.L2(), 0.1, X, Y)
    gradient, shift = formula.gradient(net), 1e-2
    for where, place in ((lambda m: m.layers[0].weight, (1, 2)), (lambda m: m.layers[0].bias, (1,))):
        up = eqx.tree_at(where, net, where(net).at[place].add(shift))
        down = eqx.tree_at(where, net, where(net).at[place].add(-shift))
        slope = (formula.value(up) - formula.value(down)) / (2 * shift)
        assert float(where(gradient)[place]) == pytest.approx(slope, abs=2e-4)


def test_what_cannot_be_used_is_named():
    with pytest.raises(InputError, match="alpha -1 is not a number >= 0"):
        objective(eq.penalties.L2(), -1)
    with pytest.raises(InputError, match="3 rows of X do not fit 2 of y"):
        ModelObjective(eq.losses.Squared(), eq.penalties.L2(), 1.0, np.ones((3, 1)), np.ones(2))
    with pytest.raises(InputError, match="no array of two or more dimensions"):
        ModelObjective(eq.losses.Logistic(), eq.penalties.L2(), 1.0, X, Y, apply=lambda m, row: row @ m).value(
            jnp.ones(5)
        )
