"""Information criteria and GCV by hand, by metamorphic relations, and against scikit-learn's LassoLarsIC."""

import numpy as np
import pytest
from scipy.special import comb
from sklearn.linear_model import LassoLarsIC

import equipoise as eq
from equipoise.errors import InputError
from equipoise.losses import Logistic
from equipoise.penalties import L1

ALPHAS = np.array([0.5, 0.2, 0.1, 0.05, 0.01])


def _data(n=80, p=12, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    return X, X[:, 0] - X[:, 1] + rng.normal(size=n)


def _by_hand(model, X, y, criterion):
    scores = []
    for coef, b in zip(model.path_.coefs, model.path_.intercepts, strict=True):
        n, p, k = len(y), X.shape[1], np.count_nonzero(coef) + 1
        aic = n * np.log(np.mean((y - X @ coef - b) ** 2)) + 2 * k
        scores.append(
            {
                "aic": aic,
                "aicc": aic + 2 * k * (k + 1) / (n - k - 1),
                "bic": aic + (np.log(n) - 2) * k,
                "ebic": aic + (np.log(n) - 2) * k + 2 * np.log(comb(p, k - 1)),
            }[criterion]
        )
    return np.array(scores)


@pytest.mark.parametrize("criterion", ["aic", "aicc", "bic", "ebic"])
def test_scores_are_the_formula(criterion):
    X, y = _data()
    model = eq.Lasso(eq.InformationCriterion(criterion, ALPHAS)).fit(X, y)
    np.testing.assert_allclose(model.selection_.mean, _by_hand(model, X, y, criterion), rtol=1e-10)
    assert model.alpha_ == ALPHAS[np.argmin(model.selection_.mean)]
    assert not np.any(model.selection_.se)


def test_logistic_uses_the_deviance():
    X, y = _data()
    model = eq.LogisticRegression(eq.InformationCriterion("bic", ALPHAS), penalty=L1()).fit(X, y > 0)
    eta = X @ model.coef_[0] + model.intercept_[0]
    k = np.count_nonzero(model.coef_) + 1
    expected = 2 * np.sum(Logistic().value((y > 0).astype(float), eta)) + np.log(len(y)) * k
    assert model.selection_.mean.min() == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("criterion", ["aic", "bic"])
def test_chooses_the_support_that_scikit_learn_chooses(criterion):
    X, y = _data(200, 10, 1)
    X = X - X.mean(axis=0)
    peer = LassoLarsIC(criterion=criterion, noise_variance=1.0).fit(X, y)
    ours = eq.Lasso(eq.InformationCriterion(criterion, 400)).fit(X, y)
    assert set(np.flatnonzero(ours.coef_)) == set(np.flatnonzero(peer.coef_))


@pytest.mark.parametrize("strategy", [eq.GCV(ALPHAS), eq.InformationCriterion("bic", ALPHAS)])
def test_a_row_of_weight_two_is_a_row_twice(strategy):
    X, y = _data()
    weight = np.ones(len(y))
    weight[:20] = 2.0
    once = eq.Ridge(strategy).fit(X, y, sample_weight=weight)
    twice = eq.Ridge(strategy).fit(np.vstack([X, X[:20]]), np.append(y, y[:20]))
    np.testing.assert_allclose(once.selection_.mean, twice.selection_.mean, rtol=1e-10)


def test_gcv_is_leave_one_out_where_all_leverages_are_equal():
    """Columns of a Hadamard matrix: every row has the same leverage."""
    H = np.array([[1.0]])
    for _ in range(5):
        H = np.block([[H, H], [H, -H]])
    X, y = H[:, 1:9], np.random.default_rng(0).normal(size=32)
    model = eq.Ridge(eq.GCV(ALPHAS)).fit(X, y)
    scores = []
    for alpha in ALPHAS:
        hat = X @ np.linalg.solve(X.T @ X + 32 * alpha * np.eye(8), X.T) + 1 / 32
        residual = y - hat @ y
        scores.append(np.mean((residual / (1 - np.diag(hat))) ** 2))
    np.testing.assert_allclose(model.selection_.mean, scores, rtol=1e-10)


def test_bad_settings_are_named():
    X, y = _data()
    with pytest.raises(InputError, match="'hqic' is not known"):
        eq.Lasso(eq.InformationCriterion("hqic")).fit(X, y)
    with pytest.raises(InputError, match="GCV is for squared loss"):
        eq.LogisticRegression(eq.GCV()).fit(X, y > 0)
    with pytest.raises(InputError, match="as many degrees of freedom as there are rows"):
        eq.Ridge(eq.InformationCriterion("aicc", [1e-9])).fit(X[:10], y[:10])


def test_no_penalty_is_a_fit_and_not_the_null_model() -> None:
    from sklearn.datasets import load_iris

    X, y = load_iris(return_X_y=True)
    X, y = X[50:], y[50:]
    chosen = eq.LogisticRegression(eq.CrossValidation(3, [0.0])).fit(X, y)
    given = eq.LogisticRegression(0.0).fit(X, y)
    np.testing.assert_allclose(chosen.coef_, given.coef_, rtol=1e-2)
