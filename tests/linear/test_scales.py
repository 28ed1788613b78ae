"""Units of the features and of the target, from 1e-12 to 1e12: the fit of the rescaled problem, rescaled."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import equipoise as eq
from equipoise.penalties import L1, L2, MCP, SCAD, GroupLasso

SCALES = [1e-12, 1e-8, 1e-3, 1e3, 1e8, 1e12]
GROUPS = GroupLasso(groups=[0, 0, 1, 1, 2, 2])
RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 6)) + 0.5 * RNG.normal(size=(60, 1)) + 1.0
Z = X[:, 0] - X[:, 1] + 0.5 * X[:, 2] + RNG.normal(size=60)
TWO, THREE = (np.median(Z) < Z).astype(int), np.digitize(Z, np.quantile(Z, [0.3, 0.7]))
COUNTS = RNG.poisson(np.exp(0.4 * Z)).astype(float)
squared = eq.losses.Squared()

# the estimator, its settings, target and alpha; of which degree in the coefficients the penalty is
MODELS: dict[str, tuple[Any, dict[str, Any], np.ndarray, float, int]] = {
    "ridge": (eq.Ridge, {}, Z, 0.1, 2),
    "lasso": (eq.Lasso, {}, Z, 0.1, 1),
    "group": (eq.LinearModel, {"loss": squared, "penalty": GROUPS}, Z, 0.1, 1),
    "logistic-l2": (eq.LogisticRegression, {}, TWO, 0.05, 2),
    "logistic-l1": (eq.LogisticRegression, {"penalty": L1()}, TWO, 0.02, 1),
    "logistic-group": (eq.LogisticRegression, {"penalty": GROUPS}, TWO, 0.02, 1),
    "softmax-l2": (eq.LogisticRegression, {}, THREE, 0.05, 2),
    "softmax-l1": (eq.LogisticRegression, {"penalty": L1()}, THREE, 0.02, 1),
    "hinge-l2": (eq.LinearSVC, {}, TWO, 0.05, 2),
    "hinge-l1": (eq.LinearSVC, {"penalty": L1()}, TWO, 0.02, 1),
    "squared-hinge": (eq.LinearSVC, {"loss": "squared_hinge"}, TWO, 0.05, 2),
    "poisson-l2": (eq.PoissonRegressor, {}, COUNTS, 0.05, 2),
    "poisson-l1": (eq.PoissonRegressor, {"penalty": L1()}, COUNTS, 0.05, 1),
    "gamma": (eq.GammaRegressor, {}, COUNTS + 0.5, 0.05, 2),
    "huber-l2": (eq.HuberRegressor, {}, Z, 0.05, 2),
    "huber-l1": (eq.HuberRegressor, {"penalty": L1()}, Z, 0.05, 1),
    "quantile-l1": (eq.QuantileRegressor, {"penalty": L1()}, Z, 0.02, 1),
    "quantile-l2": (eq.QuantileRegressor, {"penalty": L2()}, Z, 0.02, 2),
}
REGRESSORS = ("ridge", "lasso", "group", "huber-l2", "huber-l1", "quantile-l1", "quantile-l2")


def check(model: Any, expected: np.ndarray, unit: float) -> None:
    assert model.gap_ <= 1e-6
    np.testing.assert_allclose(model.coef_ * unit, expected, atol=2e-5 * np.abs(expected).max())


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("name", MODELS)
def test_scaled_features(name: str, standardize: bool, scale: float) -> None:
    make, settings, y, alpha, degree = MODELS[name]
    settings = {**settings, "standardize": standardize}
    one = make(alpha=alpha, **settings).fit(X, y)
    other = make(alpha=alpha if standardize else alpha * scale**degree, **settings).fit(scale * X, y)
    check(other, one.coef_, scale)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("name", REGRESSORS)
def test_a_scaled_target(name: str, standardize: bool, scale: float) -> None:
    make, settings, y, alpha, degree = MODELS[name]
    settings = {**settings, "standardize": standardize}
    one = make(alpha=alpha, **settings).fit(X, y)
    power = (1 if "quantile" in name else 2) - degree
    check(make(alpha=alpha * scale**power, **settings).fit(X, scale * y), one.coef_, 1.0 / scale)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("penalty", [MCP, SCAD])
def test_penalties_that_end(penalty: Any, scale: float) -> None:
    """The knee moves with the coefficients: gamma alpha / scale, at an alpha that is `scale` times as large."""
    one = eq.LinearModel(squared, MCP(gamma=3.0), alpha=0.1).fit(X, Z)
    other = eq.LinearModel(squared, MCP(gamma=3.0 / scale**2), alpha=0.1 * scale).fit(scale * X, Z)
    check(other, one.coef_, scale)
    third = eq.LinearModel(squared, penalty(), alpha=0.1 * scale, standardize=True).fit(X, scale * Z)
    check(third, eq.LinearModel(squared, penalty(), alpha=0.1, standardize=True).fit(X, Z).coef_, 1.0 / scale)


def test_the_distance_from_stationary_does_not_see_the_unit_of_x() -> None:
    """A fit that is wrong in one unit is wrong in all."""
    from equipoise.solvers import Problem, stationarity

    coef = np.array([1.0, -1.0, 0.5, 0.0, 0.2, 0.0])
    found = []
    for scale in (1e-12, 1.0, 1e12):
        penalty = MCP(gamma=3.0 / scale**2)
        task = Problem(np.asfortranarray(scale * X), Z, squared, penalty, np.full(60, 1 / 60))
        found.append(stationarity(task, coef / scale, 0.3, 0.1 * scale))
    np.testing.assert_allclose(found, found[1], rtol=1e-9)
    assert found[1] > 1e-3


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("standardize", [False, True])
def test_the_grid_of_the_elastic_net_reaches_a_good_fit_in_any_unit(standardize: bool, scale: float) -> None:
    """Its two parts have different units, so that the fit changes with them; how well it predicts must not."""

    def error(X: np.ndarray, y: np.ndarray, unit: float) -> float:
        model = eq.ElasticNet("auto", standardize=standardize).fit(X, y)
        return float(model.selection_.mean[model.selection_.best]) / unit**2

    best = error(X, Z, 1.0)
    assert error(X, scale * Z, scale) < 1.1 * best
    assert error(scale * X, Z, 1.0) < 1.1 * best


@pytest.mark.parametrize("scale", [1e-12, 1e-4, 1e4, 1e12])
def test_the_grid_of_a_loss_of_straight_lines_follows_the_target(scale: float) -> None:
    alpha = eq.CrossValidation(3, alphas=10)
    one = eq.QuantileRegressor(alpha=alpha, penalty=L2(), standardize=True).fit(X, Z)
    other = eq.QuantileRegressor(alpha=alpha, penalty=L2(), standardize=True).fit(X, scale * Z)
    np.testing.assert_allclose(other.alpha_ * scale, one.alpha_, rtol=1e-6)
    np.testing.assert_allclose(other.predict(X) / scale, one.predict(X), atol=1e-4)
