"""Poisson, gamma, Tweedie and Huber: scikit-learn's deviances, limits of the power, extreme values, refused targets."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import mean_gamma_deviance, mean_poisson_deviance, mean_tweedie_deviance

from equipoise.errors import InputError
from equipoise.losses import Gamma, Huber, Poisson, Tweedie
from equipoise.solvers import _native

RNG = np.random.default_rng(0)
AMOUNTS = RNG.gamma(2.0, size=60)
COUNTS = RNG.poisson(1.5, size=60).astype(float)
ETA = RNG.normal(size=60)
ZEROS = np.where(RNG.random(60) < 0.4, 0.0, AMOUNTS)


def test_scores_are_the_deviances_of_scikit_learn() -> None:
    weight = RNG.random(60)
    for loss, y, deviance in (
        (Poisson(), COUNTS, mean_poisson_deviance),
        (Gamma(), AMOUNTS, mean_gamma_deviance),
        (Tweedie(1.3), ZEROS, lambda y, mu, **k: mean_tweedie_deviance(y, mu, power=1.3, **k)),
    ):
        expected = deviance(y, np.exp(ETA), sample_weight=weight)
        assert loss.score(y, ETA, weight) == pytest.approx(expected, rel=1e-12)


def test_tweedie_tends_to_poisson_and_gamma() -> None:
    np.testing.assert_allclose(Tweedie(1.0 + 1e-7).value(COUNTS, ETA), Poisson().value(COUNTS, ETA), atol=1e-5)
    np.testing.assert_allclose(Tweedie(2.0 - 1e-7).value(AMOUNTS, ETA), Gamma().value(AMOUNTS, ETA), atol=1e-5)
    u = 0.3 * RNG.normal(size=60)
    np.testing.assert_allclose(Tweedie(2.0 - 1e-7).conjugate(AMOUNTS, u), Gamma().conjugate(AMOUNTS, u), atol=1e-5)


@pytest.mark.parametrize("power", [1.01, 1.5, 1.99])
def test_conjugate_of_tweedie_is_attained_far_out(power: float) -> None:
    """u eta - f(eta) at the maximiser: no other eta does better, however large u."""
    loss, y = Tweedie(power), np.array([1e-6, 1.0, 1e6, 3.0])
    u = np.array([5.0, -1e4, 2.0, 1e4])
    grid = np.linspace(-60.0, 60.0, 4001)
    best = np.max([u * eta - loss.value(y, np.full(4, eta)) for eta in grid], axis=0)
    assert np.all(loss.conjugate(y, u) >= best - 1e-9 * np.abs(best))


@pytest.mark.parametrize("loss", [Poisson(), Tweedie(1.5), Gamma()], ids=lambda loss: loss.name)
def test_far_predictors_overflow_to_infinity_without_a_warning(loss: Poisson | Tweedie | Gamma) -> None:
    y = np.array([2.0])
    assert loss.value(y, np.array([2000.0]))[0] >= 900.0
    assert loss.value(y, np.array([-2000.0]))[0] >= 900.0


def test_huber_is_squared_inside_and_linear_outside() -> None:
    y, eta = np.array([0.0, 0.0, 0.0]), np.array([0.5, 2.0, -4.0])
    np.testing.assert_allclose(Huber(2.0).value(y, eta), [0.125, 2.0, 6.0])
    np.testing.assert_array_equal(Huber(2.0).gradient(y, eta), [0.5, 2.0, -2.0])
    assert np.isinf(Huber(2.0).conjugate(y, np.array([2.0, 2.1, -2.1]))).tolist() == [False, True, True]


def test_start_is_the_best_constant() -> None:
    weight = RNG.integers(0, 3, size=60).astype(float)
    for loss, y in ((Poisson(), COUNTS), (Gamma(), AMOUNTS), (Tweedie(1.5), ZEROS)):
        b = np.full(60, loss.start(y, weight))
        assert weight @ loss.gradient(y, b) == pytest.approx(0.0, abs=1e-10)
    assert Huber().start(np.array([5.0, 1.0, 9.0]), np.array([1.0, 1.0, 0.0])) == 1.0


@pytest.mark.parametrize(
    ("loss", "y", "says"),
    [
        (Poisson(), [1.0, 2.0, -3.0], "row 2 holds -3"),
        (Poisson(), [0.0, 0.0], "every target is 0"),
        (Gamma(), [1.0, 0.0], "> 0, but row 1 holds 0"),
        (Tweedie(), [-0.5, 0.0], "row 0 holds -0.5"),
        (Tweedie(), [0.0, 0.0], "every target is 0"),
    ],
)
def test_targets_that_are_refused(loss: Poisson | Gamma | Tweedie, y: list[float], says: str) -> None:
    assert says in str(loss.check_target(np.array(y)))


def test_settings_that_are_refused() -> None:
    for power in (1.0, 2.0, 3.0, 0.5):
        with pytest.raises(InputError, match="not in \\(1, 2\\)"):
            Tweedie(power)
    with pytest.raises(InputError, match="delta -1"):
        Huber(-1)


@pytest.mark.parametrize(
    ("loss", "y"),
    [(Poisson(), COUNTS), (Gamma(), AMOUNTS), (Tweedie(1.4), ZEROS), (Huber(0.7), AMOUNTS)],
    ids=lambda value: getattr(value, "name", ""),
)
def test_the_compiled_loss_is_the_same(loss: Poisson | Gamma | Tweedie | Huber, y: np.ndarray) -> None:
    s = RNG.integers(0, 3, size=60) / 60.0
    compiled = _native.weighted_loss(loss.name, loss.parameter)
    assert compiled.value(y, ETA, s) == pytest.approx(loss.total(y, ETA, s), rel=1e-12)
    g, h = np.empty(60), np.empty(60)
    compiled.derivatives(y, ETA, s, g, h)
    np.testing.assert_allclose(g, loss.slope(y, ETA, s), atol=1e-15)
    np.testing.assert_allclose(h, s * loss.model_curvature(y, ETA), atol=1e-15)
    expected = loss.excess(y, ETA, s, 0.6) + 0.6 * float(g @ ETA)
    assert compiled.gap(y, ETA, s, None, g, 0.6) == pytest.approx(expected, rel=1e-9)
