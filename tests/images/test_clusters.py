"""Clusters of planted images: found within their labels, the same each time, and as frequent among samples."""

from __future__ import annotations

import json

import numpy as np
import pytest

import equipoise as eq
from equipoise.errors import InputError
from equipoise.images import ImageGAN
from equipoise.images.clusters import clustered, nearest, shrunk
from equipoise.images.players import first_means
from equipoise.images.training_set import Classes, TrainingSet

COUNTS = (400, 150, 40, 10)


def patterns(counts=COUNTS, size=8):
    """Return images with one bright quarter each, and which it is."""
    random = np.random.default_rng(0)
    which = random.permutation(np.repeat(np.arange(4), counts))
    images = 20.0 + 10.0 * random.random((len(which), size, size))
    half = size // 2
    for image, quarter in zip(images, which, strict=True):
        top, left = half * (quarter // 2), half * (quarter % 2)
        image[top : top + half, left : left + half] += 200.0
    return images.astype(np.uint8), which


@pytest.fixture(scope="module")
def fitted():
    images, which = patterns()
    return ImageGAN(steps=1500, width=32, clusters=4).fit(images), images, which


def test_planted_clusters_are_found():
    images, which = patterns(size=20)  # shrunk before they are compared
    data = clustered(TrainingSet.read(images, None), 4, seed=0)
    assert sorted(data.classes.clusters[0], reverse=True) == list(COUNTS)
    for cluster in range(4):
        assert len(np.unique(which[data.codes == cluster])) == 1
    assert data.centres.shape == (4, 64)


def test_clusters_are_the_same_each_time_and_another_seed_finds_as_good_ones():
    images, _ = patterns((300, 300, 300, 300))
    data = TrainingSet.read(images, None)
    first, again, other = (clustered(data, 12, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.codes, again.codes)
    np.testing.assert_array_equal(first.centres, again.centres)
    assert len(other.classes.clusters[0]) == 12


def test_labels_share_clusters_by_their_images_and_keep_them_apart():
    images, which = patterns()
    labels = np.where(which < 2, "often", "rare")
    data = clustered(TrainingSet.read(images, labels), 24, seed=0)
    assert [len(group) for group in data.classes.clusters] == [22, 2]
    assert [sum(group) for group in data.classes.clusters] == [550, 50]
    owners = np.array(data.classes.owners)
    np.testing.assert_array_equal(owners[data.codes], (labels == "rare").astype(int))


def test_as_many_clusters_as_labels_are_the_labels():
    images, which = patterns()
    data = TrainingSet.read(images, which)
    assert clustered(data, 4, seed=0) is data
    assert clustered(TrainingSet.read(images, None), 1, seed=0).centres is None


def test_fewer_different_images_than_clusters_are_fewer_clusters(recwarn):
    images = np.repeat(np.arange(3, dtype=np.uint8), 20)[:, None, None] * np.full((4, 4), 100, np.uint8)
    data = clustered(TrainingSet.read(images, None), 10, seed=0)
    assert data.classes.clusters == ((20, 20, 20),)
    assert not recwarn


def test_a_new_image_finds_its_cluster():
    images, _ = patterns()
    data = clustered(TrainingSet.read(images, None), 4, seed=0)
    owners = np.array(data.classes.owners, np.int32)
    rows, codes = data.some(200, seed=1)
    np.testing.assert_array_equal(nearest(shrunk(rows), data.centres, np.zeros_like(codes), owners), codes)


def test_clusters_are_drawn_as_often_as_they_were():
    classes = Classes(("a", "b"), (100, 300), ((90, 10), (150, 75, 75)))
    codes = np.repeat(np.array([0, 1], np.int32), 20_000)
    drawn = classes.draw_clusters(np.random.default_rng(0), codes)
    shares = np.bincount(drawn, minlength=5) / 20_000
    np.testing.assert_allclose(shares, [0.9, 0.1, 0.5, 0.25, 0.25], atol=0.015)
    np.testing.assert_array_equal(np.array(classes.owners)[drawn], codes)


def test_first_means_have_one_deviation_and_keep_neighbours_near():
    random = np.random.default_rng(0)
    centres = random.normal(size=(50, 64)).astype(np.float32)
    centres[1] = centres[0] + 0.01
    sizes = random.integers(50, 200, 50)
    means = first_means(centres, sizes, 16, random)
    shares = sizes / sizes.sum()
    np.testing.assert_allclose(shares @ means, 0.0, atol=1e-4)
    np.testing.assert_allclose(np.sqrt(shares @ means**2), 2.0, rtol=1e-4)
    between = np.linalg.norm(means[:, None] - means, axis=2) + 1e9 * np.eye(50)
    assert between[0].argmin() == 1
    assert first_means(centres[:3], sizes[:3], 16, random).shape == (3, 16)


def test_samples_have_the_shares_of_the_images(fitted):
    gan, images, which = fitted
    prototypes = np.stack([images[which == quarter].mean(axis=0) for quarter in range(4)])
    samples = gan.sample(4000, seed=1).astype(float)
    off = ((samples[:, None] - prototypes) ** 2).sum(axis=(2, 3))
    shares = np.bincount(off.argmin(axis=1), minlength=4) / len(samples)
    np.testing.assert_allclose(shares, np.array(COUNTS) / sum(COUNTS), atol=0.02)
    assert off.min(axis=1).mean() < 0.1 * ((prototypes[0] - prototypes[1]) ** 2).sum()


def test_latents_lie_around_the_means_of_their_clusters(fitted):
    gan, images, _ = fitted
    latents = gan.draw_latents(1000, seed=3)
    np.testing.assert_array_equal(gan.decode(latents), gan.sample(1000, seed=3))
    means = gan._fitted.arrays["generator.means"]
    off = ((latents[:, None] - means) ** 2).sum(axis=2).min(axis=1)
    assert off.mean() < 1.1 * gan.latent  # chi-squared around its own mean
    found = gan.invert(images[:20])
    assert np.abs(gan.decode(found).astype(float) - images[:20]).mean() < 40
    assert sorted(gan.clusters_[0], reverse=True) == list(COUNTS)
    assert gan.discriminate(images[:20]).shape == (20,)
    assert gan.interpolate(4).shape == (4, 8, 8)


def test_a_saved_generator_keeps_its_clusters(fitted, tmp_path):
    gan, images, _ = fitted
    gan.save(tmp_path / "gan.eq")
    back = eq.load(tmp_path / "gan.eq")
    np.testing.assert_array_equal(back.sample(50), gan.sample(50))
    np.testing.assert_array_equal(back.discriminate(images[:9]), gan.discriminate(images[:9]))


@pytest.mark.parametrize("clusters", ["[[5, -1, 3, 4]]", "[[5], [6]]", "[[5, 6, 7]]", "[[]]", str([[1] * 65_537])])
def test_a_file_with_other_clusters_is_refused(fitted, tmp_path, clusters):
    place = tmp_path / "gan.eq"
    fitted[0].save(place)
    content = place.read_bytes()
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    told = json.loads(header["__metadata__"]["equipoise"])
    told["classes"]["clusters"] = json.loads(clusters)
    header["__metadata__"]["equipoise"] = json.dumps(told)
    new = json.dumps(header).encode()
    place.write_bytes(len(new).to_bytes(8, "little") + new + content[8 + size :])
    with pytest.raises(InputError, match=r"gan\.eq is not a usable generator"):
        eq.load(place)


@pytest.mark.parametrize("clusters", [0, -3, 2.5, "many", None, 601])
def test_a_wrong_number_of_clusters_is_named(clusters):
    with pytest.raises(InputError, match="clusters="):
        ImageGAN(steps=1, clusters=clusters).fit(patterns()[0])


def test_packs_have_no_clusters():
    with pytest.raises(InputError, match="packing is for images without clusters"):
        ImageGAN(steps=1, packing=2, clusters=3).fit(patterns()[0])
    gan = ImageGAN(steps=1, packing=2, width=8).fit(patterns()[0])
    assert gan.clusters_ == ()
