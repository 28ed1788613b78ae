"""Relaxed fits: refits by hand, blends of the two, and the choice between them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import KFold

import equipoise as eq
from equipoise.errors import InputError
from equipoise.losses import Logistic, Squared
from equipoise.penalties import L1
from equipoise.selection.relaxed import blend, refits
from equipoise.solvers import Problem, solve_path

GRID = np.array([0.5, 0.2, 0.05])


def strong_and_weak(n=150, p=30, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    return X, X[:, :3] @ [2.0, -2.0, 1.5] + rng.normal(size=n)


def test_refits_are_least_squares_on_the_features_in_use():
    X, y = strong_and_weak()
    q = Problem(np.asfortranarray(X), y, Squared(), L1(), np.full(150, 1 / 150))
    path = solve_path(q, GRID)
    free = refits(q, path, 1e-10)
    for k in range(3):
        used = np.flatnonzero(path.coefs[k])
        assert 0 < len(used) < 30
        peer = LinearRegression().fit(X[:, used], y)
        np.testing.assert_allclose(free.coefs[k][used], peer.coef_, rtol=1e-8)
        assert free.intercepts[k] == pytest.approx(peer.intercept_, rel=1e-6)
        assert np.count_nonzero(free.coefs[k]) == len(used)
    half = blend(path, free, 0.25)
    np.testing.assert_allclose(half.coefs, 0.25 * path.coefs + 0.75 * free.coefs)
    np.testing.assert_allclose(half.intercepts, 0.25 * path.intercepts + 0.75 * free.intercepts)
    assert np.all(free.gaps >= path.gaps)
    assert np.all(free.gaps <= 1e-6)


def test_where_there_is_no_refit_the_penalised_fit_stands():
    X, y = strong_and_weak(n=20, p=60)
    q = Problem(np.asfortranarray(X), y, Squared(), L1(), np.full(20, 1 / 20))
    full = solve_path(q, np.array([1.0, 1e-3]), 1e-10)
    assert np.count_nonzero(full.coefs[1]) >= 19
    np.testing.assert_array_equal(refits(q, full, 1e-8).coefs[1], full.coefs[1])
    parted = Problem(np.asfortranarray(X), (X[:, 0] > 0) * 1.0, Logistic(), L1(), np.full(20, 1 / 20))
    path = solve_path(parted, np.array([0.02]))
    np.testing.assert_array_equal(refits(parted, path, 1e-6).coefs, path.coefs)


def test_strong_features_among_noise_are_refitted_and_few():
    X, y = strong_and_weak()
    folds = list(KFold(5).split(X))
    plain = eq.Lasso(eq.CrossValidation(folds, 40)).fit(X, y)
    model = eq.Lasso(eq.CrossValidation(folds, 40, relax=[0.0, 0.5, 1.0])).fit(X, y)
    chosen = model.selection_
    assert chosen.gamma == 0.0
    assert set(np.flatnonzero(model.coef_)) == {0, 1, 2}
    assert np.count_nonzero(plain.coef_) > 3
    assert chosen.mean.min() < plain.selection_.mean.min()
    np.testing.assert_allclose(model.coef_[:3], LinearRegression().fit(X[:, :3], y).coef_, rtol=1e-6)
    assert [one.gamma for one in chosen.tried] == [1.0, 0.5, 0.0]
    np.testing.assert_array_equal(chosen.tried[0].scores[:, :40], plain.selection_.scores)
    assert model.gap_ <= 1e-6
    assert "gamma 0 has the lowest score of 3" in chosen.why
    train, test = folds[2]
    refit = LinearRegression().fit(X[train][:, :3], y[train])
    assert chosen.scores[2, chosen.index] == pytest.approx(np.mean((y[test] - refit.predict(X[test][:, :3])) ** 2))
    np.testing.assert_allclose(chosen.predictions[test], refit.predict(X[test][:, :3]), rtol=1e-6)


def test_gamma_of_one_alone_is_no_relaxation():
    X, y = strong_and_weak()
    plain = eq.Lasso(eq.CrossValidation(4, GRID)).fit(X, y)
    one = eq.Lasso(eq.CrossValidation(4, GRID, relax=[1.0])).fit(X, y)
    assert one.coef_.tobytes() == plain.coef_.tobytes()
    assert one.selection_.gamma == 1.0


@pytest.mark.parametrize(
    "model",
    [
        eq.LogisticRegression(penalty=L1(), standardize=True),
        eq.PoissonRegressor(penalty=L1()),
        eq.HuberRegressor(penalty=L1()),
        eq.CoxRegressor(penalty=L1()),
        eq.LinearModel(penalty=eq.penalties.MCP()),
        eq.ElasticNet(l1_ratio=0.9),
    ],
    ids=lambda model: type(model).__name__,
)
@pytest.mark.parametrize("gamma", [0.0, 0.5])
def test_every_estimator_relaxes(model, gamma):
    X, score = strong_and_weak(p=6)
    score = score / 3.0 + np.random.default_rng(1).normal(size=150)
    y = {
        "LogisticRegression": score > 0,
        "PoissonRegressor": np.round(np.exp(score)),
        "CoxRegressor": np.column_stack([np.exp(-score), np.arange(150) % 3 > 0]),
    }.get(type(model).__name__, score)
    fitted = clone(model).set_params(alpha=eq.CrossValidation(3, [0.1], relax=[gamma]), tol=1e-8).fit(X, y)
    plain = clone(model).set_params(alpha=0.1, tol=1e-8).fit(X, y)
    used = np.flatnonzero(np.ravel(plain.coef_))
    assert len(used) > 0
    if isinstance(model, eq.HuberRegressor):
        plain.set_params(scale=fitted.scale_).fit(X, y)
        model = clone(model).set_params(scale=fitted.scale_)
    bare = clone(model).set_params(alpha=0.0, tol=1e-8).fit(X[:, used], y)
    expected = gamma * np.ravel(plain.coef_)[used] + (1 - gamma) * np.ravel(bare.coef_)
    np.testing.assert_allclose(np.ravel(fitted.coef_)[used], expected, rtol=1e-3)
    assert fitted.gap_ <= 1e-6


def test_classes_share_their_features_and_sparse_is_dense():
    X, score = strong_and_weak(p=6)
    y = np.digitize(score + np.random.default_rng(0).normal(size=150) * 4, [-2, 2])
    strategy = eq.CrossValidation(3, [0.1, 0.05], relax=[0.0, 1.0])
    dense = eq.LogisticRegression(strategy, penalty=L1(), tol=1e-9).fit(X, y)
    other = eq.LogisticRegression(strategy, penalty=L1(), tol=1e-9).fit(sparse.csr_array(X), y)
    assert dense.selection_.scores.shape == (3, 2)
    np.testing.assert_allclose(other.selection_.mean, dense.selection_.mean, rtol=1e-5)


def test_ratios_and_gammas_together():
    X, y = strong_and_weak()
    found = eq.ElasticNet(eq.CrossValidation(3, GRID, l1_ratios=[0.5, 1.0], relax=[0, 1])).fit(X, y).selection_
    assert [(one.l1_ratio, one.gamma) for one in found.tried] == [(0.5, 1.0), (0.5, 0.0), (1.0, 1.0), (1.0, 0.0)]
    assert f"l1_ratio {found.l1_ratio:g} and gamma {found.gamma:g}" in found.why
    assert found.mean.min() == min(one.mean.min() for one in found.tried)


def test_bad_settings_are_named():
    X, y = strong_and_weak()
    for bad in ([], [1.5], 0.5, ["x"], True):
        with pytest.raises(InputError, match="relax="):
            eq.Lasso(eq.CrossValidation(relax=bad)).fit(X, y)
    with pytest.raises(InputError, match="not for L2"):
        eq.Ridge(eq.CrossValidation(relax=[0.0])).fit(X, y)
