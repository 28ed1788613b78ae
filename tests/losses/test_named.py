"""What is known of single losses: closed forms, extreme values, targets that they refuse."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import entropy
from sklearn.metrics import log_loss

from equipoise import losses


def test_squared_is_half_the_squared_error_and_scores_the_whole() -> None:
    y, eta = np.array([3.0, -1.0]), np.array([1.0, 0.0])
    np.testing.assert_array_equal(losses.Squared().value(y, eta), [2.0, 0.5])
    assert losses.Squared().score(y, eta) == 2.5
    assert losses.Squared().score(y, eta, np.array([3.0, 1.0])) == pytest.approx((3 * 4 + 1) / 4)


def test_logistic_is_the_log_loss_of_its_probabilities() -> None:
    rng = np.random.default_rng(0)
    y, eta = rng.integers(2, size=50).astype(float), 3.0 * rng.normal(size=50)
    loss = losses.Logistic()
    assert loss.score(y, eta) == pytest.approx(log_loss(y, loss.mean(eta)), rel=1e-12)
    assert loss.value(np.ones(1), np.zeros(1))[0] == pytest.approx(np.log(2.0), rel=1e-15)


def test_multinomial_is_the_log_loss_of_its_probabilities_and_logistic_for_two_classes() -> None:
    rng = np.random.default_rng(0)
    codes, eta = rng.integers(3, size=50), 3.0 * rng.normal(size=(50, 3))
    loss = losses.Multinomial()
    assert loss.score(np.eye(3)[codes], eta) == pytest.approx(log_loss(codes, loss.mean(eta)), rel=1e-12)
    two, margin = np.eye(2)[codes % 2], eta[:, 1] - eta[:, 0]
    np.testing.assert_allclose(
        loss.value(two, eta[:, :2]), losses.Logistic().value((codes % 2).astype(float), margin), rtol=1e-12, atol=1e-14
    )


def test_multinomial_does_not_see_a_shift_of_all_classes() -> None:
    rng = np.random.default_rng(0)
    y, eta = np.eye(3)[rng.integers(3, size=20)], rng.normal(size=(20, 3))
    loss = losses.Multinomial()
    np.testing.assert_allclose(loss.value(y, eta + 7.0), loss.value(y, eta), rtol=1e-12)
    np.testing.assert_allclose(loss.gradient(y, eta).sum(axis=1), 0.0, atol=1e-15)
    np.testing.assert_allclose(loss.curvature(y, eta).sum(axis=2), 0.0, atol=1e-15)


@pytest.mark.parametrize("eta", [-800.0, 800.0])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_logistic_neither_overflows_nor_loses_the_tail(y: float, eta: float) -> None:
    loss, at = losses.Logistic(), (np.array([y]), np.array([eta]))
    assert loss.value(*at)[0] == (0.0 if (eta > 0) == (y == 1) else 800.0)
    assert loss.gradient(*at)[0] == (0.0 if (eta > 0) == (y == 1) else np.sign(eta))
    assert loss.curvature(*at)[0] == 0.0


def test_logistic_keeps_small_losses() -> None:
    value = losses.Logistic().value(np.array([0.0]), np.array([-40.0]))[0]
    assert value == pytest.approx(np.exp(-40.0), rel=1e-12)


def test_multinomial_does_not_overflow() -> None:
    y, eta = np.eye(3)[[0, 2]], np.array([[900.0, 0.0, -900.0]] * 2)
    np.testing.assert_array_equal(losses.Multinomial().value(y, eta), [0.0, 1800.0])
    assert np.all(np.isfinite(losses.Multinomial().curvature(y, eta)))


def test_conjugates_are_entropies_inside_the_simplex_and_infinite_outside() -> None:
    q = np.array([0.2, 0.5, 0.3])
    y = np.array([[0.0, 1.0, 0.0]])
    assert losses.Multinomial().conjugate(y, q[None] - y)[0] == pytest.approx(-entropy(q), rel=1e-12)
    assert losses.Multinomial().conjugate(y, np.array([[0.5, -0.1, 0.5]]))[0] == np.inf
    assert losses.Multinomial().conjugate(y, np.array([[-0.1, 0.0, 0.1]]))[0] == np.inf
    got = losses.Logistic().conjugate(np.array([1.0, 1.0, 0.0]), np.array([-0.3, 0.1, -0.1]))
    assert got[0] == pytest.approx(-entropy([0.3, 0.7]), rel=1e-12)
    assert np.all(np.isinf(got[1:]))


def test_logistic_refuses_a_target_outside_the_unit_interval() -> None:
    assert losses.Logistic().check_target(np.array([0.0, 0.3, 1.0])) is None
    for y in (-1.0, 2.0, np.nan):
        assert "[0, 1]" in str(losses.Logistic().check_target(np.array([0.0, y])))
