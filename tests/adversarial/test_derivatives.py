"""Objectives and penalties against five-point stencils in float64; every entry of the catalogues gets these tests."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from equipoise.adversarial import OBJECTIVES, PENALTIES, Consistency, NoiseR1R2, Scene

RANDOM = np.random.default_rng(0)
REAL, FAKE = RANDOM.normal(size=(2, 6, 3))


@pytest.fixture(autouse=True)
def _float64():
    with jax.enable_x64(True):
        yield


def stencil(function, point, h=1e-3):
    """Gradient by the five-point stencil, of error order h**4."""
    point = np.asarray(point, float)
    gradient = np.zeros_like(point)
    for index in np.ndindex(point.shape):
        e = np.zeros_like(point)
        e[index] = h
        values = [float(function(point + k * e)) for k in (-2, -1, 1, 2)]
        gradient[index] = (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * h)
    return gradient


def scene():
    return Scene(jnp.asarray(REAL), jnp.asarray(FAKE), jax.random.key(0), jnp.array([0.3, -0.2]))


def critic(weights):
    """Return a curved function of rows, with weights of shape (4, 3)."""
    return lambda rows: jnp.tanh(rows @ weights[:3]) @ jnp.array([1.0, -2.0, 0.5]) + jnp.sin(rows @ weights[3])


@pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=OBJECTIVES)
@pytest.mark.parametrize("player", ["discriminator", "generator"])
@pytest.mark.parametrize("of", [0, 1], ids=["real", "fake"])
def test_objective_gradient(objective, player, of):
    outputs = [jnp.asarray(REAL[:, 0] * 3), jnp.asarray(FAKE[:, 0] * 3)]
    loss = getattr(objective, player)

    def moved(x):
        return loss(*(jnp.asarray(x) if i == of else o for i, o in enumerate(outputs)))

    np.testing.assert_allclose(jax.grad(moved)(outputs[of]), stencil(moved, outputs[of]), atol=1e-9)


@pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=OBJECTIVES)
@pytest.mark.parametrize("player", ["discriminator", "generator"])
def test_objective_second_derivative(objective, player):
    real, fake = (jnp.asarray(rows[:, 0] * 3) for rows in (REAL, FAKE))
    loss = getattr(objective, player)

    def slope(x):
        return jnp.sum(jax.grad(loss, argnums=1)(real, jnp.asarray(x)) * jnp.arange(1.0, 7.0))

    np.testing.assert_allclose(jax.grad(slope)(fake), stencil(slope, fake), atol=1e-8)


@pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=OBJECTIVES)
def test_players_pull_apart(objective):
    even = jnp.full(4, 0.5)
    up = jax.grad(objective.discriminator, argnums=(0, 1))(even, even)
    assert (up[0] < 0).all()
    assert (up[1] > 0).all()
    assert (jax.grad(objective.generator, argnums=1)(even, even) < 0).all()


@pytest.mark.parametrize("penalty", PENALTIES.values(), ids=PENALTIES)
def test_penalty_gradient_in_the_weights(penalty):
    weights = np.random.default_rng(1).normal(size=(4, 3))

    @jax.jit
    def value(w):
        return penalty(critic(jnp.asarray(w)), scene())

    np.testing.assert_allclose(jax.grad(value)(jnp.asarray(weights)), stencil(value, weights), atol=1e-8)


@pytest.mark.parametrize("penalty", PENALTIES.values(), ids=PENALTIES)
def test_penalty_second_derivative_in_the_weights(penalty):
    weights = np.random.default_rng(1).normal(size=(4, 3))
    along = jnp.asarray(np.random.default_rng(3).normal(size=(4, 3)))

    @jax.jit
    def slope(w):
        return jnp.sum(along * jax.grad(lambda v: penalty(critic(v), scene()))(jnp.asarray(w)))

    np.testing.assert_allclose(jax.grad(slope)(jnp.asarray(weights)), stencil(slope, weights), atol=1e-6)


@pytest.mark.parametrize(("name", "at"), [("r1", [REAL]), ("r2", [FAKE]), ("r1_r2", [REAL, FAKE])])
def test_slope_penalties_are_half_the_squared_slope(name, at):
    function = jax.jit(critic(jnp.asarray(np.random.default_rng(2).normal(size=(4, 3)))))
    slopes = [stencil(lambda x: function(jnp.asarray(x)[None])[0], row) for rows in at for row in rows]
    expected = 0.5 * np.mean(np.sum(np.square(slopes), axis=1)) * len(at)
    value = PENALTIES[name](function, scene())
    assert float(value) == pytest.approx(expected, rel=1e-8)


def test_r1_of_a_linear_discriminator_is_ridge():
    w = jnp.array([1.0, 2.0, 3.0])
    value = PENALTIES["r1"](lambda rows: rows @ w, scene())
    assert float(value) == pytest.approx(7.0)


def test_noise_tends_to_r1_and_r2():
    """The first-order approximation meets the exact penalty as the noise becomes small and the draws many."""
    weights = jnp.asarray(np.random.default_rng(2).normal(size=(4, 3)))
    many = Scene(*(jnp.tile(jnp.asarray(rows), (20_000, 1)) for rows in (REAL, FAKE)), jax.random.key(0), jnp.zeros(2))
    exact = PENALTIES["r1_r2"](critic(weights), scene())
    assert float(NoiseR1R2(1e-4)(critic(weights), many)) == pytest.approx(float(exact), rel=0.02)
    assert abs(float(NoiseR1R2(1.0)(critic(weights), many)) - float(exact)) > 0.1 * float(exact)


def test_gradient_penalties_want_slopes_of_one():
    for slope, expected in ((1.0, 0.0), (3.0, 4.0), (0.0, 1.0)):
        w = jnp.array([slope, 0.0, 0.0])
        for name in ("wgan_gp", "dragan"):
            assert float(PENALTIES[name](lambda rows, w=w: rows @ w, scene())) == pytest.approx(expected)


def test_lecam_and_consistency_by_hand():
    w = jnp.array([1.0, -2.0, 0.5])
    real, fake = REAL @ np.asarray(w), FAKE @ np.asarray(w)
    expected = np.mean((real + 0.2) ** 2) + np.mean((fake - 0.3) ** 2)
    assert float(PENALTIES["lecam"](lambda rows: rows @ w, scene())) == pytest.approx(expected)
    doubled = Consistency(lambda key, rows: 2.0 * rows)(lambda rows: rows @ w, scene())
    assert float(doubled) == pytest.approx(np.mean(real**2) + np.mean(fake**2))
