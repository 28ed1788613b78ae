"""Scikit-learn at the same alpha: the same objective to 1e-6, after the conversion of scales."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import linear_model as peer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.preprocessing import StandardScaler

import equipoise as eq
from equipoise.solvers import Problem
from equipoise.solvers.certificate import objective


def regression(n: int | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    X, y = load_diabetes(return_X_y=True)
    weight = np.random.default_rng(0).integers(1, 4, size=len(y)).astype(float)
    return 10 * X[:n], y[:n], weight[:n]


def classes(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    load = {"breast_cancer": load_breast_cancer, "iris": load_iris, "wine": load_wine}[name]
    X, y = load(return_X_y=True)
    rows = np.random.default_rng(0).permutation(len(y))[:200]
    weight = np.random.default_rng(1).integers(1, 4, size=len(rows)).astype(float)
    return StandardScaler().fit_transform(X[rows])[:, :12], y[rows], weight


def value(model: Any, X: np.ndarray, y: np.ndarray, weight: np.ndarray, coef: np.ndarray, intercept: Any) -> float:
    """Objective of any coefficients in the terms of a fitted model of ours."""
    kinds = len(model.classes_) if hasattr(model, "classes_") else 0
    loss, penalty = model._terms(kinds)
    target = y.astype(float) if kinds <= 2 else np.eye(kinds)[y]
    if kinds == 2:
        coef, intercept = np.ravel(coef), float(np.ravel(intercept)[0])
    problem = Problem(np.asfortranarray(X), target, loss, penalty, weight / weight.sum(), model.fit_intercept)
    return objective(problem, coef, intercept, model.alpha_)


def check(ours: Any, theirs: Any, X: np.ndarray, y: np.ndarray, weight: np.ndarray) -> None:
    ours.fit(X, y, sample_weight=weight)
    theirs.fit(X, y, sample_weight=weight)
    one = value(ours, X, y, weight, ours.coef_, ours.intercept_)
    other = value(ours, X, y, weight, theirs.coef_, theirs.intercept_)
    assert one == pytest.approx(other, rel=1e-6)
    assert one <= other * (1 + 1e-9)  # ours is certified: nothing may lie below
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-3 * max(1.0, np.abs(theirs.coef_).max()))


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize(("n", "alpha"), [(None, 10.0), (None, 1.0), (None, 0.1), (None, 0.001), (8, 10.0), (8, 1.0)])
def test_lasso(alpha: float, fit_intercept: bool, n: int | None) -> None:
    theirs = peer.Lasso(alpha=alpha, fit_intercept=fit_intercept, tol=1e-12, max_iter=1_000_000)
    check(eq.Lasso(alpha, fit_intercept=fit_intercept), theirs, *regression(n))


@pytest.mark.parametrize("l1_ratio", [0.9, 0.5, 0.1])
@pytest.mark.parametrize("alpha", [10.0, 1.0, 0.1, 0.001])
def test_elastic_net(alpha: float, l1_ratio: float) -> None:
    theirs = peer.ElasticNet(alpha=alpha, l1_ratio=l1_ratio, tol=1e-12, max_iter=1_000_000)
    check(eq.ElasticNet(alpha, l1_ratio=l1_ratio), theirs, *regression())


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("alpha", [100.0, 1.0, 1e-3])
@pytest.mark.parametrize("n", [None, 8], ids=["442x10", "8x10"])
def test_ridge_alpha_is_theirs_over_the_sum_of_weights(alpha: float, fit_intercept: bool, n: int | None) -> None:
    X, y, weight = regression(n)
    theirs = peer.Ridge(alpha * weight.sum(), fit_intercept=fit_intercept, solver="svd")
    check(eq.Ridge(alpha, fit_intercept=fit_intercept), theirs, X, y, weight)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
@pytest.mark.parametrize("shape", [(442, 10), (9, 10)])
def test_the_path_of_the_elastic_net(l1_ratio: float, shape: tuple[int, int]) -> None:
    X, y, _ = regression(shape[0])
    X, y = X - X.mean(axis=0), y - y.mean()
    ours = eq.ElasticNet(eq.CrossValidation(3, alphas=20), l1_ratio=l1_ratio, fit_intercept=False).fit(X, y)
    alphas, coefs, _ = peer.enet_path(X, y, l1_ratio=l1_ratio, alphas=ours.path_.alphas, tol=1e-12, max_iter=1_000_000)
    np.testing.assert_allclose(alphas, ours.path_.alphas)
    for k, alpha in enumerate(alphas):

        def total(w: np.ndarray, alpha: float = alpha) -> float:
            mixture = l1_ratio * np.abs(w).sum() + 0.5 * (1 - l1_ratio) * w @ w
            return 0.5 * float(np.mean((y - X @ w) ** 2)) + alpha * mixture

        assert total(ours.path_.coefs[k]) == pytest.approx(total(coefs[:, k]), rel=1e-6)


@pytest.mark.parametrize("alpha", [1.0, 0.03, 1e-3])
@pytest.mark.parametrize("name", ["breast_cancer", "iris", "wine"])
def test_l2_logistic_regression_c_is_one_over_n_alpha(name: str, alpha: float) -> None:
    X, y, weight = classes(name)
    theirs = peer.LogisticRegression(C=1.0 / (alpha * weight.sum()), tol=1e-10, max_iter=100_000)
    check(eq.LogisticRegression(alpha), theirs, X, y, weight)


@pytest.mark.parametrize("alpha", [0.1, 0.01])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
@pytest.mark.parametrize("name", ["breast_cancer", "wine"])
def test_l1_logistic_regression(name: str, alpha: float, l1_ratio: float) -> None:
    X, y, weight = classes(name)
    X = X[:, :8]
    C = 1.0 / (alpha * weight.sum())
    theirs = peer.LogisticRegression(l1_ratio=l1_ratio, solver="saga", C=C, tol=1e-10, max_iter=100_000)
    check(eq.LogisticRegression(alpha, penalty=eq.penalties.ElasticNet(l1_ratio=l1_ratio)), theirs, X, y, weight)


def test_unpenalised_logistic_regression() -> None:
    X, y, weight = classes("breast_cancer")
    theirs = peer.LogisticRegression(C=np.inf, tol=1e-12, max_iter=100_000, solver="newton-cholesky")
    check(eq.LogisticRegression(0.0), theirs, X[:, :3], y, weight)


def test_probabilities_and_decisions_agree() -> None:
    for name in ("breast_cancer", "iris"):
        X, y, _ = classes(name)
        labels = np.array(["a", "b", "c"])[y]
        ours = eq.LogisticRegression(0.01).fit(X, labels)
        theirs = peer.LogisticRegression(C=1.0 / (0.01 * len(y)), tol=1e-10, max_iter=100_000).fit(X, labels)
        np.testing.assert_array_equal(ours.classes_, theirs.classes_)
        np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-5)
        np.testing.assert_allclose(ours.predict_log_proba(X), np.log(ours.predict_proba(X)))
        np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
        assert ours.score(X, labels) == theirs.score(X, labels)
        assert ours.decision_function(X).shape == theirs.decision_function(X).shape
