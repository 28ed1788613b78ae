"""What must not change when the data is written down in another way, and what must change with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

import equipoise as eq

L1 = eq.penalties.L1
MODELS: dict[str, tuple[Callable[..., Any], float]] = {
    "ridge": (eq.Ridge, 0.1),
    "lasso": (eq.Lasso, 0.1),
    "elastic-net": (eq.ElasticNet, 0.1),
    "logistic-l2": (eq.LogisticRegression, 0.05),
    "logistic-l1": (lambda alpha, **rest: eq.LogisticRegression(alpha, penalty=L1(), **rest), 0.02),
    "softmax-l2": (eq.LogisticRegression, 0.05),
    "softmax-l1": (lambda alpha, **rest: eq.LogisticRegression(alpha, penalty=L1(), **rest), 0.02),
}
each = pytest.mark.parametrize("name", MODELS)
REGRESSORS = ("ridge", "lasso", "elastic-net")


def data(name: str, n: int = 50, p: int = 6, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + 0.5 * rng.normal(size=(n, 1)) + 1.0
    y = X[:, 0] - X[:, 1] + 0.5 * X[:, 2 % p] + rng.normal(size=n)
    if "softmax" in name:
        return X, np.digitize(y, np.quantile(y, [0.3, 0.7]))
    return X, (y > np.median(y)).astype(int) if "logistic" in name else y


def fit(name: str, X: Any, y: np.ndarray, weight: np.ndarray | None = None, times: float = 1.0, **rest: Any) -> Any:
    make, alpha = MODELS[name]
    return make(alpha * times, **rest).fit(X, y, sample_weight=weight)


def same(one: Any, other: Any, coef: Any = None, intercept: Any = None, tol: float = 2e-6) -> None:
    """The other model has these coefficients (those of `one` if not given)."""
    coef = one.coef_ if coef is None else coef
    intercept = one.intercept_ if intercept is None else intercept
    size = tol * np.abs(coef).max()
    np.testing.assert_allclose(other.coef_, coef, rtol=tol, atol=size)
    np.testing.assert_allclose(centred(other.intercept_), centred(intercept), rtol=10 * tol, atol=10 * size)


def centred(intercept: Any) -> Any:
    """Softmax does not see a shift of all classes."""
    return intercept - np.mean(intercept) if np.size(intercept) > 1 else intercept


@each
@given(seed=st.integers(0, 1000), p=st.integers(1, 8), n=st.integers(12, 20))
@settings(max_examples=8)
def test_order_of_rows_and_columns(name: str, seed: int, p: int, n: int) -> None:
    X, y = data(name, n, p, seed) if p > 1 else (data(name, n, 2, seed)[0][:, :1], data(name, n, 2, seed)[1])
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(n), rng.permutation(p)
    one, other = fit(name, X, y), fit(name, X[rows][:, columns], y[rows])
    same(one, other, one.coef_[..., columns], tol=1e-5)


@each
@given(seed=st.integers(0, 1000))
@settings(max_examples=8)
def test_a_weight_is_a_number_of_copies(name: str, seed: int) -> None:
    X, y = data(name)
    weight = np.random.default_rng(seed).integers(0, 4, size=50)
    index = np.repeat(np.arange(50), weight)
    same(fit(name, X, y, weight.astype(float)), fit(name, X[index], y[index]), tol=1e-5)


@each
@pytest.mark.parametrize("factor", [1e-6, 0.1, 1e6])
def test_only_the_ratios_of_weights_count(name: str, factor: float) -> None:
    X, y = data(name)
    weight = np.random.default_rng(1).uniform(0.5, 2.0, size=50)
    same(fit(name, X, y, weight), fit(name, X, y, factor * weight))
    same(fit(name, X, y), fit(name, X, y, np.full(50, factor)))


@each
def test_the_data_stacked_on_itself(name: str) -> None:
    X, y = data(name)
    same(fit(name, X, y), fit(name, np.vstack([X] * 3), np.concatenate([y] * 3)))


@each
def test_rows_of_weight_zero_may_hold_anything(name: str) -> None:
    X, y = data(name)
    wild = np.vstack([X, 1e6 * np.ones((2, 6))])
    weight = np.append(np.ones(50), [0.0, 0.0])
    same(fit(name, X, y), fit(name, wild, np.append(y, y[:2]), weight), tol=1e-5)


@each
def test_a_column_of_the_opposite_sign(name: str) -> None:
    X, y = data(name)
    flip = np.array([1, -1, 1, -1, -1, 1.0])
    one = fit(name, X, y)
    same(one, fit(name, X * flip, y), one.coef_ * flip)


@pytest.mark.parametrize("name", [name for name in MODELS if name != "elastic-net"])  # which mixes both scales
@pytest.mark.parametrize("scale", [1e-12, 1e-8, 0.01, 100.0, 1e8, 1e12])
def test_scaled_columns_at_a_scaled_alpha(name: str, scale: float) -> None:
    """Coefficients shrink as the columns grow; alpha follows them, once for L1 and twice for L2."""
    X, y = data(name)
    one = fit(name, X, y)
    power = 1 if name.endswith(("l1", "lasso")) else 2
    same(one, fit(name, X * scale, y, times=scale**power), one.coef_ / scale)


@each
def test_standardize_does_not_see_the_units(name: str) -> None:
    X, y = data(name)
    units = np.array([1e-3, 10.0, 1.0, 1e3, 0.2, 5.0])
    one = fit(name, X, y, standardize=True)
    other = fit(name, X * units, y, standardize=True)
    np.testing.assert_allclose(other.coef_ * units, one.coef_, rtol=1e-5, atol=1e-6)


@each
def test_standardize_is_scaling_beforehand(name: str) -> None:
    X, y = data(name)
    weight = np.random.default_rng(2).uniform(0.5, 2.0, size=50)
    mean = np.average(X, axis=0, weights=weight)
    spread = np.sqrt(np.average((X - mean) ** 2, axis=0, weights=weight))
    by_hand = fit(name, (X - mean) / spread, y, weight)
    other = fit(name, X, y, weight, standardize=True)
    np.testing.assert_allclose(other.coef_ * spread, by_hand.coef_, rtol=1e-5, atol=1e-6)
    expected = by_hand.intercept_ - other.coef_ @ mean
    np.testing.assert_allclose(centred(other.intercept_), centred(expected), rtol=1e-5, atol=1e-5)


@each
def test_moved_columns_move_the_intercept_alone(name: str) -> None:
    X, y = data(name)
    shift = np.array([1.0, -5.0, 20.0, 0.0, 3.0, 100.0])
    one = fit(name, X, y)
    same(one, fit(name, X + shift, y), intercept=one.intercept_ - one.coef_ @ shift, tol=1e-5)


@pytest.mark.parametrize("name", REGRESSORS)
@pytest.mark.parametrize("shift", [-3.0, 1e4])
def test_a_moved_target_moves_the_intercept_alone(name: str, shift: float) -> None:
    X, y = data(name)
    one = fit(name, X, y)
    same(one, fit(name, X, y + shift), intercept=one.intercept_ + shift)


@pytest.mark.parametrize("name", REGRESSORS)
def test_the_opposite_target_has_the_opposite_fit(name: str) -> None:
    X, y = data(name)
    one = fit(name, X, y)
    same(one, fit(name, X, -y), -one.coef_, -one.intercept_)


@pytest.mark.parametrize(("name", "power"), [("ridge", 0), ("lasso", 1)])
@pytest.mark.parametrize("scale", [1e-12, 1e-8, 1e-3, 1e3, 1e8, 1e12])
def test_a_scaled_target(name: str, power: int, scale: float) -> None:
    X, y = data(name)
    one = fit(name, X, y)
    same(one, fit(name, X, y * scale, times=scale**power), one.coef_ * scale, one.intercept_ * scale)


@pytest.mark.parametrize("name", ["logistic-l2", "logistic-l1"])
def test_swapped_classes_swap_the_sign(name: str) -> None:
    X, y = data(name)
    one = fit(name, X, y)
    same(one, fit(name, X, 1 - y), -one.coef_, -one.intercept_)


@pytest.mark.parametrize("name", ["softmax-l2", "softmax-l1"])
def test_renamed_classes_permute_the_rows(name: str) -> None:
    X, y = data(name)
    order = np.array([2, 0, 1])
    one, other = fit(name, X, y), fit(name, X, order[y])
    same(one, other, one.coef_[np.argsort(order)], one.intercept_[np.argsort(order)], tol=1e-5)
    np.testing.assert_array_equal(order[one.predict(X)], other.predict(X))


@each
@pytest.mark.parametrize("standardize", [False, True])
def test_sparse_equals_dense(name: str, standardize: bool) -> None:
    X, y = data(name)
    X = np.where(np.random.default_rng(3).random(X.shape) < 0.5, X, 0.0)
    one = fit(name, X, y, standardize=standardize)
    for kind in (sparse.csc_array, sparse.csr_array, sparse.csc_matrix, sparse.coo_array):
        other = fit(name, kind(X), y, standardize=standardize)
        same(one, other, tol=1e-5)
        np.testing.assert_allclose(other.predict(kind(X)), other.predict(X), rtol=1e-9)


@each
@pytest.mark.parametrize("shape", [(50, 6), (15, 25)], ids=["tall", "wide"])
def test_precision_and_order_of_memory(name: str, shape: tuple[int, int]) -> None:
    X, y = data(name, *shape)
    X = X.astype(np.float32).astype(np.float64)
    one = fit(name, X, y)
    for other in (np.asfortranarray(X), np.ascontiguousarray(X), np.repeat(X, 2, axis=1)[:, ::2], X.tolist()):
        assert fit(name, other, y).coef_.tobytes() == one.coef_.tobytes()
    for order in ("C", "F"):
        single = fit(name, np.asarray(X, dtype=np.float32, order=order), y)
        same(one, single, tol=1e-4)
        assert single.gap_ <= 1e-6


@each
def test_read_only_memory_maps(name: str, tmp_path: Any) -> None:
    X, y = data(name)
    one = fit(name, X, y)
    for k, order in enumerate((np.ascontiguousarray(X), np.asfortranarray(X))):
        np.save(tmp_path / f"{k}.npy", order)
        mapped = np.load(tmp_path / f"{k}.npy", mmap_mode="r")
        assert fit(name, mapped, y).coef_.tobytes() == one.coef_.tobytes()
        np.testing.assert_array_equal(mapped, X)


@each
def test_a_duplicate_column_changes_no_prediction_of_the_lasso_and_halves_l2(name: str) -> None:
    X, y = data(name)
    double = fit(name, np.hstack([X, X[:, :1]]), y)
    assert double.gap_ <= 1e-6
    if name.endswith("l2") or name == "ridge":
        np.testing.assert_allclose(double.coef_[..., 0], double.coef_[..., 6], rtol=1e-6)
    elif name.endswith(("l1", "lasso")):
        together = double.coef_[..., :6].copy()
        together[..., 0] += double.coef_[..., 6]
        np.testing.assert_allclose(together, fit(name, X, y).coef_, atol=1e-5)
