"""Payoff and R1 + R2 by one backward pass: against derivatives of derivatives, in lockstep."""

from __future__ import annotations

import re

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from equipoise.adversarial import OBJECTIVES, Game, GameSettings, Scene, r1_r2
from equipoise.adversarial.homogeneous import Homogeneous, in_one_pass
from equipoise.images.augmentation import Augmentation
from equipoise.images.mlp import PlainEncoder
from equipoise.images.networks import ResidualEncoder
from equipoise.training.loop import Clock
from equipoise.training.optimizers import optimizer

N, SHAPE = 6, (18, 17, 1)
LABELS = jnp.arange(N) % 3


def normal(*shape, seed=0):
    return jnp.asarray(np.random.default_rng(seed).standard_normal(shape), jnp.float32)


REAL, FAKE = normal(2, N, *SHAPE)


def critic(kind):
    """Return a discriminator none of whose weights is 0, as the last ones of blocks are at first."""
    random = np.random.default_rng(1)
    made = kind(random, SHAPE, 8, 16, 1, 3) if kind is ResidualEncoder else kind(random, SHAPE, 8, 16, 3)
    return jax.tree.map(lambda w: jnp.asarray(w + 0.1 * random.standard_normal(w.shape), jnp.float32), made)


def payoff(name):
    return lambda outputs: OBJECTIVES[name].discriminator(*jnp.split(outputs, 2))


def slow(change, name):
    """The penalised payoff as a program that is differentiated as it stands."""

    def value(discriminator):
        penalty, outputs = r1_r2.with_outputs(
            lambda rows: discriminator(change(rows), LABELS), Scene(REAL, FAKE, jax.random.key(0), jnp.zeros(2))
        )
        return payoff(name)(outputs) + 0.3 * penalty

    return jax.jit(jax.value_and_grad(value))


def fast(change, name):
    def value(discriminator):
        rows = jnp.concatenate([REAL, FAKE])
        return in_one_pass(discriminator, change, rows, LABELS, payoff(name), 0.3)[0]

    return jax.jit(jax.value_and_grad(value))


def same(rows):
    return rows


@pytest.mark.parametrize("kind", [ResidualEncoder, PlainEncoder])
@pytest.mark.parametrize(
    ("change", "name"),
    [
        (same, "relativistic_pairing"),
        (lambda rows: Augmentation(0.7)(jax.random.key(1), rows), "hinge"),
        (jnp.tanh, "least_squares"),
    ],
)
def test_value_and_slopes_are_those_of_second_derivatives(kind, change, name):
    discriminator = critic(kind)
    assert isinstance(discriminator, Homogeneous)
    (value, slopes), (wanted, others) = fast(change, name)(discriminator), slow(change, name)(discriminator)
    assert float(value) == pytest.approx(float(wanted), rel=1e-5)
    for one, other in zip(jax.tree.leaves(slopes), jax.tree.leaves(others), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5 * (1e-2 + float(jnp.abs(other).max())))


def test_slopes_of_outputs_are_computed_once():
    discriminator = critic(ResidualEncoder)

    def convolutions(program):
        text = program(same, "relativistic_pairing").lower(discriminator).compile().as_text()
        return len(re.findall(r" convolution\(", text))

    assert convolutions(fast) <= 0.75 * convolutions(slow)


class Veiled(eqx.Module):
    """A discriminator that does not say what it is made of."""

    inner: ResidualEncoder

    def __call__(self, rows, context):
        return self.inner(rows, context)


class Shift(eqx.Module):
    by: jax.Array

    def __call__(self, key, n, context):
        return jax.random.normal(key, (n, *SHAPE)) + self.by


@pytest.mark.parametrize(
    ("settings", "changed"), [({"lazy": 2, "spectral": True}, None), ({"lazy": 1}, Augmentation(0.5))]
)
def test_a_game_moves_as_it_does_by_second_derivatives(settings, changed):
    moves = optimizer("sgd")
    game = Game(
        embed=lambda batch, context: batch,
        given=lambda batch, context: LABELS,
        augment=changed,
        generator_optimizer=moves,
        discriminator_optimizer=moves,
        **settings,
    )
    known, veiled = critic(ResidualEncoder), Veiled(critic(ResidualEncoder))
    found = []
    for discriminator in (known, veiled):
        state, logs = game.init(Shift(jnp.zeros(())), discriminator), {}
        step = eqx.filter_jit(game)
        for number in range(3):
            arguments = (GameSettings(alpha=(0.5, 0.5), rate=(0.1, 0.1)), None)
            state, logs = step(state, REAL, jax.random.key(number), Clock(0.0), arguments)
        found.append((jax.tree.leaves(state), logs))
    for one, other in zip(found[0][0], found[1][0], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)
    for name, value in found[1][1].items():
        assert float(found[0][1][name]) == pytest.approx(float(value), rel=1e-3, abs=1e-6)
