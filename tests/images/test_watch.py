"""The watch over a GAN on planted states: gap, strength of the augmentation, collapse, saturation."""

from __future__ import annotations

from dataclasses import dataclass

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

from equipoise.adversarial import Game
from equipoise.images.augmentation import Augmentation
from equipoise.images.training_set import TrainingSet
from equipoise.images.watch import NUMBERS, Watch, WatchedGame, variety
from equipoise.training.loop import start

RANDOM = np.random.default_rng(0)


class Copies(eqx.Module):
    """Its latents are the pixels of its images."""

    scale: jnp.ndarray

    def draw(self, latents, clusters):
        return self.scale * latents.reshape(-1, 4, 4, 1)


class Corner(eqx.Module):
    """Looks at one pixel."""

    weight: jnp.ndarray

    def __call__(self, rows, labels):
        return self.weight * rows[:, 0, 0, 0]


def identity(batch, context):
    return batch


def images(corner, n=150):
    rows = np.clip(0.3 * RANDOM.normal(size=(n, 4, 4, 1)), -1, 1).astype(np.float32)
    rows[:, 0, 0] = corner + 0.1 * rows[:, 0, 1]  # only the corner tells training images from those put aside
    return rows, np.zeros(n, np.int32)


GAME = WatchedGame(Game(embed=identity, half_lives=(0.1,)), 0, augments=True)
LATENTS = (0.3 * RANDOM.normal(size=(200, 16))).astype(np.float32)
TRAIN, HELD = images(0.5), images(-0.5)


def state_of(scale=1.0, weight=1.0, augment=0.3):
    weights = [jnp.asarray(value, jnp.float32) for value in (scale, weight, augment)]
    return start(GAME, Copies(weights[0]), Corner(weights[1]), weights[2])


def watch(patience=2, adapts=True, held=HELD):
    return Watch(GAME, TRAIN, held, LATENTS, adapts, patience)


def seen_in(state):
    return dict(zip(NUMBERS, state.memory.rows()[-1], strict=True))


@pytest.mark.parametrize(("weight", "gap", "augment"), [(1.0, 1.0, 0.4), (-1.0, -1.0, 0.2), (0.0, 0.0, 0.2)])
def test_the_augmentation_follows_the_gap(weight, gap, augment):
    seen = watch()(state_of(weight=weight))
    assert seen.values["gap"] == pytest.approx(gap, abs=0.01)
    assert float(seen.state.augment) == pytest.approx(augment)
    assert seen_in(seen.state) == pytest.approx({"step": 0, **seen.values})


def test_the_augmentation_stays_where_it_was_set_or_nothing_is_put_aside():
    assert float(watch(adapts=False)(state_of()).state.augment) == pytest.approx(0.3)
    none = HELD[0][:0], HELD[1][:0]
    assert float(watch(held=none)(state_of()).state.augment) == pytest.approx(0.3)
    assert float(watch()(state_of(augment=0.7)).state.augment) == pytest.approx(0.7)  # the bound


def test_a_collapse_after_a_sound_look_is_trouble_and_before_it_is_not():
    look = watch()
    assert look(state_of(scale=0.0)).trouble is None
    sound = look(state_of())
    assert abs(sound.values["collapse"]) < 0.3
    gone = eqx.tree_at(lambda s: s.game.averages, sound.state, (Copies(jnp.asarray(0.0)),))
    seen = look(gone)
    assert seen.values["collapse"] == pytest.approx(1.0)
    assert "they lost 100% of the variety" in seen.trouble


def test_the_run_ends_when_the_distance_no_longer_falls_and_the_best_is_kept():
    look = watch(patience=2)
    first = look(state_of())
    worse = eqx.tree_at(lambda s: s.game.averages, first.state, (Copies(jnp.asarray(0.5)),))
    second = look(worse)
    third = look(second.state)
    assert (first.ended, second.ended, third.ended) == ("", "", "saturated")
    assert second.values["distance"] > first.values["distance"]
    assert float(third.state.memory.network.scale) == 1.0
    assert watch(patience=0)(second.state).ended == ""


def test_variety_counts_what_differs():
    assert variety(np.repeat(np.eye(4), 3, axis=0), 0.1) == pytest.approx(4.0)
    assert variety(np.zeros((5, 2)), 1.0) == pytest.approx(1.0)


def test_the_strength_of_the_state_is_what_the_discriminator_sees_through():
    seen = []

    @dataclass(frozen=True)
    class Stub:
        augment: object = None

        def __call__(self, state, *rest):
            seen.append(self.augment)
            return state, {}

    WatchedGame(Stub(), 0, augments=True)(state_of(augment=0.25), None, None, None, None)
    assert isinstance(seen[0], Augmentation)
    assert float(seen[0].p) == pytest.approx(0.25)


@pytest.mark.parametrize(("n", "aside"), [(63, 0), (64, 16), (200, 20), (20_000, 1000)])
def test_some_images_are_put_aside_unless_there_are_few(n, aside):
    data = TrainingSet.read(RANDOM.integers(0, 255, (n, 2, 2), np.uint8), np.arange(n) % 2)
    train, held = data.parted(0.1, seed=1)
    assert (len(train), len(held)) == (n - aside, aside)
    both = np.concatenate([part.rows()[:] for part in (train, held)])
    assert sorted(map(bytes, both)) == sorted(map(bytes, data.rows()[:]))
    assert len(data.parted(0.0, seed=1)[1]) == 0
