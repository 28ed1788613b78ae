"""Huber regression: statsmodels' numbers, the scale of the noise, outliers, weights."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from tests.linear.survival import AMOUNTS, WEIGHT, X

import equipoise as eq
from equipoise.errors import InputError
from equipoise.penalties import L1


def test_given_scale_minimises_the_formula() -> None:
    def cost(v: np.ndarray) -> float:
        r = np.abs(AMOUNTS - X @ v[:3] - v[3])
        rho = np.where(r <= 0.3, 0.5 * r**2, 0.3 * (r - 0.15))
        return float(np.average(rho, weights=WEIGHT) + 0.05 * v[:3] @ v[:3])

    found = minimize(cost, np.zeros(4), method="BFGS", options={"gtol": 1e-12})
    model = eq.HuberRegressor(0.1, delta=1.5, scale=0.2).fit(X, AMOUNTS, WEIGHT)
    np.testing.assert_allclose([*model.coef_, model.intercept_], found.x, atol=1e-6)
    assert (model.scale_, model.gap_ <= 1e-10) == (0.2, True)


def test_scale_is_that_of_normal_noise_and_outliers_do_not_move_it() -> None:
    rng = np.random.default_rng(0)
    A = rng.normal(size=(2000, 3))
    y = A @ [3.0, -2.0, 0.0] + 0.5 * rng.normal(size=2000)
    clean = eq.HuberRegressor(0.0).fit(A, y)
    assert clean.scale_ == pytest.approx(0.5, rel=0.05)
    y[:100] = 1e6
    dirty = eq.HuberRegressor(0.0).fit(A, y)
    assert dirty.scale_ == pytest.approx(0.5, rel=0.15)
    np.testing.assert_allclose(dirty.coef_, [3.0, -2.0, 0.0], atol=0.05)


@pytest.mark.parametrize("unit", [1e-9, 1e9])
def test_another_unit_of_the_target_is_another_unit_of_the_fit(unit: float) -> None:
    model, other = eq.HuberRegressor(0.1).fit(X, AMOUNTS), eq.HuberRegressor(0.1).fit(X, unit * AMOUNTS)
    np.testing.assert_allclose(other.coef_, unit * model.coef_, rtol=1e-6)
    assert other.scale_ == pytest.approx(unit * model.scale_, rel=1e-6)


def test_wide_delta_is_least_squares() -> None:
    for penalty in (None, L1()):
        wide = eq.HuberRegressor(0.05, delta=1e6, penalty=penalty).fit(X, AMOUNTS)
        np.testing.assert_allclose(wide.coef_, eq.Ridge(0.05, penalty=penalty).fit(X, AMOUNTS).coef_, atol=1e-7)


def test_chosen_by_folds_and_certified() -> None:
    for penalty in (None, L1()):
        model = eq.HuberRegressor(eq.CrossValidation(alphas=20), penalty=penalty).fit(X, AMOUNTS)
        assert model.path_.gaps.max() <= 1e-6


def test_a_constant_target_is_its_median() -> None:
    model = eq.HuberRegressor(0.1).fit(X, np.full(30, 7.0))
    np.testing.assert_allclose(model.predict(X), 7.0, rtol=1e-9)


@pytest.mark.parametrize("scale", [0.0, -1.0, "mad", True])
def test_scales_that_are_refused(scale: object) -> None:
    with pytest.raises(InputError, match="scale="):
        eq.HuberRegressor(0.1, scale=scale).fit(X, AMOUNTS)
