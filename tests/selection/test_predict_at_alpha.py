"""Predictions at any alpha of the path, for every estimator."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone

import equipoise as eq
from equipoise.errors import InputError

GRID = np.array([0.5, 0.1, 0.02])
STRATEGY = eq.CrossValidation(3, GRID)
MODELS = [
    eq.Ridge(),
    eq.Lasso(),
    eq.ElasticNet(),
    eq.HuberRegressor(scale=1.0),
    eq.QuantileRegressor(),
    eq.LinearSVR(),
    eq.PoissonRegressor(),
    eq.CoxRegressor(),
    eq.LinearModel(eq.losses.Poisson()),
    eq.LogisticRegression(),
    eq.LinearSVC(),
    eq.LinearModel(eq.losses.Logistic()),
]
each = pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)


def data(model, classes=2):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(90, 4))
    score = X[:, 0] - X[:, 1] + 0.5 * rng.normal(size=90)
    if isinstance(model, eq.CoxRegressor):
        return X, np.column_stack([np.exp(-score), np.arange(90) % 3 > 0])
    if model.__sklearn_tags__().estimator_type == "classifier":
        return X, np.array(list("abc"))[np.digitize(score, [0.0] if classes == 2 else [-0.7, 0.7])]
    return X, np.round(np.exp(0.5 * score))


@each
def test_a_point_of_the_path_is_the_fit_at_that_alpha(model):
    X, y = data(model)
    whole = clone(model).set_params(alpha=STRATEGY, tol=1e-9).fit(X, y)
    names = [name for name in ("predict", "decision_function", "predict_proba") if hasattr(whole, name)]
    for alpha in GRID:
        alone = clone(model).set_params(alpha=alpha, tol=1e-9).fit(X, y)
        for name in names:
            there, here = getattr(whole, name)(X, alpha=alpha), getattr(alone, name)(X)
            if here.dtype.kind == "f":
                np.testing.assert_allclose(there, here, rtol=1e-3, atol=1e-3)
            else:
                assert np.mean(there == here) > 0.98
    for name in names:
        np.testing.assert_array_equal(getattr(whole, name)(X), getattr(whole, name)(X, alpha=whole.alpha_))
    assert np.any(np.abs(whole._predictor(X, GRID[0]) - whole._predictor(X, GRID[-1])) > 1e-3)


@each
def test_beyond_the_path_there_is_nothing(model):
    X, y = data(model)
    fitted = clone(model).set_params(alpha=STRATEGY).fit(X, y)
    for alpha in (1.0, 0.001, float("nan")):
        with pytest.raises(InputError, match="outside the path"):
            fitted.predict(X, alpha=alpha)


@pytest.mark.parametrize(
    "model", [eq.LogisticRegression(), eq.LinearModel(eq.losses.Multinomial()), eq.LinearSVC()], ids=str
)
def test_three_classes(model):
    X, y = data(model, classes=3)
    fitted = clone(model).set_params(alpha=STRATEGY).fit(X, y)
    between = fitted.decision_function(X, alpha=0.3)
    ends = [fitted.decision_function(X, alpha=alpha) for alpha in (0.5, 0.1)]
    np.testing.assert_allclose(between, (ends[0] + ends[1]) / 2)  # linear between the points
    assert between.shape == (90, 3)
    assert set(fitted.predict(X, alpha=0.3)) <= set("abc")
    if hasattr(fitted, "predict_proba"):
        np.testing.assert_allclose(fitted.predict_proba(X, alpha=0.3).sum(axis=1), 1.0)
    if hasattr(fitted, "predict_log_proba"):
        np.testing.assert_allclose(fitted.predict_log_proba(X, alpha=0.3), np.log(fitted.predict_proba(X, alpha=0.3)))


def test_the_offset_is_added_at_any_alpha():
    X, y = data(eq.PoissonRegressor())
    fitted = eq.PoissonRegressor(STRATEGY).fit(X, y)
    shifted = fitted.predict(X, np.ones(90), alpha=0.02)
    np.testing.assert_allclose(shifted, np.e * fitted.predict(X, alpha=0.02))
