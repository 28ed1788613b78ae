"""The two-player step on problems whose answer is known."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from equipoise.adversarial import Balance, Game, GameSettings
from equipoise.adversarial.penalties import SharingPenalty, r1_r2
from equipoise.training import run


class Affine(eqx.Module):
    """Noise, scaled and moved."""

    scale: jax.Array
    shift: jax.Array

    def __call__(self, key, n, context):
        return self.shift + self.scale * jax.random.normal(key, (n, 1))


class Quadratic(eqx.Module):
    """Critic that can tell means and variances apart."""

    weights: jax.Array

    def __call__(self, rows, context):
        return jnp.concatenate([rows, rows**2], axis=1) @ self.weights


def identity(batch, context):
    return batch


def play(steps=1500, game=None, settings=None, seed=0):
    game = game or Game(embed=identity)
    data = np.random.default_rng(1).normal(2.0, 0.5, size=(500, 1)).astype(np.float32)
    state = game.init(Affine(jnp.array(1.0), jnp.array(0.0)), Quadratic(jnp.zeros(2)))
    settings = settings or GameSettings(rate=(2e-2, 1e-3))
    return run(game, state, data, steps=steps, batch=128, seed=seed, arguments=(settings, None)), data


@pytest.mark.parametrize("same_fakes", [False, True])
def test_the_generator_finds_mean_and_deviation(same_fakes):
    state, data = play(game=Game(embed=identity, same_fakes=same_fakes))
    assert float(state.average.shift) == pytest.approx(data.mean(), abs=0.1)
    assert abs(float(state.average.scale)) == pytest.approx(data.std(), abs=0.1)


def leaves(state):
    return [np.asarray(leaf).tobytes() for leaf in jax.tree.leaves(state)]


def test_same_seed_same_bytes():
    first, second, other = (leaves(play(steps=50, seed=seed)[0]) for seed in (0, 0, 1))
    assert first == second
    assert first != other


def test_lazy_penalty_acts_every_fourth_step_and_four_times_as_strongly():
    state = Game(embed=identity).init(Affine(jnp.array(1.0), jnp.array(0.0)), Quadratic(jnp.ones(2)))
    each, lazy = Game(embed=identity, lazy=1), Game(embed=identity, lazy=4)

    def slope(game, step):
        at = eqx.tree_at(lambda s: s.step, state, jnp.array(step))

        def judge(discriminator, penalised):
            return penalised * game.lazy * jnp.sum(discriminator.weights**2), ()

        return np.asarray(game._at_lazy_steps(at, judge)[1].weights)

    np.testing.assert_allclose(slope(lazy, 4), 4 * slope(each, 4))
    assert (slope(each, 5) != 0).any()
    assert (slope(lazy, 5) == 0).all()


@pytest.mark.parametrize("lazy", [1, 2])
@pytest.mark.parametrize("balance", [None, Balance()])
def test_payoff_and_penalty_that_share_a_pass_move_as_those_that_do_not(lazy, balance):
    def apart(critic, scene):
        return r1_r2(critic, scene)

    assert isinstance(r1_r2, SharingPenalty)
    assert not isinstance(apart, SharingPenalty)
    states = [
        play(steps=20, game=Game(embed=identity, lazy=lazy, balance=balance, penalty=penalty))[0]
        for penalty in (r1_r2, apart)
    ]
    for one, other in zip(*(jax.tree.leaves(state) for state in states), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


def test_the_average_is_not_the_last_generator():
    state, _ = play(steps=50)
    assert float(state.average.shift) != float(state.generator.shift)
    assert int(state.step) == 50
