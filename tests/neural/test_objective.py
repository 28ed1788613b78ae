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

X, Y = problem("binary")
X = (X - X.mean(axis=0)) / X.std(axis=0)
Y = Y.astype(float)


def linear(model, row):
    return jnp.sum(row @ model["w"]) + model["b"]


PLAIN = {"w": jnp.array([[0.3], [-0.2], [0.1], [0.0], [0.5]]), "b": jnp.array(0.1)}


def objective(penalty, alpha=0.05, loss=None, **more):
    return eq.Objective(loss or eq.losses.Logistic(), penalty, alpha, X, Y, apply=linear, **more)


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
    formula = eq.Objective(eq.losses.Logistic(), eq.penalties.L2(), 0.1, X, Y)
    gradient, shift = formula.gradient(net), 1e-2
    for where, place in ((lambda m: m.layers[0].weight, (1, 2)), (lambda m: m.layers[0].bias, (1,))):
        up = eqx.tree_at(where, net, where(net).at[place].add(shift))
        down = eqx.tree_at(where, net, where(net).at[place].add(-shift))
        slope = (formula.value(up) - formula.value(down)) / (2 * shift)
        assert float(where(gradient)[place]) == pytest.approx(slope, abs=2e-4)


def test_what_cannot_be_used_is_named():
    with pytest.raises(InputError, match="alpha -1 is not a number >= 0"):
        objective(eq.penalties.L2(), -1)
    with pytest.raises(InputError, match=r"X of shape \(3, 1\) does not fit y of shape \(2,\)"):
        eq.Objective(eq.losses.Squared(), eq.penalties.L2(), 1.0, np.ones((3, 1)), np.ones(2))
    with pytest.raises(InputError, match="no array of two or more dimensions"):
        eq.Objective(eq.losses.Logistic(), eq.penalties.L2(), 1.0, X, Y, apply=lambda m, row: row @ m).value(
            jnp.ones(5)
        )
    with pytest.raises(InputError, match="a dict is neither coefficients nor an Equinox model"):
        eq.Objective(eq.losses.Logistic(), eq.penalties.L2(), 1.0, X, Y).value(PLAIN)
    with pytest.raises(InputError, match=r"coefficients of shape \(4,\) do not fit X of shape"):
        eq.Objective(eq.losses.Logistic(), eq.penalties.L2(), 1.0, X, Y).step(np.ones(4), 0.1)


def test_coefficients_and_a_model_of_the_same_numbers_take_the_same_steps():
    """One name, two ways: NumPy for w, JAX for a pytree with `apply`."""
    formula = eq.Objective(eq.losses.Logistic(), eq.penalties.L1(), 0.05, X, Y)
    around = objective(eq.penalties.L1())
    w, model = np.asarray(PLAIN["w"]).ravel(), {"w": PLAIN["w"], "b": jnp.array(0.0)}
    assert around.value(model) == pytest.approx(formula.value(w), rel=1e-6)
    np.testing.assert_allclose(np.asarray(around.prox(model, 2.0)["w"]).ravel(), formula.prox(w, 2.0), atol=1e-7)
    np.testing.assert_allclose(np.asarray(around.step(model, 0.5)["w"]).ravel(), formula.step(w, 0.5), atol=1e-6)


def test_a_sweep_of_coefficients_is_the_path():
    path = eq.LogisticRegression(0.05, penalty=eq.penalties.L1(), fit_intercept=False).fit(X, Y)
    many, few = eq.Objective(eq.losses.Logistic(), eq.penalties.L1(), 9.0, X, Y).sweep(
        np.zeros(5), [0.2, 0.05], 1.0, 300
    )
    np.testing.assert_allclose(few, path.coef_[0], atol=1e-6)
    assert np.count_nonzero(many) < np.count_nonzero(few)


def test_rows_of_a_model_may_be_whole_numbers():
    table = eqx.nn.Embedding(4, 3, key=jax.random.key(0))
    codes = np.array([[0], [1], [2], [3]])
    formula = eq.Objective(
        eq.losses.Squared(), eq.penalties.L2(), 0.0, codes, np.arange(4.0), apply=lambda m, row: jnp.sum(m(row[0]))
    )
    end = formula.sweep(table, [0.0], rate=0.5, steps=60)[0]
    np.testing.assert_allclose(np.asarray(end.weight).sum(axis=1), np.arange(4.0), atol=1e-3)
