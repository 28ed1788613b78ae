"""Poisson, gamma and Tweedie regression against statsmodels 0.15.0, glmnet 4.1-6 and scikit-learn.

The numbers were computed once on the data of `survival.py`: `GLM(y, add_constant(X), family, offset=log(exposure),
freq_weights=w).fit(tol=1e-14)` with a log link, and `glmnet(X, counts, family="poisson", standardize=FALSE,
thresh=1e-20, lambda=c(.3, .1, .03), weights=w, offset=log(exposure))`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn import linear_model
from tests.linear.survival import AMOUNTS, COUNTS, EXPOSURE, WEIGHT, X

import equipoise as eq
from equipoise.errors import InputError
from equipoise.penalties import L1, ElasticNet

OFFSET = np.log(EXPOSURE)
# intercept and coefficients, deviance, deviance of the null model
STATSMODELS = [
    (eq.PoissonRegressor, COUNTS, [0.9008756385, 0.4559033749, 0.018508129, -0.0148178697], 41.954954791, 65.655307782),
    (eq.GammaRegressor, AMOUNTS, [0.1341708255, 0.4738415253, 0.0057482307, -0.2547950276], 8.574377015, 18.375827314),
    (eq.TweedieRegressor, COUNTS, [0.9488507195, 0.4799395586, 0.0170039258, 0.0009583566], 22.036485157, 35.038093165),
]
GLMNET = {
    0.3: [0.9297347477, 0.2994052006, 0.0, 0.0],
    0.1: [0.9075313545, 0.4127675158, 0.0, 0.0],
    0.03: [0.897951534129, 0.449541517795, 0.007522500059, 0.0],
}
ESTIMATORS = (eq.PoissonRegressor, eq.GammaRegressor, eq.TweedieRegressor)


@pytest.mark.parametrize(("cls", "y", "params", "deviance", "null"), STATSMODELS)
def test_unpenalised_with_weights_and_offset_as_statsmodels(
    cls: Any, y: np.ndarray, params: list[float], deviance: float, null: float
) -> None:
    model = cls(0.0).fit(X, y, WEIGHT, offset=OFFSET)
    np.testing.assert_allclose([model.intercept_, *model.coef_], params, rtol=1e-7)
    assert model.score(X, y, WEIGHT, OFFSET) == pytest.approx(1.0 - deviance / null, rel=1e-8)
    np.testing.assert_allclose(model.predict(X, OFFSET), EXPOSURE * model.predict(X), rtol=1e-12)


@pytest.mark.parametrize("as_sparse", [False, True])
def test_poisson_lasso_with_weights_and_offset_as_glmnet(as_sparse: bool) -> None:
    data = sparse.csr_array(X) if as_sparse else X
    for alpha, params in GLMNET.items():
        model = eq.PoissonRegressor(alpha, penalty=L1()).fit(data, COUNTS, WEIGHT, offset=OFFSET)
        np.testing.assert_allclose([model.intercept_, *model.coef_], params, rtol=1e-6, atol=1e-9)


def test_ridge_as_scikit_learn() -> None:
    for cls, peer, y in (
        (eq.PoissonRegressor, linear_model.PoissonRegressor, COUNTS),
        (eq.GammaRegressor, linear_model.GammaRegressor, AMOUNTS),
        (eq.TweedieRegressor, lambda **k: linear_model.TweedieRegressor(power=1.5, link="log", **k), COUNTS),
    ):
        ours = cls(0.2).fit(X, y, WEIGHT)
        theirs = peer(alpha=0.2, tol=1e-10, max_iter=10_000).fit(X, y, WEIGHT)
        np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-7)
        assert ours.score(X, y, WEIGHT) == pytest.approx(theirs.score(X, y, WEIGHT), rel=1e-7)


def test_the_powers_one_and_two_are_poisson_and_gamma() -> None:
    for power, cls in ((1, eq.PoissonRegressor), (2.0, eq.GammaRegressor)):
        np.testing.assert_array_equal(
            eq.TweedieRegressor(0.1, power=power).fit(X, AMOUNTS).coef_, cls(0.1).fit(X, AMOUNTS).coef_
        )
    with pytest.raises(InputError, match="power 3"):
        eq.TweedieRegressor(0.1, power=3).fit(X, AMOUNTS)


@pytest.mark.parametrize("cls", ESTIMATORS)
@pytest.mark.parametrize("penalty", [None, L1(), ElasticNet()], ids=str)
def test_every_point_chosen_by_folds_is_certified(cls: Any, penalty: Any) -> None:
    model = cls(eq.CrossValidation(alphas=20), penalty=penalty).fit(X, AMOUNTS, offset=OFFSET)
    assert model.path_.gaps.max() <= 1e-6
    scores = model.selection_.mean
    assert scores[model.selection_.best] == scores.min() > 0


@pytest.mark.parametrize("cls", ESTIMATORS)
def test_folds_see_the_offset(cls: Any) -> None:
    """With y = 3 exposure, but for 1 %, the offset explains nearly all, also of the rows held out."""
    strategy, y = eq.CrossValidation(alphas=5), 3.0 * EXPOSURE * (1.0 + 0.01 * np.sin(np.arange(30.0)))
    with_offset = cls(strategy, penalty=L1()).fit(X, y, offset=OFFSET)
    assert with_offset.selection_.mean.max() < 1e-3
    assert cls(strategy, penalty=L1()).fit(X, y).selection_.mean.min() > 1e-2


@pytest.mark.parametrize("cls", ESTIMATORS)
@pytest.mark.parametrize("unit", [1e-9, 1e9])
def test_targets_of_any_size(cls: Any, unit: float) -> None:
    """Under the log link another unit of an amount is another intercept; alpha has a power of it as its unit."""
    power = {"PoissonRegressor": 1.0, "TweedieRegressor": 0.5, "GammaRegressor": 0.0}[cls.__name__]
    for penalty in (None, L1()):
        model = cls(0.1, penalty=penalty).fit(X, AMOUNTS)
        other = cls(0.1 * unit**power, penalty=penalty).fit(X, unit * AMOUNTS)
        np.testing.assert_allclose(other.coef_, model.coef_, rtol=1e-5, atol=1e-9)
        assert other.intercept_ - model.intercept_ == pytest.approx(np.log(unit), rel=1e-6)


def test_bad_targets_and_offsets_are_named() -> None:
    with pytest.raises(InputError, match="row 3 holds -1"):
        eq.PoissonRegressor(0.1).fit(X, np.where(np.arange(30) == 3, -1.0, COUNTS))
    with pytest.raises(InputError, match="row 4 holds 0"):
        eq.GammaRegressor(0.1).fit(X, np.where(np.arange(30) == 4, 0.0, AMOUNTS))
    with pytest.raises(InputError, match="every target is 0"):
        eq.PoissonRegressor(0.1).fit(X, np.maximum(COUNTS - 1.0, 0.0), (COUNTS <= 1.0).astype(float))
    with pytest.raises(InputError, match="offset holds -inf in row 2"):
        eq.PoissonRegressor(0.1).fit(X, COUNTS, offset=np.where(np.arange(30) == 2, -np.inf, 0.0))


def test_a_fold_of_zeros_is_survived() -> None:
    y = np.where(np.arange(30) < 3, 5.0, 0.0)
    splits = [(np.arange(3, 30), np.arange(3)), (np.arange(20), np.arange(20, 30))]
    model = eq.PoissonRegressor(eq.CrossValidation(cv=splits, alphas=[0.1, 0.01]), penalty=L1()).fit(X, y)
    assert np.all(np.isfinite(model.coef_))
