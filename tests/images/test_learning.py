"""That generators learn: labels are obeyed, pixels are those of the class, and bounds are bounds."""

from __future__ import annotations

import warnings

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from equipoise.errors import TrainingWarning
from equipoise.images import keeping
from equipoise.images.augmentation import Augmentation, _moved
from equipoise.images.networks import ResidualDecoder, ResidualEncoder, projected
from equipoise.images.watch import Watch
from equipoise.training.weights import arrays_of

from .test_generators import KINDS, stripes


def is_level(images):
    """Whether a level stripe is brighter than what lies below it."""
    level = images[:, ::2, 1::2].astype(float).mean((1, 2)) - images[:, 1::2, ::2].astype(float).mean((1, 2))
    return level > 0


@pytest.mark.parametrize("kind", KINDS)
def test_samples_show_what_their_label_says(kind):
    images, labels = stripes(60)
    made = KINDS[kind](steps=600, seed=1).fit(images, labels)
    samples = made.sample(100, y=np.repeat(["level", "up"], 50))
    assert is_level(samples)[:50].mean() > 0.95
    assert is_level(samples)[50:].mean() < 0.05
    bright = samples[50:, :, ::2].astype(float)
    assert bright.mean() == pytest.approx(220, abs=20)
    off = np.abs(made.reconstruct(images[:10], labels[:10]).astype(float) - images[:10]).mean()
    assert off < 30  # the noise of the pixels has a mean deviation of 15


def test_bounds_of_the_likelihood_are_in_order_and_free_bits_keep_latents_in_use():
    images, labels = stripes(60)
    vae = KINDS["vae"](steps=300).fit(images, labels)
    few, many = (vae.diagnose(images, labels, draws=draws) for draws in (1, 50))
    assert few.elbo < many.log_likelihood
    assert few.log_likelihood < many.log_likelihood
    assert (many.kl >= 0).all()
    free = KINDS["vae"](steps=300, free=3.0).fit(images, labels).diagnose(images, labels, draws=1)
    assert free.kl.min() > 2.0 > many.kl.min()  # the noise of the pixels is all that the latents could hold
    assert free.active >= 3


@pytest.mark.parametrize(("gap", "told"), [(0.9, True), (0.1, False), (None, False)])
def test_a_discriminator_that_knows_its_images_by_heart_is_told_of(monkeypatch, gap, told):
    monkeypatch.setattr(Watch, "gap", lambda self, state: gap)
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always", TrainingWarning)
        KINDS["gan"](steps=160).fit(*stripes())
    assert ["by heart (gap 0.90" in str(warning.message) for warning in found] == [True] * told
    assert all(warning.filename == __file__ for warning in found)


@pytest.mark.parametrize("choice", ["bound", "distance"])
def test_the_best_weights_by_images_put_aside_are_kept(monkeypatch, choice):
    seen = []

    def bound(network, rows, codes, beta):
        seen.append(arrays_of(network))  # now, for the buffers are given away later
        return [1.0, 3.0, 2.0][min(len(seen) - 1, 5) // 2]  # of training images and of those put aside, in turn

    def distance(ruler, rows):
        return [3.0, 2.0, 1.0][min(len(seen) // 2, 3) - 1]  # the third look is the best

    monkeypatch.setattr(keeping, "bound", bound)
    monkeypatch.setattr(keeping.Ruler, "distance", distance)
    vae = KINDS["vae"](steps=640, choice=choice).fit(*stripes())
    best = {"bound": 2, "distance": 3}[choice]
    assert vae.ended_ == "saturated"
    assert vae.steps_ == (best + 5) * 32
    assert [look["elbo_held_out"] for look in vae.looks_][:4] == [1.0, 3.0, 2.0, 2.0]
    assert [look["distance"] for look in vae.looks_][:4] == [3.0, 2.0, 1.0, 1.0]
    assert all(np.array_equal(array, seen[2 * (best - 1)][name]) for name, array in vae._fitted.arrays.items())


def test_a_label_moves_the_discriminator_by_its_vector():
    features, vectors = jnp.ones((4, 9)), jnp.stack([jnp.ones(9), -jnp.ones(9)])
    outputs = projected(features, vectors, jnp.array([0, 1]))  # real rows, then fakes, with the same labels
    np.testing.assert_allclose(outputs, [3.0, -3.0, 3.0, -3.0])


def test_residual_nets_start_with_outputs_of_a_sound_size():
    random = np.random.default_rng(0)
    decoder = ResidualDecoder(random, (9, 5, 3), 8, 16, 1, 4)
    encoder = ResidualEncoder(random, (9, 5, 3), 64, 16, 1, 4)
    labels = jnp.arange(32) % 4
    images, outputs = jax.jit(lambda z: (decoder.decode(z, labels), encoder(decoder.decode(z, labels), labels)))(
        random.standard_normal((32, 8)).astype(np.float32)
    )
    assert images.shape == (32, 9, 5, 3)
    assert 0.1 < float(images.std()) < 3.0
    assert 0.1 < float(outputs.std()) < 10.0


def test_large_images_are_smooth_ones_and_a_quarter_of_the_pixels_of_squares():
    decoder = ResidualDecoder(np.random.default_rng(0), (19, 17, 2), 8, 8, 1, 0)
    bias = jnp.array([0.5, -0.5, *(1.0, 0.0), *[0.0] * 6])  # two smooth channels, then both of each of four pixels
    even = eqx.tree_at(lambda net: (net.out.weight, net.out.bias), decoder, (0.0 * decoder.out.weight, bias))
    image = np.asarray(jax.jit(lambda z: even.decode(z, jnp.zeros(1, jnp.int32)))(np.zeros((1, 8), np.float32)))[0]
    assert image.shape == (19, 17, 2)
    np.testing.assert_allclose(image[::2, ::2, 0], 0.75)
    np.testing.assert_allclose(image[1::2, :, 0], 0.5)
    np.testing.assert_allclose(image[..., 1], -0.5)


def test_augmentation_changes_its_share_of_the_images_and_has_a_slope():
    images = jnp.asarray(stripes(400)[0][..., None] / 127.5 - 1.0, jnp.float32)

    @jax.jit
    def change(rows, p):
        changed = Augmentation(p)(jax.random.key(0), rows)
        return changed.sum(), changed

    changed = change(images, 0.2)[1]
    share = float((np.abs(np.asarray(changed - images)).max((1, 2, 3)) > 0).mean())
    assert share == pytest.approx(1 - 0.8**3, abs=0.08)
    slope = np.asarray(jax.grad(change, has_aux=True)(images, 0.5)[0])
    assert np.isfinite(slope).all()
    assert np.abs(slope).mean() > 0.5


def test_what_was_moved_is_still_there():
    image = np.zeros((9, 8, 8, 1), np.float32)
    image[:, 4, 4] = 1.0
    thirds = np.repeat([[0.0, 0.5, 0.99]], 3, axis=0)
    moved = np.asarray(_moved(np.stack([thirds.ravel(), thirds.T.ravel()]), image))
    assert moved.sum((1, 2, 3)).tolist() == [1.0] * 9
    assert {tuple(np.argwhere(one[..., 0])[0]) for one in moved} == {(y, x) for y in (3, 4, 5) for x in (3, 4, 5)}
