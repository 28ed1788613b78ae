"""Cox regression against R's survival 3.5-3, glmnet 4.1-6, scikit-survival 0.28.0 and lifelines 0.30.3.

The numbers were computed once on the data of `survival.py`; the call that gave them stands beside each. With d a data
frame of X, t, e, w: `S <- Surv(t, e)`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from tests.linear.survival import EVENT, ROWS, SURVIVAL, TIME, WEIGHT, X

import equipoise as eq
from equipoise.errors import InputError
from equipoise.linear.concordance import concordance
from equipoise.penalties import L1, MCP, ElasticNet, GroupLasso

each = pytest.mark.parametrize("ties", ["breslow", "efron"])

# coxph(S ~ X, ties=...), the same with weights=w, and with offset(0.5 * (row %% 2 == 0)), rows from 1
UNPENALISED = {
    "breslow": [2.137605809, -1.772827382, -0.1118096784],
    "efron": [2.3225757648, -1.8829082925, -0.0858160799],
}
WEIGHTED = {"breslow": [2.380984033, -1.856028095, 0.2597695525], "efron": [2.593947409, -1.986575975, 0.2858135102]}
SHIFTED = {"breslow": [2.200189534, -1.700234093, 0.130637537], "efron": [2.413984571, -1.8179264, 0.1953449974]}
# sksurv CoxPHSurvivalAnalysis(alpha=3.0, ties=..., tol=1e-12): its alpha is n times ours
RIDGE = {
    "breslow": [0.9084406137, -0.8133072857, -0.2946259387],
    "efron": [0.967190469, -0.8529955152, -0.3224308825],
}
# glmnet(X, S, family="cox", standardize=FALSE, thresh=1e-20, lambda=c(.3, .1, .03), weights=w); the other: alpha=.5
LASSO = [[0.0, 0.0, 0.0], [0.7936218619, -0.5895382672, 0.0], [1.696658745, -1.355289798, 0.0]]
ELASTIC_NET = [
    [0.2291570151, -0.1526224714, 0.0],
    [0.9538594911, -0.7494481963, 0.0],
    [1.5657268469, -1.2876742104, -0.1018799768],
]
ALPHAS = np.array([0.3, 0.1, 0.03])
# basehaz(coxph(S ~ X, ties=...), centered=FALSE) at the first, sixth and last time
BASELINE = {
    "breslow": [0.01507967303, 0.5965542247, 33.75247065],
    "efron": [0.01327682752, 0.6171789965, 41.84444604],
}
# concordance(coxph(S ~ X, ties=...)); scikit-survival and, for Efron, lifelines give the same
CONCORDANCE = {"breslow": 0.8590163934, "efron": 0.8557377049}


@each
def test_unpenalised_as_survival(ties: Any) -> None:
    model = eq.CoxRegressor(0.0, ties=ties)
    np.testing.assert_allclose(model.fit(X, SURVIVAL).coef_, UNPENALISED[ties], rtol=1e-8)
    np.testing.assert_allclose(model.fit(X, SURVIVAL, WEIGHT).coef_, WEIGHTED[ties], rtol=1e-8)
    offset = 0.5 * ((ROWS + 1) % 2)
    np.testing.assert_allclose(model.fit(X, SURVIVAL, offset=offset).coef_, SHIFTED[ties], rtol=1e-8)


@each
def test_ridge_as_scikit_survival(ties: Any) -> None:
    model = eq.CoxRegressor(0.1, ties=ties).fit(X, SURVIVAL)
    np.testing.assert_allclose(model.coef_, RIDGE[ties], rtol=1e-6)
    assert model.gap_ <= 1e-12


@pytest.mark.parametrize("kind", [np.float64, np.float32, sparse.csc_array])
def test_lasso_and_elastic_net_as_glmnet(kind: Any) -> None:
    data = X.astype(kind) if kind is np.float32 else kind(X) if kind is sparse.csc_array else X
    rtol = 1e-5 if kind is np.float32 else 1e-6
    for alpha, lasso, net in zip(ALPHAS, LASSO, ELASTIC_NET, strict=True):
        model = eq.CoxRegressor(alpha, ties="breslow", penalty=L1()).fit(data, SURVIVAL, WEIGHT)
        np.testing.assert_allclose(model.coef_, lasso, rtol=rtol)
        model = eq.CoxRegressor(alpha, ties="breslow", penalty=ElasticNet()).fit(data, SURVIVAL)
        np.testing.assert_allclose(model.coef_, net, rtol=rtol)


def test_cross_validation_as_glmnet() -> None:
    """cv.glmnet(X, S, family="cox", lambda=..., foldid=rep(1:3, 10), grouped=TRUE)$cvm and $cvsd."""
    splits = [(np.flatnonzero(k != ROWS % 3), np.flatnonzero(k == ROWS % 3)) for k in range(3)]
    strategy = eq.CrossValidation(cv=splits, alphas=ALPHAS)
    model = eq.CoxRegressor(strategy, ties="breslow", penalty=L1(), tol=1e-11).fit(X, SURVIVAL)
    np.testing.assert_allclose(model.selection_.mean, [3.836590279, 3.409709575, 3.934118692], rtol=1e-6)
    np.testing.assert_allclose(model.selection_.se, [0.3031217429, 0.476189966, 1.34235097], rtol=1e-6)
    assert model.alpha_ == 0.1


@each
def test_baseline_and_survival_function(ties: Any) -> None:
    model = eq.CoxRegressor(0.0, ties=ties).fit(X, SURVIVAL)
    np.testing.assert_allclose(model.cumulative_hazard_[[0, 5, -1]], BASELINE[ties], rtol=1e-7)
    curves = model.predict_survival_function(X[:2], times=[0.0, TIME.min(), TIME.min() + 0.5, 1e9])
    expected = np.exp(-np.exp(model.predict(X[:2]))[:, None] * np.array(BASELINE[ties])[[0, 0, -1]])
    np.testing.assert_array_equal(curves[:, 0], 1.0)
    np.testing.assert_allclose(curves[:, 1:], expected, rtol=1e-6)
    assert model.predict_survival_function(X).shape == (30, len(np.unique(TIME)))


@each
def test_score_is_the_concordance(ties: Any) -> None:
    model = eq.CoxRegressor(0.0, ties=ties).fit(X, SURVIVAL)
    assert model.score(X, SURVIVAL) == pytest.approx(CONCORDANCE[ties], abs=1e-10)
    assert model.score(X[::-1], SURVIVAL[::-1]) == pytest.approx(CONCORDANCE[ties], abs=1e-10)


def test_concordance_counts_pairs() -> None:
    rng = np.random.default_rng(0)
    time, event = rng.integers(1, 8, 50), rng.random(50) < 0.6
    risk, weight = rng.integers(0, 6, 50) / 2.0, rng.integers(0, 3, 50).astype(float)
    good = pairs = 0.0
    for i in range(50):
        for j in range(50):
            if event[i] and (time[i] < time[j] or (time[i] == time[j] and not event[j])):
                pairs += weight[i] * weight[j]
                good += weight[i] * weight[j] * ((risk[i] > risk[j]) + 0.5 * (risk[i] == risk[j]))
    assert concordance(time, event, risk, weight) == pytest.approx(good / pairs, rel=1e-13)
    assert np.isnan(concordance(time, np.zeros(50, dtype=bool), risk))


def test_structured_targets_and_fractional_ranks_change_nothing() -> None:
    structured = np.array(list(zip(EVENT, TIME, strict=True)), dtype=[("died", bool), ("days", float)])
    expected = eq.CoxRegressor(0.05).fit(X, SURVIVAL).coef_
    np.testing.assert_array_equal(eq.CoxRegressor(0.05).fit(X, structured).coef_, expected)
    cubed = np.column_stack([TIME**3, EVENT])
    np.testing.assert_array_equal(eq.CoxRegressor(0.05).fit(X, cubed).coef_, expected)


def test_weights_of_two_are_rows_twice_and_zero_rows_are_absent() -> None:
    weight = (ROWS % 3).astype(int)
    rows = np.repeat(np.arange(30), weight)
    for penalty in (None, L1()):
        model = eq.CoxRegressor(0.05, ties="breslow", penalty=penalty)
        weighted = model.fit(X, SURVIVAL, weight).coef_
        np.testing.assert_allclose(model.fit(X[rows], SURVIVAL[rows]).coef_, weighted, rtol=1e-6)
        kept = weight > 0
        model = eq.CoxRegressor(0.05, penalty=penalty)
        whole, part = model.fit(X, SURVIVAL, weight).coef_, model.fit(X[kept], SURVIVAL[kept], weight[kept]).coef_
        np.testing.assert_allclose(part, whole, rtol=1e-6)


def test_standardised_fit_does_not_see_units() -> None:
    units = np.array([1e-6, 1.0, 1e6])
    model = eq.CoxRegressor(0.05, penalty=L1(), standardize=True)
    coef = model.fit(X, SURVIVAL).coef_
    np.testing.assert_allclose(model.fit(X * units + units, SURVIVAL).coef_ * units, coef, rtol=1e-6)


def test_auto_finds_the_features_that_matter() -> None:
    rng = np.random.default_rng(0)
    A = rng.normal(size=(150, 200))
    time = rng.exponential(np.exp(-A[:, 0] + A[:, 1]))
    model = eq.CoxRegressor(penalty=L1()).fit(A, np.column_stack([time, time < 2.0]))
    assert set(np.argsort(-np.abs(model.coef_))[:2]) == {0, 1}
    assert model.path_.gaps.max() <= 1e-6
    assert 2 <= np.count_nonzero(model.coef_) < 60


def test_mcp_is_the_unpenalised_fit_on_its_support() -> None:
    model = eq.CoxRegressor(0.05, penalty=MCP(gamma=1.5)).fit(X, SURVIVAL)
    support = np.flatnonzero(model.coef_)
    assert support.tolist() == [0, 1]
    free = eq.CoxRegressor(0.0).fit(X[:, support], SURVIVAL)
    np.testing.assert_allclose(model.coef_[support], free.coef_, rtol=1e-5)


def test_a_feature_without_penalty_is_free() -> None:
    penalty = L1(factor=np.array([0.0, 1.0, 1.0]))
    model = eq.CoxRegressor(10.0, penalty=penalty).fit(X, SURVIVAL)
    free = eq.CoxRegressor(0.0).fit(X[:, :1], SURVIVAL)
    np.testing.assert_allclose(model.coef_, [free.coef_[0], 0.0, 0.0], rtol=1e-6)


def test_a_perfect_order_has_no_finite_minimiser() -> None:
    time = np.arange(1.0, 21.0)
    with pytest.warns(eq.CertificateWarning):
        model = eq.CoxRegressor(0.0).fit(-time[:, None], np.column_stack([time, np.ones(20)]))
    assert model.gap_ == np.inf


@pytest.mark.parametrize(
    ("y", "says"),
    [
        (TIME, r"shape \(30,\)"),
        (np.column_stack([TIME, 2.0 * EVENT]), "event of row 0 is 2"),
        (np.column_stack([-TIME, EVENT]), "time of row 0 is -"),
        (np.column_stack([TIME, 0.0 * EVENT]), "no row has an event"),
        (SURVIVAL[:-1], "29 rows, but X has 30"),
        (np.zeros(30, dtype=[("a", float), ("b", float)]), "a boolean event and a time"),
    ],
)
def test_targets_that_are_refused(y: np.ndarray, says: str) -> None:
    with pytest.raises(InputError, match=says):
        eq.CoxRegressor(0.1).fit(X, y)


def test_settings_that_are_refused() -> None:
    with pytest.raises(InputError, match="ties 'exact'"):
        eq.CoxRegressor(0.1, ties="exact").fit(X, SURVIVAL)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="not GroupLasso"):
        eq.CoxRegressor(0.1, penalty=GroupLasso([0, 0, 1])).fit(X, SURVIVAL)
    with pytest.raises(InputError, match=r"offset has shape \(2,\)"):
        eq.CoxRegressor(0.1).fit(X, SURVIVAL, offset=[0.0, 1.0])


def test_clone_and_parameters() -> None:
    model = eq.CoxRegressor(0.1, ties="breslow", penalty=L1())
    assert clone(model).get_params() == model.get_params()
