"""Generators of images: what goes in and comes out, the same seed, exact resume, files, and what they refuse."""

from __future__ import annotations

import hashlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from PIL import Image

import equipoise as eq
from equipoise.errors import FindingWarning, InputError, StoppedError
from equipoise.images import ImageGAN, ImageVAE
from equipoise.images import folder as pictures
from equipoise.images import generator as module
from equipoise.images.blocks import great_circle, normal_latents
from equipoise.images.embedding import Embed
from equipoise.images.training_set import TrainingSet
from equipoise.training import Stream, jax_key, loop

SMALL = {"batch": 16, "latent": 4, "width": 32}  # alike everywhere: each shape and each game is another program
KINDS = {
    "gan": lambda **more: ImageGAN(**{"steps": 32, "augment": 0.3, **SMALL, **more}),
    "clustered gan": lambda **more: ImageGAN(**{"steps": 32, "augment": 0.3, "clusters": 6, **SMALL, **more}),
    "vae": lambda **more: ImageVAE(**{"steps": 32, **SMALL, **more}),
}


def stripes(n=70, channels=None, dtype=np.uint8):
    """Upright stripes and level ones, of two labels."""
    random = np.random.default_rng(0)
    labels = np.arange(n) % 2
    images = random.integers(0, 60, (n, 8, 8))
    images[labels == 0, :, ::2] += 190
    images[labels == 1, ::2, :] += 190
    if channels:
        images = np.repeat(images[..., None], channels, axis=3)
    return (images.astype(dtype), np.array(["up", "level"])[labels])


def digest(generator):
    arrays = generator._fitted.arrays
    return hashlib.sha256(b"".join(arrays[name].tobytes() for name in sorted(arrays))).hexdigest()


@pytest.fixture(scope="module", params=KINDS)
def fitted(request):
    return KINDS[request.param]().fit(*stripes())


def test_samples_have_the_form_of_the_images(fitted):
    samples = fitted.sample(5)
    assert samples.shape == (5, 8, 8)
    assert samples.dtype == np.uint8
    assert fitted.sample(0).shape == (0, 8, 8)


def test_a_seed_decides_the_samples_and_more_of_them_change_nothing(fitted):
    assert np.array_equal(fitted.sample(3, y="up", seed=1), fitted.sample(200, y="up", seed=1)[:3])
    assert not np.array_equal(fitted.sample(3, seed=1), fitted.sample(3, seed=2))


def test_truncation_brings_latents_to_the_middle(fitted):
    free, _ = fitted._drawn(500, None, None, 0)
    cut, _ = fitted._drawn(500, None, 0.5, 0)
    assert np.abs(free).max() > 2.0
    middles = fitted._fitted.arrays.get("generator.means", np.zeros((1, SMALL["latent"])))
    off = np.abs(cut[:, None] - middles).max(axis=2).min(axis=1)
    assert off.max() <= 0.5 + 1e-6
    sizes = fitted._fitted.classes.clusters
    drawn = np.repeat(middles, np.concatenate(sizes), axis=0) if sizes else middles
    assert free.std() == pytest.approx(np.sqrt(1.0 + drawn.var()), rel=0.1)


@pytest.mark.parametrize(("kind", "side"), [("gan", 12), ("vae", 28)])
def test_small_images_have_fully_connected_networks(kind, side):
    for width, plain in ((side, True), (side + 1, False)):
        data = TrainingSet.read(np.arange(2 * 4 * width).reshape(2, 4, width).astype(np.uint8), None)
        assert KINDS[kind]()._builder(data.pixels, data.classes).plan.plain == plain


def test_no_latent_is_infinite():
    block = 88  # the 32 latents of one of its images held what single precision makes of minus infinity
    latents = normal_latents(jax.random.fold_in(jax_key(1, Stream.DECODE), block), 32, np.float32(np.inf))
    assert 4.0 < np.abs(latents).max() <= 6.0


def test_interpolation_has_its_ends_and_keeps_the_length(fitted):
    assert fitted.interpolate(5, y="up").shape == (5, 8, 8)
    way = great_circle(np.float32([2.0, 0.0]), np.float32([0.0, 2.0]), 5)
    np.testing.assert_allclose(np.linalg.norm(way, axis=1), 2.0, rtol=1e-6)
    images, labels = stripes()
    between = fitted.interpolate(4, images[[0, 2]], y="up")
    np.testing.assert_array_equal(between[0], fitted.reconstruct(images[[0]], labels[[0]])[0])


def test_a_grid_is_a_picture_with_a_label_a_column(fitted):
    assert fitted.grid(6).size == (2 * 67 - 3, 3 * 67 - 3)


def test_a_file_gives_the_same_samples(fitted, tmp_path):
    fitted.save(tmp_path / "model.eq")
    again = eq.load(tmp_path / "model.eq")
    assert repr(again) == repr(fitted)
    assert again.steps_ == 32
    np.testing.assert_array_equal(again.sample(9, seed=3), fitted.sample(9, seed=3))


def test_a_damaged_file_is_said_to_be(fitted, tmp_path):
    fitted.save(tmp_path / "model.eq")
    whole = (tmp_path / "model.eq").read_bytes()
    for damaged in (
        whole[:-40],
        whole.replace(b'\\"low\\": 0.0', b'\\"low\\": 1e9'),
        whole.replace(b"image-", b"imago-"),
    ):
        assert damaged != whole
        (tmp_path / "bad.eq").write_bytes(damaged)
        with pytest.raises(InputError, match=r"bad\.eq"):
            eq.load(tmp_path / "bad.eq")


@pytest.mark.parametrize("kind", KINDS)
def test_residual_nets_take_any_size_and_channels(kind):
    images = stripes(16, 2, np.uint16)[0][:, :4, :3]
    more = {"draws": 4} if kind == "vae" else {"augment": 0}  # "draws": the importance-weighted bound
    made = KINDS[kind](preset="residual", steps=2, width=8, **more).fit(images)
    samples = made.sample(3)
    assert samples.shape == (3, 4, 3, 2)
    assert samples.dtype == np.uint16
    assert np.isfinite(samples).all()


@pytest.mark.parametrize("kind", KINDS)
def test_contrast_does_not_matter(kind):
    images, labels = stripes(dtype=np.float32)
    images -= images.min()
    images /= images.max()
    whole, faint = (KINDS[kind]().fit(images * scale, labels) for scale in (1.0, 0.0625))  # exact in binary
    assert digest(whole) == digest(faint)
    np.testing.assert_array_equal(whole.sample(3), faint.sample(3) / 0.0625)


@pytest.mark.parametrize("scale", [1e-320, 1e-30, 1e-3])
def test_the_faintest_images_are_encoded_as_finite_numbers(scale):
    rows = TrainingSet.read(scale * stripes()[0].astype(float), None).scaled(slice(None))
    assert np.isfinite(rows).all()
    assert rows.min() == -1.0
    assert rows.max() == pytest.approx(1.0 if scale > 1e-300 else -1.0, abs=1e-5)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_dark_whole_numbers_are_learned_in_the_range_that_they_use(dtype):
    images, _ = stripes(dtype=dtype)
    dark = 20 + images // 4
    data = TrainingSet.read(dark, None)
    learned = np.asarray(Embed(data.pixels)(jnp.asarray(data.rows()[:5]), None))
    np.testing.assert_allclose(learned, data.scaled(slice(5)), atol=1e-6)
    assert (learned.min(), learned.max()) == (-1.0, pytest.approx(1.0, abs=0.1))
    samples = KINDS["vae"]().fit(dark).sample(200)
    assert samples.dtype == dtype
    assert dark.min() <= samples.min() < samples.max() <= dark.max()


def test_short_runs_move_faster():
    steps = (100, 5_000, 9_000, 20_000, 10**6)
    gan, vae = ([kind()._numbers(number).rate[0] for number in steps] for kind in (eq.ImageGAN, eq.ImageVAE))
    np.testing.assert_allclose(gan, [0.004, 0.004, 0.2828 / 9_000**0.5, 0.002, 0.002], rtol=1e-3)
    np.testing.assert_allclose(vae, [0.008, *(0.46 / np.sqrt(steps[1:4])), 0.002], rtol=1e-3)
    assert eq.ImageGAN(rate=0.1)._numbers(100).rate == (0.1, 0.001)


@pytest.mark.parametrize("kind", KINDS)
def test_a_stopped_run_ends_with_the_same_bytes(kind, tmp_path, monkeypatch):
    images, labels = stripes()
    whole = KINDS[kind](steps=64).fit(images, labels)
    real = loop.run
    monkeypatch.setattr(module, "run", lambda *a, **k: real(*a, **k, until=37))
    with pytest.raises(StoppedError, match="37 of 64"):
        KINDS[kind](steps=64, folder=tmp_path / "run").fit(images, labels)
    monkeypatch.setattr(module, "run", real)
    resumed = KINDS[kind](steps=64, folder=tmp_path / "run").fit(images, labels)
    assert digest(resumed) == digest(whole)
    assert resumed.looks_ == whole.looks_
    assert [look["step"] for look in whole.looks_] == [32, 64]
    assert list((tmp_path / "run" / "samples").glob("*.png"))
    assert eq.load(next((tmp_path / "run" / "checkpoints").glob("*-aligned/model.eq"))).sample(1).shape == (1, 8, 8)
    with pytest.raises(InputError, match=r"holds a run with rate=None, not 0\.1"):
        KINDS[kind](steps=64, rate=0.1, folder=tmp_path / "run").fit(images, labels)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("images", "why"),
    [
        (np.zeros((1, 8, 8)), "1 images: there is no variety"),
        (np.zeros((9, 8, 8)), "all 9 images are the same"),
        (np.zeros((8, 8)), "one image alone is"),
        (np.zeros((9, 3, 32, 32)), "move the channels to the end"),
        (np.full((9, 8, 8), np.nan), "holds NaN"),
        (np.zeros((9, 8, 8), np.int64), "has type int64"),
    ],
)
def test_images_that_cannot_be_learned_from_are_refused(kind, images, why):
    with pytest.raises(InputError, match=why):
        KINDS[kind]().fit(images)


def test_a_single_class_is_said_and_learned_without_labels():
    with pytest.warns(FindingWarning, match="all labels are 'up'"):
        data = TrainingSet.read(stripes(16)[0], ["up"] * 16)
    assert data.classes.names == ()
    with pytest.raises(InputError, match="fitted without labels"):
        data.classes.codes("up", 2)


def test_a_folder_with_labels_is_learned_from(tmp_path):
    for number, (image, label) in enumerate(zip(*stripes(8), strict=True)):
        (tmp_path / label).mkdir(exist_ok=True)
        Image.fromarray(image).save(tmp_path / label / f"{number}.png")
    made = KINDS["vae"](steps=1).fit(tmp_path)
    assert made._fitted.classes.names == ("level", "up")
    with pytest.raises(InputError, match="'left'; known are 'level', 'up'"):
        made.sample(1, y="left")


@pytest.mark.parametrize(("more", "begin"), [({}, 0.0), ({"held_out": 0}, 0.3), ({"augment": 0.2}, 0.2)])
def test_the_augmentation_begins_with_none_where_it_follows_the_gap(more, begin):
    gan = KINDS["gan"](**{"augment": "auto", **more})
    train, _ = TrainingSet.read(*stripes()).parted(gan.held_out, gan.seed)
    _, state = gan._prepare(train)
    assert float(state.augment) == pytest.approx(begin, abs=0.001)


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_beyond_the_memory_gives_the_same_bytes(kind, tmp_path, monkeypatch):
    for number, (image, label) in enumerate(zip(*stripes(), strict=True)):
        (tmp_path / label).mkdir(exist_ok=True)
        Image.fromarray(image).save(tmp_path / label / f"{number}.png")
    held = KINDS[kind]().fit(tmp_path)
    seen, read = [], TrainingSet.read

    def watched(*arguments):
        seen.append(read(*arguments))
        return seen[-1]

    monkeypatch.setattr(pictures, "IN_MEMORY", 100)
    monkeypatch.setattr(TrainingSet, "read", watched)
    assert digest(KINDS[kind]().fit(tmp_path)) == digest(held)
    assert isinstance(seen[0].images.base.base, np.memmap)


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        ({"steps": 5, "minutes": 1}, "both set"), ({"rate": 0}, "rate=0"), ({"preset": "large"}, "preset='large'"),
        ({"objective": "cubic"}, "objective='cubic'"), ({"alpha": "much"}, "alpha='much'"),
        ({"augment": 0.9}, "above 0.8"), ({"held_out": 0.6}, "held_out=0.6"), ({"patience": -1}, "patience=-1"),
        ({"packing": 3}, "no whole packs"), ({"half_lives": ()}, "half_lives"), ({"batch": 2.5}, "batch=2.5"),
    ],
)  # fmt: skip
def test_settings_out_of_range_are_named(setting, why):
    with pytest.raises(InputError, match=why):
        KINDS["gan"](**setting).fit(*stripes())


def test_the_textbooks_game_runs():
    made = KINDS["gan"](steps=2, objective="minimax", alpha=0, augment=0).fit(*stripes())
    assert made.sample(2).shape == (2, 8, 8)


def test_packs_of_images_are_judged_together_under_other_penalties():
    images, labels = stripes()
    more = {"objective": "hinge", "penalty": "consistency", "alpha": 1.0, "spectral": True, "augment": 0}
    assert KINDS["gan"](steps=2, packing=4, **more).fit(images).sample(2).shape == (2, 8, 8)
    with pytest.raises(InputError, match="without labels"):
        KINDS["gan"](packing=2).fit(images, labels)
