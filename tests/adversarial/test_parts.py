"""Spectral normalisation, packing, automatic alpha and optimisers: each against what it must be."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from tests.training.runs import ARGUMENTS, DATA, first_state, identity

from equipoise.adversarial import Balance, Game, GameSettings, in_units_of, pack
from equipoise.adversarial.spectral import directions_of, normalised
from equipoise.errors import InputError
from equipoise.training import Clock, optimizer, run


def test_normalised_matrices_have_norm_one():
    random = np.random.default_rng(0)
    model = {"a": jnp.asarray(random.normal(size=(5, 3))), "b": jnp.asarray(random.normal(size=(4, 2, 3))), "c": 2.0}
    directions = directions_of(model)
    for _ in range(200):
        bounded, directions = normalised(model, directions)
    assert np.linalg.norm(bounded["a"], 2) == pytest.approx(1.0, rel=1e-4)
    assert np.linalg.norm(bounded["b"].reshape(4, 6), 2) == pytest.approx(1.0, rel=1e-4)
    assert bounded["c"] == 2.0


def test_a_zero_matrix_stays_zero():
    model = {"a": jnp.zeros((2, 2))}
    assert (normalised(model, directions_of(model))[0]["a"] == 0).all()


def test_a_spectral_game_bounds_the_discriminator():
    game = Game(embed=identity, spectral=True)
    state = run(game, first_state(game), DATA, steps=300, batch=16, seed=0, arguments=ARGUMENTS)
    free = Game(embed=identity)
    loose = run(free, first_state(free), DATA, steps=300, batch=16, seed=0, arguments=ARGUMENTS)
    bounded, _ = normalised(state.discriminator, state.directions)
    rows = jnp.asarray(DATA)
    slope = jax.vmap(jax.grad(lambda row: bounded(row[None], None)[0]))(rows)
    assert float(jnp.linalg.norm(slope, axis=1).max()) < 1.05 * float(jnp.linalg.norm(bounded.outer))
    assert jax.tree.structure(state.discriminator) == jax.tree.structure(loose.discriminator)


def test_packs_keep_every_number_once():
    rows = jnp.arange(24.0).reshape(6, 2, 2)
    packed = pack(rows, 3)
    assert packed.shape == (2, 2, 6)
    assert sorted(packed.ravel().tolist()) == list(range(24))
    np.testing.assert_array_equal(packed[0, :, 2:4], rows[1])
    with pytest.raises(InputError, match="multiple of 4"):
        pack(rows, 4)


class Pairs(eqx.Module):
    """Judges two rows at once by their difference."""

    weight: jax.Array

    def __call__(self, rows, context):
        assert rows.shape[1] == 4
        return self.weight * jnp.sum(jnp.square(rows[:, :2] - rows[:, 2:]), axis=1)


def test_a_packed_game_shows_pairs():
    game = Game(embed=identity, packing=2)
    state = game.init(first_state().generator, Pairs(jnp.array(0.0)))
    state, _ = game(state, jnp.asarray(DATA[:8]), jax.random.key(0), Clock(0.0), ARGUMENTS)
    assert float(state.discriminator.weight) != 0.0


@pytest.mark.parametrize("scale", [0.1, 1.0, 10.0])
def test_alpha_grows_with_the_square_of_the_scale(scale):
    balance = Balance()
    state = balance.see(balance.init(), scale * jnp.asarray(DATA), jnp.array(0))
    unit = balance.see(balance.init(), jnp.asarray(DATA), jnp.array(0))
    assert float(balance.alpha(state, 0.0)) == pytest.approx(scale**2 * float(balance.alpha(unit, 0.0)), rel=1e-5)


def test_other_units_give_the_same_training():
    """Automatic alpha and players in units: multiplied data give multiplied samples, for the same number of steps."""

    def sample(factor):
        game = Game(embed=identity, balance=Balance())
        data = np.float32(factor) * DATA
        plain = first_state()
        state = game.init(*in_units_of(data, plain.generator, plain.discriminator))
        last = run(game, state, data, steps=60, batch=16, seed=0, arguments=ARGUMENTS)
        return np.asarray(last.generator(jax.random.key(0), 5, None)) / factor

    for factor in (0.25, 8.0):  # powers of two: rounding is the same
        np.testing.assert_allclose(sample(factor), sample(1.0), rtol=1e-3)


def test_alpha_settles_where_the_penalty_has_its_share():
    """With a penalty that falls as alpha rises, as at the discriminator's optimum, the share is met."""
    balance = Balance(share=0.2, speed=0.1)
    state = balance.see(balance.init(), jnp.asarray(DATA), jnp.array(0))
    for _ in range(300):
        alpha = balance.alpha(state, 0.0)
        penalty = 0.01 / alpha**2
        state = balance.weigh(state, penalty, jnp.array(0.5), 0.0)
    assert float(balance.alpha(state, 0.0) * 0.01 / balance.alpha(state, 0.0) ** 2) == pytest.approx(0.1, rel=0.05)


def test_alpha_settles_in_time_and_falls_to_its_end():
    balance = Balance(first=0.1, settled=0.5, fall=0.1)
    state = balance.see(balance.init(), jnp.asarray(DATA), jnp.array(0))
    loud = jnp.array(1e9)
    early, late = (balance.weigh(state, loud, jnp.array(0.7), done).log_factor for done in (0.1, 0.6))
    assert early > state.log_factor == late
    assert float(balance.alpha(state, 1.0) / balance.alpha(state, 0.0)) == pytest.approx(0.1, rel=1e-5)


def test_alpha_stays_within_its_bounds():
    balance = Balance(speed=1.0, lowest=0.05, highest=0.5)
    state = balance.see(balance.init(), jnp.asarray(DATA), jnp.array(0))
    for penalty, bound in ((1e9, 0.5), (0.0, 0.05)):
        for _ in range(20):
            state = balance.weigh(state, jnp.array(penalty), jnp.array(0.7), 0.0)
        assert float(jnp.exp(state.log_factor)) == pytest.approx(bound, rel=1e-5)


def test_the_generator_moves_at_every_third_step_only():
    game = Game(embed=identity, generator_every=3)
    state = first_state(game)
    moved = []
    for number in range(6):
        after, _ = game(state, jnp.asarray(DATA[:8]), jax.random.key(number), Clock(0.0), ARGUMENTS)
        moved.append(bool((after.generator.weight != state.generator.weight).any()))
        state = after
    assert moved == [False, False, True, False, False, True]


@pytest.mark.parametrize("name", ["adam", "adamw", "sgd", "rmsprop", "lion", "optimistic_adam_v2", "adabelief"])
def test_optimisers_are_those_of_optax(name):
    weights, gradient = {"w": jnp.ones((2, 2)), "b": jnp.ones(2)}, {"w": jnp.full((2, 2), 0.3), "b": jnp.full(2, -0.1)}
    ours, theirs = optimizer(name), getattr(optax, name)(0.05)
    ours_w, theirs_w, moments, state = weights, weights, ours.init(weights), theirs.init(weights)
    for _ in range(3):
        ours_w, moments = ours.update(ours_w, gradient, moments, 0.05)
        steps, state = theirs.update(gradient, state, theirs_w)
        theirs_w = optax.apply_updates(theirs_w, steps)
    np.testing.assert_allclose(ours_w["w"], theirs_w["w"], rtol=1e-6)
    assert float(jnp.abs(ours_w["w"] - 1.0).min()) > 0.0


@pytest.mark.parametrize("coupled", [True, False])
def test_l2_on_the_weights_coupled_and_decoupled(coupled):
    """Plain descent cannot tell them apart, Adam can: it rescales a coupled decay away."""
    weights = {"w": jnp.full((2, 2), 3.0), "b": jnp.full(2, 3.0)}
    zero = jax.tree.map(jnp.zeros_like, weights)
    for name, expected in (("sgd", 3.0 - 0.1 * 0.5 * 3.0), ("adam", 2.9 if coupled else 3.0 - 0.1 * 0.5 * 3.0)):
        method = optimizer(name, coupled=coupled)
        moved, _ = method.update(weights, zero, method.init(weights), 0.1, decay=0.5)
        np.testing.assert_allclose(moved["w"], expected, rtol=1e-5)
        np.testing.assert_array_equal(moved["b"], 3.0)  # biases are left alone


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("adm", {}, "'adm'"),
        ("lbfgs", {}, "'lbfgs'"),
        ("__doc__", {}, "__doc__"),
        (3, {}, "3"),
        ("adam", {"beta": 0.5}, "'beta'.* b1"),
    ],
)
def test_unknown_optimisers_and_options(name, options, told):
    with pytest.raises(InputError, match=told):
        optimizer(name, **options)


def test_decay_reaches_both_players():
    def weights(decay):
        game = Game(embed=identity)
        arguments = (GameSettings(rate=(1e-2, 1e-3), decay=decay), None)
        state = run(game, first_state(game), DATA, steps=40, batch=8, seed=0, arguments=arguments)
        return np.asarray(state.generator.weight), np.asarray(state.discriminator.inner)

    plain, g, d = weights((0.0, 0.0)), weights((5.0, 0.0)), weights((0.0, 5.0))
    assert np.linalg.norm(g[0]) < np.linalg.norm(plain[0])
    assert np.linalg.norm(d[1]) < np.linalg.norm(plain[1])
