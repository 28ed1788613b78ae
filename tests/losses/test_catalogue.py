"""The contract of every loss in the catalogue; a new entry is tested by being there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from equipoise import losses
from equipoise.losses import Loss

CLASSES = 3
each = pytest.mark.parametrize("loss", [cls() for cls in losses.CATALOGUE], ids=lambda loss: loss.name)


def sample(loss: Loss, n: int, seed: int = 0, spread: float = 1.5) -> tuple[np.ndarray, np.ndarray]:
    """Targets that the loss accepts, and linear predictors."""
    rng = np.random.default_rng(seed)
    if loss.task == "multiclass":
        return np.eye(CLASSES)[rng.integers(CLASSES, size=n)], spread * rng.normal(size=(n, CLASSES))
    candidates = [rng.integers(2, size=n).astype(float)] if loss.task == "binary" else []
    candidates += [2.0 * rng.normal(size=n), rng.gamma(2.0, size=n), rng.poisson(2.0, size=n).astype(float)]
    y = next(y for y in candidates if loss.check_target(y) is None)
    return y, spread * rng.normal(size=n)


def stencil(f, eta: np.ndarray, h: float, along: int | None = None) -> np.ndarray:
    """Derivative by five points, of order h^4."""
    e = np.zeros(eta.shape)
    e[(slice(None),) if along is None else (slice(None), along)] = h
    return (f(eta - 2 * e) - 8 * f(eta - e) + 8 * f(eta + e) - f(eta + 2 * e)) / (12 * h)


def away_from_kinks(loss: Loss, y: np.ndarray, eta: np.ndarray, h: float) -> np.ndarray:
    """Rows in which nothing jumps within two steps; nearly all of them, or the derivatives do not belong together."""
    smooth = np.ones(len(y), dtype=bool)
    for e in (-2 * h, 2 * h):
        for derivative in (loss.gradient, loss.curvature):
            jump = np.abs(derivative(y, eta + e) - derivative(y, eta)).reshape(len(y), -1).max(axis=1)
            smooth &= jump <= 0.05 * (1.0 + np.abs(loss.curvature(y, eta)).reshape(len(y), -1).max(axis=1))
    assert smooth.mean() > 0.9
    return smooth


@each
def test_value_is_not_negative_and_reaches_zero(loss: Loss) -> None:
    y, eta = sample(loss, 500, spread=4.0)
    assert np.all(loss.value(y, eta) >= -1e-12)
    np.testing.assert_allclose(loss.conjugate(y, np.zeros_like(eta)), 0.0, atol=1e-12)  # -inf over eta of the value


@each
def test_gradient_is_the_slope_of_the_value(loss: Loss) -> None:
    y, eta = sample(loss, 300)
    rows = away_from_kinks(loss, y, eta, 1e-3)
    y, eta = y[rows], eta[rows]
    if eta.ndim == 1:
        slope = stencil(lambda at: loss.value(y, at), eta, 1e-3)
    else:
        slope = np.stack([stencil(lambda at: loss.value(y, at), eta, 1e-3, k) for k in range(CLASSES)], axis=1)
    np.testing.assert_allclose(loss.gradient(y, eta), slope, rtol=1e-7, atol=1e-9)


@each
def test_curvature_is_the_slope_of_the_gradient(loss: Loss) -> None:
    y, eta = sample(loss, 300)
    rows = away_from_kinks(loss, y, eta, 1e-3)
    y, eta = y[rows], eta[rows]
    if eta.ndim == 1:
        bend = stencil(lambda at: loss.gradient(y, at), eta, 1e-3)
    else:
        bend = np.stack([stencil(lambda at: loss.gradient(y, at), eta, 1e-3, k) for k in range(CLASSES)], axis=2)
    np.testing.assert_allclose(loss.curvature(y, eta), bend, rtol=1e-7, atol=1e-9)


@each
def test_fenchel_young_is_an_equality_at_the_gradient(loss: Loss) -> None:
    y, eta = sample(loss, 300)
    u = loss.gradient(y, eta)
    product = (u * eta).reshape(len(y), -1).sum(axis=1)
    np.testing.assert_allclose(loss.value(y, eta) + loss.conjugate(y, u), product, rtol=1e-10, atol=1e-10)


@each
def test_conjugate_is_the_supremum(loss: Loss) -> None:
    y, eta = sample(loss, 8, spread=1.0)
    u = loss.gradient(y, eta)
    for i in range(len(y)):

        def negative(at, i=i):
            at = np.asarray(at).reshape(eta[i : i + 1].shape)
            return float(loss.value(y[i : i + 1], at)[0] - np.sum(u[i] * at))

        start = np.zeros(np.size(eta[i]))
        found = minimize(negative, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-13})
        assert loss.conjugate(y[i : i + 1], u[i : i + 1])[0] == pytest.approx(-found.fun, abs=1e-8)


@each
@given(seed=st.integers(0, 2**32 - 1), size=st.floats(0.01, 5.0))
def test_fenchel_young_inequality_holds_everywhere(loss: Loss, seed: int, size: float) -> None:
    """Where the conjugate is finite: u in its domain or not, no eta may beat it. A bound too low would forge gaps."""
    y, eta = sample(loss, 100, seed=seed, spread=10.0)
    u = size * np.random.default_rng(seed).normal(size=eta.shape)
    product = (u * eta).reshape(len(y), -1).sum(axis=1)
    value, conjugate = loss.value(y, eta), loss.conjugate(y, u)
    assert np.all(value + conjugate >= product - 1e-9 * (1.0 + np.abs(value) + np.abs(product)))


@each
@given(seed=st.integers(0, 2**32 - 1), t=st.floats(0.0, 1.0))
def test_value_is_convex(loss: Loss, seed: int, t: float) -> None:
    y, a = sample(loss, 50, seed=seed, spread=3.0)
    b = np.random.default_rng(seed + 1).normal(size=a.shape)
    chord = (1 - t) * loss.value(y, a) + t * loss.value(y, b)
    assert np.all(loss.value(y, (1 - t) * a + t * b) <= chord + 1e-9 * (1.0 + chord))


@each
def test_curvature_is_positive_semidefinite(loss: Loss) -> None:
    y, eta = sample(loss, 200, spread=3.0)
    curvature = loss.curvature(y, eta)
    assert np.min(curvature if curvature.ndim == 1 else np.linalg.eigvalsh(curvature)) >= -1e-12


@each
def test_mean_grows_with_the_linear_predictor(loss: Loss) -> None:
    eta = np.linspace(-3.0, 3.0, 61)
    if loss.task == "multiclass":
        mean = loss.mean(np.column_stack([eta] + [np.zeros(61)] * (CLASSES - 1)))
        np.testing.assert_allclose(mean.sum(axis=1), 1.0, rtol=1e-12)
        mean = mean[:, 0]
    else:
        mean = loss.mean(eta)
    assert mean.shape == (61,)
    assert np.all(np.diff(mean) >= 0)
    assert mean[-1] > mean[0]


@each
def test_score_is_the_weighted_mean_of_the_value(loss: Loss) -> None:
    y, eta = sample(loss, 40)
    weight = np.random.default_rng(1).integers(0, 4, size=40).astype(float)
    repeated = np.repeat(np.arange(40), weight.astype(int))
    assert loss.score(y, eta, weight) == pytest.approx(loss.score(y[repeated], eta[repeated]), rel=1e-12)
    assert loss.score(y, eta) == pytest.approx(loss.score_factor * loss.value(y, eta).mean(), rel=1e-12)


@each
def test_inputs_are_left_alone_and_equal_losses_are_equal(loss: Loss) -> None:
    y, eta = sample(loss, 20)
    y.flags.writeable = eta.flags.writeable = False
    for method in (loss.value, loss.gradient, loss.curvature, loss.conjugate):
        assert len(method(y, eta)) == 20
    twin = type(loss)()
    assert loss == twin
    assert hash(loss) == hash(twin)
    assert loss != next(cls() for cls in losses.CATALOGUE if cls is not type(loss))
    assert eval(repr(loss), vars(losses)) == loss


def test_names_are_unique() -> None:
    names = [cls.name for cls in losses.CATALOGUE]
    assert len(set(names)) == len(names)
