"""Ridge on many targets: every column as if it were alone."""

import numpy as np
import pytest
from scipy import sparse
from sklearn import linear_model

import equipoise as eq
from equipoise.solvers import Problem, solve_path

RNG = np.random.default_rng(0)
SHAPES = {"tall": (80, 6), "folds smaller than p": (60, 20), "wide": (30, 50)}
STRATEGIES = {
    "cross-validation": eq.CrossValidation(cv=4, alphas=np.logspace(2, -3, 12)),
    "one standard error": eq.CrossValidation(cv=3, alphas=np.logspace(2, -3, 12), rule="1se"),
    "overlapping folds": eq.CrossValidation(
        cv=[(np.arange(20), np.arange(20, 30)), (np.arange(10, 30), np.arange(10))], alphas=np.logspace(2, -3, 12)
    ),
    "leave-one-out": eq.LeaveOneOut(alphas=np.logspace(2, -3, 12)),
    "GCV": eq.GCV(alphas=np.logspace(2, -1, 9)),
}


def data(n, p):
    rng = np.random.default_rng(n + p)
    X = rng.normal(size=(n, p)) + 3.0
    Y = X @ rng.normal(size=(p, 4)) + rng.normal(size=(n, 4)) * [0.1, 3.0, 10.0, 1.0]
    return X, Y, rng.integers(1, 4, n)


@pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=STRATEGIES)
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_each_target_is_fitted_as_if_alone(shape, strategy, fit_intercept):
    X, Y, weight = data(*shape)
    model = eq.Ridge(strategy, fit_intercept=fit_intercept).fit(X, Y, sample_weight=weight)
    assert model.gap_ <= 1e-12
    for t, y in enumerate(Y.T):
        alone = eq.Ridge(strategy, fit_intercept=fit_intercept).fit(X, y, sample_weight=weight)
        assert model.alpha_[t] == alone.alpha_
        np.testing.assert_allclose(model.coef_[t], alone.coef_, rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(model.intercept_[t], alone.intercept_, rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(model.selection_.mean[:, t], alone.selection_.mean, rtol=1e-6)
        np.testing.assert_allclose(model.selection_.se[:, t], alone.selection_.se, rtol=1e-5, atol=1e-12)
        if alone.selection_.predictions is not None:
            np.testing.assert_allclose(model.selection_.predictions[:, t], alone.selection_.predictions, rtol=1e-6)


def test_columns_of_unit_variance_and_factors():
    X, Y, _ = data(80, 6)
    X = X * np.logspace(-2, 2, 6)
    settings = {"standardize": True, "penalty": eq.penalties.L2(factor=np.arange(1.0, 7.0))}
    model = eq.Ridge(STRATEGIES["cross-validation"], **settings).fit(X, Y)
    for t, y in enumerate(Y.T):
        alone = eq.Ridge(STRATEGIES["cross-validation"], **settings).fit(X, y)
        np.testing.assert_allclose(model.coef_[t], alone.coef_, rtol=1e-8)


@pytest.mark.parametrize("alpha", [0.3, [0.1, 1.0, 10.0, 0.0]])
def test_given_alphas_are_those_of_scikit_learn(alpha):
    X, Y, weight = data(80, 6)
    peer = linear_model.Ridge(alpha=np.asarray(alpha) * weight.sum()).fit(X, Y, sample_weight=weight)
    model = eq.Ridge(alpha).fit(X, Y, sample_weight=weight)
    np.testing.assert_allclose(model.coef_, peer.coef_, rtol=1e-7)
    np.testing.assert_allclose(model.predict(X), peer.predict(X), rtol=1e-9)
    np.testing.assert_allclose(model.score(X, Y), peer.score(X, Y), rtol=1e-9)
    again = eq.Ridge(0.7).fit(X, Y, sample_weight=weight).predict(X)
    np.testing.assert_allclose(model.predict(X, alpha=0.7), again, rtol=1e-9)


def test_sparse_columns_are_taken():
    X = sparse.random_array((60, 20), density=0.3, rng=RNG, format="csr")
    Y = RNG.normal(size=(60, 3))
    np.testing.assert_allclose(
        eq.Ridge(0.1).fit(X, Y).coef_, eq.Ridge(0.1).fit(X.toarray(), Y).coef_, rtol=1e-8, atol=1e-12
    )


def test_the_reason_counts_the_targets_at_an_end():
    X, Y, _ = data(80, 6)
    Y[:, 2] = np.arange(80) % 2
    model = eq.Ridge(eq.CrossValidation(alphas=[100.0, 1e-1, 1e-4])).fit(X, Y)
    assert np.count_nonzero(model.alpha_ == 100.0) == 1
    assert "1 of 4 have theirs at the upper end of the grid" in model.selection_.why


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"alpha": [1.0, 2.0]}, r"alpha has shape \(2,\), but there are 4 targets"),
        ({"alpha": -1.0}, "not a number >= 0"),
        ({"alpha": eq.Evidence()}, "Evidence with these settings is for one target"),
        ({"alpha": eq.CrossValidation(scoring="r2")}, "for one target"),
        ({"penalty": eq.penalties.L1()}, "not L1"),
        ({"penalty": eq.penalties.L2(factor=[0.0, 1, 1, 1, 1, 1])}, "a penalty on every feature"),
    ],
)
def test_what_is_for_one_target_is_refused(settings, words):
    X, Y, _ = data(80, 6)
    with pytest.raises(eq.InputError, match=words):
        eq.Ridge(**settings).fit(X, Y)


def test_a_path_of_squared_loss_takes_columns_one_by_one():
    X, Y, _ = data(80, 6)
    problem = Problem(np.asfortranarray(X), Y, eq.losses.Squared(), eq.penalties.L1(), np.full(80, 1 / 80))
    path = solve_path(problem, np.array([0.3, 0.1]))
    assert path.coefs.shape == (2, 4, 6)
    np.testing.assert_allclose(path.coefs[1, 2], eq.Lasso(0.1).fit(X, Y[:, 2]).coef_, atol=1e-5)
