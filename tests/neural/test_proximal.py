"""Proximal steps: against a numerical minimum, true zeros, and stationary points of the objective."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import minimize
from tests.neural.data_for_tests import problem

import equipoise as eq
from equipoise.neural import MLPClassifier
from equipoise.neural.proximal import group_soft_threshold, soft_threshold

CONVEX = {"hidden_layer_sizes": (), "batch_size": 256, "max_iter": 600, "learning_rate_init": 0.1, "n_jobs": 1}
NET = {"hidden_layer_sizes": (8,), "batch_size": 64, "max_iter": 100, "learning_rate_init": 0.01, "n_jobs": 1}


def test_group_step_in_any_metric_is_the_minimum():
    random = np.random.default_rng(0)
    z, d = random.standard_normal((6, 4)) * 2.0, np.exp(2.0 * random.standard_normal((6, 4)))
    found = np.asarray(group_soft_threshold(jnp.array(z), 1.0, jnp.array(d)))
    for row, start, metric in zip(found, z, d, strict=True):
        value = lambda w, s=start, m=metric: 0.5 * m @ (w - s) ** 2 + np.linalg.norm(w)  # noqa: E731
        best = minimize(value, start, method="Nelder-Mead", options={"maxiter": 20000, "xatol": 1e-9, "fatol": 1e-12})
        assert value(row) <= best.fun + 1e-5
    assert np.all(np.asarray(group_soft_threshold(jnp.zeros((2, 3)), 0.5)) == 0.0)
    assert np.asarray(group_soft_threshold(jnp.full((1, 3), 2.0), 0.0)).tolist() == [[2.0, 2.0, 2.0]]


def test_several_rows_of_one_group_are_one_long_row():
    random = np.random.default_rng(0)
    z, d = jnp.array(random.standard_normal((5, 4)) * 2.0), jnp.array(np.exp(random.standard_normal((5, 4))))
    groups = jnp.array([0, 1, 0, 3, 1])
    found = group_soft_threshold(z, 1.5, d, groups)
    for rows in ([0, 2], [1, 4], [3]):
        place = jnp.array(rows)
        alone = group_soft_threshold(z[place].reshape(1, -1), 1.5, d[place].reshape(1, -1))
        np.testing.assert_allclose(found[place].ravel(), alone.ravel(), rtol=1e-5)


def test_l1_step_in_a_metric():
    step = soft_threshold(jnp.array([3.0, -3.0, 0.4]), 1.0, jnp.array([1.0, 2.0, 1.0]))
    assert np.asarray(step).tolist() == [2.0, -2.5, 0.0]


@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_l1_ends_where_the_lasso_does(solver):
    X, y = problem("binary")
    rate = 0.1 if solver == "adam" else 0.3
    net = MLPClassifier(0.05, penalty="l1", solver=solver, **CONVEX | {"learning_rate_init": rate}).fit(X, y)
    exact = eq.LogisticRegression(0.05, penalty=eq.penalties.L1(), standardize=True).fit(X, y)
    assert net.used_.tolist() == (exact.coef_[0] != 0).tolist()
    assert not net.used_.all()
    np.testing.assert_allclose(net.coefs_[0][:, 0], exact.coef_[0], rtol=5e-3, atol=1e-6)


def test_group_l1_of_classes_ends_where_the_grouped_lasso_does():
    X, y = problem("multiclass")
    net = MLPClassifier(0.05, penalty="group_l1", **CONVEX).fit(X, y)
    z = (X - X.mean(axis=0)) / X.std(axis=0)
    weight, bias = net.coefs_[0] * X.std(axis=0)[:, None], net.intercepts_[0] + X.mean(axis=0) @ net.coefs_[0]
    p = np.exp(z @ weight + bias)
    p /= p.sum(axis=1, keepdims=True)
    gradient = z.T @ (p - np.eye(3)[y]) / len(y)
    limit = 0.05 * 3.0**0.5
    assert 0 < net.used_.sum() < 5
    for g, w in zip(gradient, weight, strict=True):
        if np.any(w != 0):
            np.testing.assert_allclose(g, -limit * w / np.linalg.norm(w), atol=2e-3)
        else:
            assert np.linalg.norm(g) <= limit + 1e-6


@pytest.mark.parametrize("penalty", ["l1", "group_l1"])
def test_columns_without_a_say_drop_out_of_a_net(penalty):
    X, y = problem("binary", p=5)  # two of five columns matter
    model = MLPClassifier(0.05 if penalty == "l1" else 0.03, penalty=penalty, **NET).fit(X, y)
    assert model.used_.tolist() == [True, True, False, False, False]
    assert model.score(X, y) > 0.7
    assert np.any((model.coefs_[1] == 0).all(axis=1))  # units too
    assert MLPClassifier(0.02, **NET).fit(X, y).used_.all()


def test_larger_alphas_keep_fewer_columns():
    X, y = problem("binary")
    used = [MLPClassifier(a, penalty="group_l1", **NET).fit(X, y).used_.sum() for a in (0.0, 0.03, 1.0)]
    assert used == [5, 2, 0]
