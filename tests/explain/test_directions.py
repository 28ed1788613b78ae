"""Directions of planted generators: found, of length 1, and with the effect that was planted."""

from __future__ import annotations

import equinox as eqx
import numpy as np
import pytest

from equipoise.errors import InputError
from equipoise.explain import closed_form, measure, principal, probe, strip
from equipoise.images.mlp import PlainDecoder
from equipoise.images.networks import ResidualDecoder


class Planted:
    """Stripes whose brightness hangs on one mixture of latents and whose tilt on another; labels shift all."""

    latent = 6

    def __init__(self, classes=()):
        self.classes_ = dict.fromkeys(classes, 1)
        random = np.random.default_rng(0)
        self.basis = np.linalg.qr(random.normal(size=(6, 6)))[0]

    def draw_latents(self, n, y=None, seed=0):
        return np.random.default_rng(seed).normal(size=(n, 6))

    def decode(self, latents, y=None):
        a, b = (np.asarray(latents) @ self.basis[:, :2]).T[:, :, None, None]
        ramp = np.linspace(-1, 1, 8)[None, None, :]
        upper = (np.arange(8) < 4)[None, :, None]
        shift = 0.0 if y is None else 4.0 * (np.asarray(y) == "b")[:, None, None] * upper
        return np.clip(8.0 + shift + a + 0.5 * b * ramp + np.zeros((len(a), 8, 8)), 0, 16)


def looks(images):
    return {
        "light": images.mean(axis=(1, 2)),
        "tilt": images[:, :, 4:].mean(axis=(1, 2)) - images[:, :, :4].mean(axis=(1, 2)),
    }


@pytest.mark.parametrize("classes", [(), ("a", "b")])
def test_planted_directions_are_found(classes):
    planted = Planted(classes)
    light, tilt = probe(planted, measures=looks)
    assert (light.name, tilt.name) == ("light", "tilt")
    assert (light.vector @ planted.basis[:, 0] > 0.99).all()
    assert (tilt.vector @ planted.basis[:, 1] > 0.99).all()
    components = principal(planted, 2)
    assert abs(components[0].vector @ planted.basis[:, 0]) > 0.98  # labels move images more, and are left out
    assert abs(components[1].vector @ planted.basis[:, 1]) > 0.98
    assert components[0].strength > components[1].strength > 0


def test_the_effect_is_that_of_its_attribute_alone():
    planted = Planted()
    light = probe(planted, measures=looks)[0]
    effect = measure(planted, light, measures=looks)
    assert effect.strongest == "light"
    assert effect.correlation["light"] > 0.98
    assert effect.slope["light"] == pytest.approx(1.0, abs=0.1)  # the attribute is one standard normal number
    assert effect.leak("light") < 0.1
    assert strip(planted, light, steps=5, rows=2).size == (5 * 67 - 3, 2 * 67 - 3)


def test_attributes_that_go_together_are_told_apart():
    planted = Planted()

    def tangled(images):
        found = looks(images)
        return {"light": found["light"], "both": found["light"] + 2 * found["tilt"]}

    both = probe(planted, measures=tangled)[1]
    assert both.vector @ planted.basis[:, 1] > 0.98


def test_latents_that_lie_off_zero_and_unevenly_are_no_hindrance():
    wide = Planted()
    spread = np.array([3, 1, 1, 1, 0.3, 1])
    wide.draw_latents = lambda n, y=None, seed=0: 1.5 + spread * Planted().draw_latents(n, y, seed)
    light, tilt = probe(wide, measures=looks)
    assert light.vector @ wide.basis[:, 0] > 0.98
    assert tilt.vector @ wide.basis[:, 1] > 0.98
    assert abs(principal(wide, 1)[0].vector @ wide.basis[:, 0]) > 0.9


class Turned(Planted):
    """What moves the light of one label moves the tilt of the other."""

    def decode(self, latents, y=None):
        straight, turned = super().decode(latents, y), super().decode(np.asarray(latents) @ self.turn, y)
        return np.where((np.asarray(y) == "b")[:, None, None], turned, straight)

    @property
    def turn(self):
        swapped = self.basis[:, [1, 0, 2, 3, 4, 5]]
        return swapped @ self.basis.T


def test_labels_have_directions_of_their_own():
    turned = Turned(("a", "b"))
    light, tilt = probe(turned, measures=looks)
    assert light.vector.shape == (2, 6)
    np.testing.assert_allclose(np.linalg.norm(light.vector, axis=1), 1.0)
    for direction, (a, b) in ((light, (0, 1)), (tilt, (1, 0))):
        assert direction.vector[0] @ turned.basis[:, a] > 0.98
        assert direction.vector[1] @ turned.basis[:, b] > 0.98
    effect = measure(turned, light, measures=looks)
    assert effect.correlation["light"] > 0.98
    assert effect.leak("light") < 0.1
    one = probe(turned, measures=looks, by_label=False)[0]
    assert one.vector.shape == (6,)
    assert measure(turned, one, measures=looks).correlation["light"] < 0.9


def test_a_label_that_was_never_drawn_takes_the_common_direction():
    classes = tuple("abcdefgh")
    light = probe(Planted(classes), samples=7, measures=looks)[0]
    assert light.vector.shape == (8, 6)
    np.testing.assert_allclose(light.vector[7], probe(Planted(classes), 7, measures=looks, by_label=False)[0].vector)


@pytest.mark.parametrize("network", [PlainDecoder, ResidualDecoder])
def test_the_closed_form_is_of_the_matrix_by_which_latents_enter(network):
    depth = () if network is PlainDecoder else (1,)
    decoder = network(np.random.default_rng(0), (4, 4, 1), 4, 16, *depth, 3)
    weights = np.zeros((4 + 3, decoder.entry().shape[1]), np.float32)
    np.fill_diagonal(weights, [1.0, 3.0, 2.0, 0.5, 9.0, 9.0, 9.0])  # labels enter by the last three rows
    where = (lambda net: net.layers[0].weight) if network is PlainDecoder else (lambda net: net.head.weight)
    generator = eqx.tree_at(where, decoder, weights)
    first, second = closed_form(generator, 2)
    assert np.abs(first.vector).tolist() == [0, 1, 0, 0]
    assert np.abs(second.vector).tolist() == [0, 0, 1, 0]
    assert first.strength == pytest.approx(9 / 14.25)
    with pytest.raises(InputError, match="1 to 4"):
        closed_form(generator, 5)


def test_more_attributes_than_latents_are_refused():
    planted = Planted()
    with pytest.raises(InputError, match="7 attributes"):
        probe(planted, samples=10, measures=lambda images: {str(n): images[:, n, 0] for n in range(7)})
