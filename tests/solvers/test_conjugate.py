"""Ridge on sparse matrices that are large both ways: the numbers of the dense one, without ever being dense."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from scipy import sparse

import equipoise as eq
from equipoise.errors import InputError
from equipoise.solvers import conjugate


def sparse_data(n=120, p=60, density=0.2, seed=0):
    random = np.random.default_rng(seed)
    X = sparse.random_array((n, p), density=density, format="csr", rng=random) + 0.0
    return X, X @ random.normal(size=p) + 0.3 * random.normal(size=n) + 5.0, random.integers(0, 3, size=n) + 0.5


@pytest.fixture
def always(monkeypatch):
    monkeypatch.setattr(conjugate, "SIDE", 0)


@pytest.mark.parametrize("shape", [(120, 60), (40, 90)])
@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("fit_intercept", [False, True])
def test_the_numbers_of_the_dense_matrix(always, shape, standardize, fit_intercept):
    X, y, weight = sparse_data(*shape)
    options = {"standardize": standardize, "fit_intercept": fit_intercept}
    for alpha in (1.0, 1e-2, 1e-4):
        ours = eq.Ridge(alpha=alpha, **options).fit(X, y, sample_weight=weight)
        dense = eq.Ridge(alpha=alpha, **options).fit(X.toarray(), y, sample_weight=weight)
        assert ours.gap_ <= 1e-6
        size = np.abs(dense.predict(X.toarray())).max()
        np.testing.assert_allclose(ours.predict(X), dense.predict(X.toarray()), atol=5e-3 * size)


def test_factors_and_a_constant_column(always):
    X, y, _ = sparse_data()
    X = sparse.hstack([X, sparse.csr_array(np.ones((len(y), 1)))]).tocsr()
    factors = np.linspace(0.5, 2.0, X.shape[1])
    ours, dense = (eq.Ridge(alpha=0.1, penalty=eq.penalties.L2(factor=factors)).fit(A, y) for A in (X, X.toarray()))
    np.testing.assert_allclose(ours.coef_, dense.coef_, atol=1e-2 * np.abs(dense.coef_).max())


def test_cross_validation_chooses_as_on_the_dense_matrix(always):
    X, y, _ = sparse_data()
    strategy = eq.CrossValidation(cv=4, alphas=30)
    ours, dense = eq.Ridge(alpha=strategy).fit(X, y), eq.Ridge(alpha=strategy).fit(X.toarray(), y)
    assert ours.alpha_ == pytest.approx(dense.alpha_)
    assert ours.path_.gaps.max() <= 1e-6
    np.testing.assert_allclose(ours.selection_.mean, dense.selection_.mean, rtol=1e-3)


def test_no_dense_matrix_is_made():
    random = np.random.default_rng(0)
    n, p = 12_000, 8_000
    X = sparse.random_array((n, p), density=10 / p, format="csr", rng=random)
    y = X @ random.normal(size=p)
    tracemalloc.start()
    model = eq.Ridge(alpha=eq.CrossValidation(cv=2, alphas=np.logspace(-3, -5, 4))).fit(X, y)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert model.gap_ <= 1e-6
    assert peak < 40 * X.nnz * 12 < 0.1 * n * p * 8


def test_smooth_losses_stay_sparse_too(always):
    X, y, _ = sparse_data()
    for model in (eq.LogisticRegression(alpha=0.01), eq.PoissonRegressor(alpha=0.1)):
        target = (y > np.median(y)).astype(int) if hasattr(model, "predict_proba") else np.round(np.abs(y))
        ours = model.fit(X, target).coef_
        dense = model.fit(X.toarray(), target)
        np.testing.assert_allclose(ours, dense.coef_, atol=5e-3 * np.abs(dense.coef_).max())


@pytest.mark.parametrize("strategy", [eq.LeaveOneOut(), eq.GCV(), eq.InformationCriterion("bic")])
def test_what_would_need_a_dense_matrix_says_so(always, strategy):
    X, y, _ = sparse_data()
    with pytest.raises(InputError, match=r"sparse 120 x 60 matrix.*CrossValidation"):
        eq.Ridge(alpha=strategy).fit(X, y)
