"""Data at the edge: the right answer or a clear error, never NaN, never a hang."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import logit
from sklearn.base import clone

import equipoise as eq
from equipoise.errors import CertificateWarning

L1 = eq.penalties.L1
RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 5))
Y = X[:, 0] - X[:, 1] + 0.3 * RNG.normal(size=40)
BINARY = (Y + 2 * RNG.normal(size=40) > 0).astype(int)
THREE = np.digitize(Y + RNG.normal(size=40), [-0.7, 0.7])
GRID = [1.0, 0.1, 0.01]
MODELS: dict[str, tuple[Any, np.ndarray]] = {
    "ridge": (eq.Ridge(), Y),
    "lasso": (eq.Lasso(), Y),
    "elastic-net": (eq.ElasticNet(), Y),
    "logistic-l2": (eq.LogisticRegression(), BINARY),
    "logistic-l1": (eq.LogisticRegression(penalty=L1()), BINARY),
    "softmax-l2": (eq.LogisticRegression(), THREE),
    "softmax-l1": (eq.LogisticRegression(penalty=L1()), THREE),
}
each = pytest.mark.parametrize("name", MODELS)
ALPHAS = pytest.mark.parametrize("alpha", [0.05, eq.CrossValidation(3, GRID)], ids=["number", "cross-validation"])


def fit(name: str, X: np.ndarray, alpha: Any, y: np.ndarray | None = None, **settings: Any) -> Any:
    model, target = MODELS[name]
    model = clone(model).set_params(alpha=alpha, **settings).fit(X, target if y is None else y)
    assert np.all(np.isfinite(model.coef_))
    assert np.all(np.isfinite(model.intercept_))
    assert model.gap_ <= 1e-6
    return model


def check_null(model: Any, name: str) -> None:
    """Nothing but the intercept."""
    np.testing.assert_allclose(model.coef_, 0.0, atol=1e-10)
    if name.startswith("logistic"):
        assert model.intercept_[0] == pytest.approx(logit(BINARY.mean()), abs=1e-6)
    elif name.startswith("softmax"):
        shares = np.exp(model.intercept_) / np.exp(model.intercept_).sum()
        np.testing.assert_allclose(shares, np.bincount(THREE) / 40, atol=1e-6)
    else:
        assert model.intercept_ == pytest.approx(Y.mean(), abs=1e-12)


@each
@ALPHAS
@pytest.mark.parametrize("standardize", [False, True])
def test_columns_that_say_nothing(name: str, alpha: Any, standardize: bool) -> None:
    check_null(fit(name, np.zeros((40, 3)), alpha, standardize=standardize), name)
    check_null(fit(name, np.tile([3.0, -7.0, 1e3], (40, 1)), alpha, standardize=standardize), name)


@each
@pytest.mark.parametrize("standardize", [False, True])
def test_a_constant_column_among_others_changes_nothing(name: str, standardize: bool) -> None:
    one = fit(name, X, 0.05, standardize=standardize)
    other = fit(name, np.insert(X, 2, 4.0, axis=1), 0.05, standardize=standardize)
    np.testing.assert_allclose(np.delete(other.coef_, 2, axis=-1), one.coef_, atol=1e-5)
    np.testing.assert_allclose(other.coef_[..., 2], 0.0, atol=1e-6)


@each
def test_a_constant_column_has_no_unit_to_standardize_by(name: str) -> None:
    """Even where no intercept makes it superfluous."""
    one = fit(name, X, 0.05, standardize=True, fit_intercept=False)
    other = fit(name, np.insert(X, 2, 4.0, axis=1), 0.05, standardize=True, fit_intercept=False)
    np.testing.assert_array_equal(other.coef_[..., 2], 0.0)
    np.testing.assert_allclose(np.delete(other.coef_, 2, axis=-1), one.coef_, atol=1e-5)


@each
@ALPHAS
def test_one_feature(name: str, alpha: Any) -> None:
    assert fit(name, X[:, :1], alpha).coef_.shape == {"s": (3, 1), "l": (1, 1)}.get(name[0], (1,)) or "lasso" in name


@each
@ALPHAS
def test_more_features_than_rows(name: str, alpha: Any) -> None:
    assert fit(name, np.random.default_rng(1).normal(size=(40, 90)), alpha).coef_.shape[-1] == 90


@each
@ALPHAS
def test_every_column_twice(name: str, alpha: Any) -> None:
    fit(name, np.hstack([X, X]), alpha)


@each
def test_a_linear_combination_as_a_column(name: str) -> None:
    fit(name, np.column_stack([X, X @ np.arange(5.0)]), 0.05)


@each
@pytest.mark.parametrize("scale", [1e-12, 1e-8, 1e-4, 1e4, 1e8, 1e12])
def test_standardize_at_any_scale(name: str, scale: float) -> None:
    one = fit(name, X, 0.05, standardize=True)
    other = fit(name, scale * X, 0.05, standardize=True)
    np.testing.assert_allclose(other.coef_ * scale, one.coef_, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["ridge", "lasso"])
@pytest.mark.parametrize("scale", [1e-12, 1e-8, 1e-4, 1e4, 1e8, 1e12])
def test_the_choice_of_alpha_follows_the_scale(name: str, scale: float) -> None:
    one, other = fit(name, X, "auto"), fit(name, scale * X, "auto")
    np.testing.assert_allclose(other.predict(scale * X), one.predict(X), atol=1e-4)
    third = fit(name, X, "auto", y=scale * Y)
    np.testing.assert_allclose(third.predict(X) / scale, one.predict(X), atol=1e-4)


@pytest.mark.parametrize("name", ["ridge", "lasso", "elastic-net"])
def test_a_column_far_from_zero(name: str) -> None:
    one, other = fit(name, X, 0.01), fit(name, X + 1e6, 0.01)
    np.testing.assert_allclose(other.coef_, one.coef_, atol=1e-6)
    third = fit(name, X, 0.01, y=Y + 1e8)
    np.testing.assert_allclose(third.coef_, one.coef_, atol=1e-6)


def test_a_constant_target_of_ridge() -> None:
    for alpha in (0.1, "auto"):
        model = fit("ridge", X, alpha, y=np.full(40, 5.0))
        np.testing.assert_allclose(model.coef_, 0.0, atol=1e-12)
        assert model.intercept_ == pytest.approx(5.0)


def test_one_row_of_ridge() -> None:
    model = eq.Ridge(0.1).fit(X[:1], Y[:1])
    np.testing.assert_array_equal(model.coef_, 0.0)
    assert model.intercept_ == Y[0]
    through_zero = eq.Ridge(0.1, fit_intercept=False).fit(X[:1], Y[:1])
    np.testing.assert_allclose(through_zero.coef_, X[0] * Y[0] / (X[0] @ X[0] + 0.1), rtol=1e-9)


@pytest.mark.parametrize("name", ["ridge", "lasso", "elastic-net", "logistic-l2", "logistic-l1"])
def test_without_penalty_all_penalties_agree(name: str) -> None:
    model = fit(name, X, 0)
    base = fit("ridge" if MODELS[name][1] is Y else "logistic-l2", X, 0)
    np.testing.assert_allclose(model.coef_, base.coef_, rtol=1e-5)


@pytest.mark.parametrize("name", ["logistic-l2", "logistic-l1", "softmax-l2"])
def test_separable_and_unpenalised_says_so(name: str) -> None:
    y = (X[:, 0] > 0).astype(int) if "logistic" in name else np.digitize(X[:, 0], [-0.5, 0.5])
    model = clone(MODELS[name][0]).set_params(alpha=0.0)
    with pytest.warns(CertificateWarning, match="separates the classes"):
        model.fit(X, y)
    assert model.gap_ == np.inf
    assert np.all(np.isfinite(model.coef_))
    assert model.score(X, y) == 1.0
    assert np.all(np.isfinite(model.predict_proba(X)))


@pytest.mark.parametrize("name", ["logistic-l2", "logistic-l1"])
def test_separable_and_penalised_is_certified(name: str) -> None:
    y = (X[:, 0] > 0).astype(int)
    for alpha in (0.05, "auto"):
        assert clone(MODELS[name][0]).set_params(alpha=alpha).fit(X, y).gap_ <= 1e-6


@pytest.mark.parametrize("penalty", [eq.penalties.MCP(), eq.penalties.SCAD()], ids=lambda p: p.name)
def test_separable_under_a_penalty_that_ends_says_so(penalty: Any) -> None:
    with pytest.warns(CertificateWarning, match=f"under {type(penalty).__name__}.* convex penalty"):
        model = eq.LogisticRegression(0.05, penalty=penalty).fit(X, (X[:, 0] > 0).astype(int))
    assert model.gap_ == np.inf
    assert np.all(np.isfinite(model.coef_))
    three = np.digitize(X[:, 0], [-0.5, 0.5])
    with pytest.warns(CertificateWarning, match="hyperplane separates"):
        eq.LogisticRegression(0.01, penalty=penalty).fit(X, three)


@each
@pytest.mark.parametrize("weight", [1e308, 1e-300, 5e-324])
def test_weights_at_the_ends_of_the_range(name: str, weight: float) -> None:
    for alpha in (0.05, eq.CrossValidation(3, GRID)):
        one = fit(name, X, alpha)
        model, target = MODELS[name]
        other = clone(model).set_params(alpha=alpha).fit(X, target, sample_weight=np.full(40, weight))
        np.testing.assert_allclose(other.coef_, one.coef_, rtol=1e-6, atol=1e-8)


def test_labels_of_any_kind() -> None:
    expected = eq.LogisticRegression(0.05).fit(X, BINARY).coef_
    for labels in (np.array(["no", "yes"]), np.array([False, True]), np.array([-1, 7]), np.array([2.0, 5.0])):
        model = eq.LogisticRegression(0.05).fit(X, labels[BINARY])
        np.testing.assert_allclose(model.coef_, expected, rtol=1e-9)
        assert set(model.predict(X)) <= set(labels)
        assert model.predict(X).dtype == labels.dtype


def test_data_frames() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=list("abcde"))
    model = eq.Lasso(0.05).fit(frame, Y)
    assert list(model.feature_names_in_) == list("abcde")
    np.testing.assert_array_equal(model.coef_, eq.Lasso(0.05).fit(X, Y).coef_)
