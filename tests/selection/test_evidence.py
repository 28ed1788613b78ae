"""The evidence against densities that scipy knows, and against integrals done by quadrature."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, optimize
from scipy.stats import multivariate_normal, norm

import equipoise as eq
from equipoise.errors import InputError
from equipoise.losses import Logistic, Poisson, Squared
from equipoise.penalties import L1, L2
from equipoise.selection import Context, Evidence
from equipoise.solvers import Problem

ALPHAS = np.array([2.0, 0.3, 0.05])


def data(n=30, p=4, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + 1.0
    return X, X @ rng.normal(size=p) + rng.normal(size=n)


def log_density(X, y, alpha, factor=1.0):
    """Maximum over the noise variance of log N(y | 0, v (1 + X X' / (n alpha)))."""
    K = np.eye(len(y)) + (X / factor) @ X.T / (len(y) * alpha)

    def minus(log_v):
        return -multivariate_normal.logpdf(y, cov=np.exp(log_v) * K)

    return -optimize.minimize_scalar(minus, bounds=(-10, 10), method="bounded", options={"xatol": 1e-10}).fun


@pytest.mark.parametrize("p", [4, 40])
def test_without_intercept_it_is_a_normal_density(p):
    X, y = data(p=p)
    found = eq.Ridge(Evidence(ALPHAS), fit_intercept=False).fit(X, y).selection_
    np.testing.assert_allclose(found.mean, [-log_density(X, y, a) for a in ALPHAS], rtol=1e-8)


def test_factors_are_prior_precisions():
    X, y = data()
    factor = np.array([1.0, 4.0, 0.5, 2.0])
    model = eq.Ridge(Evidence(ALPHAS), penalty=L2(factor=factor), fit_intercept=False).fit(X, y)
    np.testing.assert_allclose(model.selection_.mean, [-log_density(X, y, a, factor) for a in ALPHAS], rtol=1e-8)


def test_the_intercept_is_integrated_out():
    """Quadrature over a flat intercept of the density at the profiled noise variance."""
    X, y = data(n=12, p=2)
    found = eq.Ridge(Evidence([0.3])).fit(X, y).selection_
    centred = X - X.mean(axis=0)
    K = np.eye(12) + centred @ centred.T / (12 * 0.3)
    r = y - y.mean()
    variance = r @ np.linalg.solve(K, r) / 11
    density = integrate.quad(
        lambda b: np.exp(multivariate_normal.logpdf(y - b, cov=variance * K)), y.mean() - 15, y.mean() + 15, epsabs=0
    )[0]
    assert found.mean[0] == pytest.approx(-np.log(density), rel=1e-7)
    assert f"noise variance {variance:.4g}" in found.why


def test_unpenalised_features_are_flat_like_the_intercept():
    """A free column of ones and no intercept is an intercept."""
    X, y = data()
    ones = np.column_stack([X, np.ones(len(y))])
    free = eq.Ridge(Evidence(ALPHAS), penalty=L2(factor=[1, 1, 1, 1, 0]), fit_intercept=False).fit(ones, y)
    plain = eq.Ridge(Evidence(ALPHAS)).fit(X, y)
    np.testing.assert_allclose(free.selection_.mean, plain.selection_.mean, rtol=1e-10)


def test_the_automatic_grid_holds_the_maximum_itself():
    X, y = data(100)
    model = eq.Ridge(Evidence(12)).fit(X, y)
    selection = model.selection_
    assert len(selection.alphas) == 13
    near = eq.Ridge(Evidence(selection.alpha * np.array([1.01, 1.0, 0.99]))).fit(X, y).selection_
    assert near.best == 1
    assert model.gap_ <= 1e-6


def test_finds_the_prior_that_made_the_data():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(2000, 200))
    y = X @ rng.normal(scale=0.1, size=200) + rng.normal(scale=0.5, size=2000)
    alpha = eq.Ridge(Evidence()).fit(X, y).alpha_
    assert alpha == pytest.approx(0.5**2 / 0.1**2 / 2000, rel=0.3)  # noise over prior variance, over n


@pytest.mark.parametrize("kind", ["logistic", "poisson"])
def test_laplace_is_near_the_integral(kind):
    """One coefficient: minus the log of the integral of likelihood times prior."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=50)
    y = (x + rng.logistic(size=50) > 0).astype(float) if kind == "logistic" else rng.poisson(np.exp(0.5 * x)) * 1.0
    loss = Logistic() if kind == "logistic" else Poisson()
    found = eq.LinearModel(loss, alpha=Evidence(ALPHAS), fit_intercept=False).fit(x[:, None], y).selection_
    for alpha, score in zip(ALPHAS, found.mean, strict=True):
        prior = norm(scale=1 / np.sqrt(50 * alpha))
        total = integrate.quad(lambda w, q=prior: np.exp(-loss.value(y, x * w).sum()) * q.pdf(w), -5, 5, epsabs=0)[0]
        assert score == pytest.approx(-np.log(total), abs=0.01)


def test_laplace_by_the_formula():
    X, y = data()
    y = (y > y.mean()).astype(float)
    n = len(y)
    model = eq.LogisticRegression(Evidence(ALPHAS), tol=1e-10).fit(X, y)
    for alpha, w, b, score in zip(
        ALPHAS, model.path_.coefs, model.path_.intercepts, model.selection_.mean, strict=True
    ):
        eta = X @ w + b
        p = 1 / (1 + np.exp(-eta))
        joint = Logistic().value(y, eta).sum() - norm(scale=1 / np.sqrt(n * alpha)).logpdf(w).sum()
        A = np.column_stack([X, np.ones(n)])
        H = (A * (p * (1 - p))[:, None]).T @ A + n * alpha * np.diag([1, 1, 1, 1, 0])
        expected = joint + np.linalg.slogdet(H)[1] / 2 - 5 / 2 * np.log(2 * np.pi)
        assert score == pytest.approx(expected, rel=1e-8)


def test_more_features_than_rows_are_integrated_out_too():
    """The directions that the data does not see cancel: p = 40 by brute force in all of them."""
    X, y = data(20, 40)
    y = (y > np.median(y)).astype(float)
    found = eq.LogisticRegression(Evidence([0.5]), tol=1e-10, fit_intercept=False).fit(X, y)
    eta = X @ found.coef_[0]
    p = 1 / (1 + np.exp(-eta))
    joint = Logistic().value(y, eta).sum() - norm(scale=1 / np.sqrt(20 * 0.5)).logpdf(found.coef_[0]).sum()
    H = (X * (p * (1 - p))[:, None]).T @ X + 20 * 0.5 * np.eye(40)
    expected = joint + np.linalg.slogdet(H)[1] / 2 - 20 * np.log(2 * np.pi)
    assert found.selection_.mean[0] == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("model", [eq.Ridge(), eq.PoissonRegressor()], ids=lambda model: type(model).__name__)
def test_a_row_of_weight_two_is_a_row_twice(model):
    X, y = data()
    y = np.abs(y)
    weight = np.where(np.arange(30) < 10, 2.0, 1.0)
    model.set_params(alpha=Evidence(ALPHAS), tol=1e-10)
    once = model.fit(X, y, sample_weight=weight).selection_.mean
    twice = model.fit(np.vstack([X, X[:10]]), np.append(y, y[:10])).selection_.mean
    np.testing.assert_allclose(once, twice, rtol=1e-8)


def test_bad_settings_are_named():
    X, y = data()
    with pytest.raises(InputError, match="Evidence is for"):
        eq.Lasso(Evidence()).fit(X, y)
    with pytest.raises(InputError, match="alphas > 0"):
        eq.Ridge(Evidence([1.0, 0.0])).fit(X, y)
    with pytest.raises(InputError, match="cannot tell"):
        eq.Ridge(Evidence([1.0]), penalty=L2(factor=[0, 0, 1, 1])).fit(X[:3], y[:3])
    twin = np.column_stack([X, X[:, 0]])
    with pytest.raises(InputError, match="depend on each other"):
        eq.Ridge(Evidence([1.0]), penalty=L2(factor=[0, 1, 1, 1, 0])).fit(twin, y)
    q = Problem(np.asfortranarray(X), y, Squared(), L1(), np.full(30, 1 / 30))
    with pytest.raises(InputError, match="L1"):
        Evidence().select(q, Context())
