"""The partial likelihood: against sums written out, derivatives by stencil, weights, and the bound on its conjugate."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from equipoise.errors import InputError
from equipoise.losses import Cox
from equipoise.losses.cox import signed_ranks
from equipoise.solvers import _native

each = pytest.mark.parametrize("ties", ["breslow", "efron"])


def sample(n: int = 40, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ranks with many ties, predictors, and weights some of which are 0."""
    rng = np.random.default_rng(seed)
    y = rng.integers(1, 10, n) * np.where(rng.random(n) < 0.6, 1.0, -1.0)
    s = rng.integers(0, 4, n).astype(float)
    return y, rng.normal(size=n), s / s.sum()


def written_out(y: np.ndarray, eta: np.ndarray, s: np.ndarray, ties: str) -> float:
    """Double loop over times and rows; without the saturated part."""
    total = 0.0
    for time in np.unique(y[(y > 0) & (s > 0)]):
        tied = (y == time) & (s > 0)
        at_risk, events = s @ ((np.abs(y) >= time) * np.exp(eta)), s @ (tied * np.exp(eta))
        m, d = int(tied.sum()), s[tied].sum()
        if ties == "breslow":
            total += d * np.log(at_risk)
        else:
            total += sum(d / m * np.log(at_risk - k / m * events) for k in range(m))
        total -= s[tied] @ eta[tied]
    return float(total)


def stencil(f, at: np.ndarray, h: float = 1e-3) -> np.ndarray:
    """First derivatives by five points, of order h^4."""
    steps = h * np.eye(len(at))
    return np.array([(f(at - 2 * e) - 8 * f(at - e) + 8 * f(at + e) - f(at + 2 * e)) / (12 * h) for e in steps])


@each
def test_differences_are_those_of_the_sums_written_out(ties: str) -> None:
    y, eta, s = sample()
    loss, other = Cox(ties), np.sin(np.arange(40.0))
    expected = written_out(y, eta, s, ties) - written_out(y, other, s, ties)
    assert loss.total(y, eta, s) - loss.total(y, other, s) == pytest.approx(expected, rel=1e-12)


@each
def test_it_is_zero_at_the_saturated_model_and_nowhere_below(ties: str) -> None:
    y, eta, s = sample()
    saturated = np.where(y > 0, -80.0 * y, -2000.0)  # the earlier the event the larger; tied ones equal
    assert Cox(ties).total(y, saturated, s) == pytest.approx(0.0, abs=1e-12)
    assert Cox(ties).total(y, eta, s) > 0.1


@each
def test_slope_and_hessian_are_derivatives(ties: str) -> None:
    y, eta, s = sample()
    loss, Z = Cox(ties), np.random.default_rng(1).normal(size=(40, 3))
    np.testing.assert_allclose(loss.slope(y, eta, s), stencil(lambda e: loss.total(y, e, s), eta), atol=1e-10)
    theta = np.array([0.3, -0.2, 0.5])
    bends = stencil(lambda t: Z.T @ loss.slope(y, Z @ t, s), theta)
    np.testing.assert_allclose(loss.hessian(y, Z @ theta, s, Z), bends, atol=1e-9)


@each
def test_bend_with_a_free_intercept_bounds_the_hessian(ties: str) -> None:
    y, eta, s = sample()
    loss, Z = Cox(ties), np.random.default_rng(1).normal(size=(40, 5))
    h = loss.bend(y, eta, s)
    centred = Z - h @ Z / h.sum()
    spare = (centred * h[:, None]).T @ centred - loss.hessian(y, eta, s, Z)
    assert np.linalg.eigvalsh(spare).min() >= -1e-14
    assert np.linalg.eigvalsh(spare).max() > 1e-4  # it is a bound, no equality


@each
def test_a_shift_changes_nothing_however_large(ties: str) -> None:
    y, eta, s = sample()
    loss = Cox(ties)
    assert loss.total(y, eta + 5000.0, s) == pytest.approx(loss.total(y, eta, s), rel=1e-9)
    np.testing.assert_allclose(loss.slope(y, eta - 5000.0, s), loss.slope(y, eta, s), atol=1e-11)


def test_weights_are_repetitions_under_breslow_and_zero_is_absence_under_both() -> None:
    y, eta, s = sample()
    counts = np.round(s / s[s > 0].min()).astype(int)
    rows = np.repeat(np.arange(40), counts)
    loss = Cox("breslow")
    assert loss.total(y[rows], eta[rows], np.ones(len(rows))) == pytest.approx(loss.total(y, eta, 1.0 * counts))
    for ties in ("breslow", "efron"):
        kept = s > 0
        whole, part = Cox(ties).total(y, eta, s), Cox(ties).total(y[kept], eta[kept], s[kept])
        assert whole == pytest.approx(part, rel=1e-13)


def test_both_ties_agree_without_ties() -> None:
    _, eta, s = sample()
    y = (np.argsort(np.sin(np.arange(40.0) * 7.0)) + 1.0) * np.where(np.arange(40) % 3 == 0, -1.0, 1.0)
    assert Cox("breslow").total(y, eta, s) == pytest.approx(Cox("efron").total(y, eta, s), rel=1e-13)


@each
@pytest.mark.parametrize("scale", [0.999, 0.9, 0.3])
def test_excess_bounds_the_conjugate_and_is_of_second_order(ties: str, scale: float) -> None:
    y, eta, s = sample()
    loss = Cox(ties)
    u = scale * loss.slope(y, eta, s)
    found = minimize(
        lambda e: loss.total(y, e, s) - u @ e, eta, jac=lambda e: loss.slope(y, e, s) - u, options={"gtol": 1e-12}
    )
    exact = loss.total(y, eta, s) - found.fun - u @ eta
    bound = loss.excess(y, eta, s, scale)
    assert bound >= exact - 1e-10
    assert bound <= (1.0 - scale) * loss.total(y, eta, s) + 1e-15
    if scale == 0.999:
        assert bound <= 0.02 * (1.0 - scale) * loss.total(y, eta, s)


@each
def test_per_row_functions_are_those_of_equal_weights(ties: str) -> None:
    y, eta, _ = sample()
    loss, ones = Cox(ties), np.ones(40)
    assert loss.value(y, eta).sum() == pytest.approx(loss.total(y, eta, ones), rel=1e-13)
    np.testing.assert_array_equal(loss.gradient(y, eta), loss.slope(y, eta, ones))
    np.testing.assert_array_equal(loss.curvature(y, eta), loss.bend(y, eta, ones))
    with pytest.raises(NotImplementedError, match="excess"):
        loss.conjugate(y, eta)


@each
def test_the_compiled_loss_is_the_same(ties: str) -> None:
    y, eta, s = sample()
    loss, compiled = Cox(ties), _native.cox_loss(y, ties == "efron")
    g, h = np.empty(40), np.empty(40)
    compiled.derivatives(y, eta, s, g, h)
    assert compiled.value(y, eta, s) == pytest.approx(loss.total(y, eta, s), rel=1e-13)
    np.testing.assert_allclose(g, loss.slope(y, eta, s), atol=1e-16)
    np.testing.assert_allclose(h, loss.bend(y, eta, s), atol=1e-16)
    for scale in (1.0, 0.99, 0.2):
        expected = loss.excess(y, eta, s, scale) + scale * float(g @ eta)
        assert compiled.gap(y, eta, s, None, g, scale) == pytest.approx(expected, rel=1e-11, abs=1e-15)


def test_what_is_refused() -> None:
    with pytest.raises(InputError, match="'exact'"):
        Cox("exact")  # type: ignore[arg-type]
    assert "no row has an event" in str(Cox().check_target(np.array([-1.0, -2.0])))
    assert Cox().check_target(np.array([-1.0, 2.0])) is None
    assert signed_ranks([3.0, 3.0, 1.5], [0, 1, 1]).tolist() == [-2.0, 2.0, 1.0]
    assert (repr(Cox("breslow")), Cox("efron") == Cox(), Cox("breslow") == Cox()) == ("Cox('breslow')", True, False)
