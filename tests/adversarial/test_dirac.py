"""The training map of the smallest game has the eigenvalues that are derived for it.

Real rows at 0, fakes at theta, ``D(x) = psi x``; gradient descent of rate h, discriminator first, payoffs of slope
s at 0,
a penalty whose weighted gradient is c psi. The product of both moves has trace ``2 - h^2 s^2 - h c`` and determinant
``1 - h c``. Mescheder, Geiger and Nowozin, *Which training methods for GANs do actually converge?* (2018), section 2.
"""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from equipoise.adversarial import OBJECTIVES, PENALTIES, Game, GameSettings
from equipoise.training import Clock, optimizer

RATE, ALPHA = 0.1, 0.4


class Point(eqx.Module):
    """All rows at one place."""

    theta: jax.Array

    def __call__(self, key, n, context):
        return jnp.broadcast_to(self.theta, (n, 1))


class Line(eqx.Module):
    """A linear discriminator."""

    psi: jax.Array

    def __call__(self, rows, context):
        return self.psi * rows[:, 0]


def identity(batch, context):
    return batch


def training_map(objective, penalty, alpha, rows=4):
    plain = optimizer("sgd")
    game = Game(
        embed=identity,
        objective=OBJECTIVES[objective],
        penalty=PENALTIES[penalty],
        lazy=1,
        generator_optimizer=plain,
        discriminator_optimizer=plain,
    )
    settings = GameSettings(alpha=(alpha, alpha), rate=(RATE, RATE))

    @jax.jit
    def step(place, key):
        state = game.init(Point(place[0]), Line(place[1]))
        state, _ = game(state, jnp.zeros((rows, 1)), key, Clock(0.0), (settings, None))
        return jnp.stack([state.generator.theta, state.discriminator.psi])

    return step


def eigenvalues(slope, c):
    return np.sort_complex(np.roots([1.0, -(2.0 - (RATE * slope) ** 2 - RATE * c), 1.0 - RATE * c]))


@pytest.mark.parametrize(
    ("objective", "slope", "penalty", "alpha", "c"),
    [
        ("minimax", 0.5, "r1", 0.0, 0.0),
        ("non_saturating", 0.5, "r1", 0.0, 0.0),
        ("non_saturating", 0.5, "r1", ALPHA, ALPHA),
        ("relativistic_pairing", 0.5, "r2", ALPHA, ALPHA),
        ("relativistic_pairing", 0.5, "r1_r2", ALPHA, 2 * ALPHA),
        ("non_saturating", 0.5, "noise_r1_r2", ALPHA, 2 * ALPHA),  # standard error 2e-4: 2 x 100,000 squared normals
        ("wasserstein", 1.0, "wgan_gp", ALPHA, 2 * ALPHA),
    ],
)
def test_eigenvalues_of_the_training_map(objective, slope, penalty, alpha, c):
    with jax.enable_x64(True):
        step = training_map(objective, penalty, alpha, rows=100_000 if penalty == "noise_r1_r2" else 4)
        place = jnp.array([0.0, 1.0 if penalty == "wgan_gp" else 0.0])
        jacobian = jax.jacfwd(step)(place, jax.random.key(0))
    found = np.sort_complex(np.linalg.eigvals(np.asarray(jacobian)).astype(complex))
    np.testing.assert_allclose(found, eigenvalues(slope, c), rtol=0, atol=1e-3)


def end(objective, penalty, alpha, steps=2000):
    """Return how far from the goal the game is after so many steps from (1, 1)."""
    with jax.enable_x64(True):
        step = training_map(objective, penalty, alpha)
        place = jax.lax.fori_loop(0, steps, lambda i, p: step(p, jax.random.key(i)), jnp.ones(2))
        return float(jnp.linalg.norm(place))


def test_r1_reaches_the_goal_and_the_others_go_round_it():
    assert end("minimax", "r1", ALPHA) < 1e-6
    assert end("wasserstein", "r1", ALPHA) < 1e-6
    assert end("minimax", "r1", 0.0) > 1.0
    assert end("wasserstein", "wgan_gp", ALPHA) > 1.0


def test_under_wgan_gp_the_goal_is_no_fixed_point():
    """With a slope of 1 the generator leaves the data by the rate, even if it is already there."""
    with jax.enable_x64(True):
        moved = training_map("wasserstein", "wgan_gp", ALPHA)(jnp.array([0.0, 1.0]), jax.random.key(0))
    np.testing.assert_allclose(moved, [RATE, 1.0], atol=1e-6)
