"""The judge of images on planted cases: a copier, fresh images, a dropped class, noise."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits

import equipoise as eq
from equipoise.errors import InputError
from equipoise.evaluate.images import frechet_distance, kernel_distance

DIGITS = load_digits()
ORDER = np.random.default_rng(0).permutation(len(DIGITS.images))
TRAIN, TEST, FRESH = (ORDER[begin : begin + 400] for begin in (0, 400, 800))


def judge(synthetic, **more):
    settings = {"labels": DIGITS.target[TRAIN], **more}
    return eq.evaluate_images(DIGITS.images[TRAIN], synthetic, DIGITS.images[TEST], **settings)


@pytest.fixture(scope="module")
def fresh():
    return judge(DIGITS.images[FRESH])


def test_fresh_images_pass(fresh):
    assert fresh.findings == ()
    assert 0.45 < fresh.values["nearness"] < 0.55
    assert abs(fresh.values["authentic"] - fresh.floors["authentic"]) < 0.1
    assert fresh.values["frechet"] < 2 * fresh.floors["frechet"]
    low, high = fresh.intervals["kernel"]
    assert low < fresh.values["kernel"] < high
    assert fresh.values["coverage"] > 0.9
    assert fresh.values["class_coverage"] == 1.0
    assert fresh.values["class_variation"] < 3 * fresh.floors["class_variation"]


@pytest.mark.parametrize(
    ("noise", "features"), [(0.5, "auto"), (0.0, "random convolutions"), (0.5, "random convolutions"), (0.5, "pixels")]
)
def test_a_copier_is_caught(noise, features):
    copies = np.clip(DIGITS.images[TRAIN] + noise * np.random.default_rng(0).normal(size=(400, 8, 8)), 0, 16)
    report = judge(copies, features=features, labels=DIGITS.target[TRAIN] if features == "auto" else None)
    assert report.values["nearness"] > 0.95
    assert report.values["authentic"] < 0.1
    assert any(finding.startswith("copies") for finding in report.findings)


def test_a_tenth_of_copies_is_caught():
    mixed = np.concatenate([DIGITS.images[TRAIN[:40]], DIGITS.images[FRESH[40:]]])
    report = judge(mixed, labels=None)
    assert report.values["nearness"] < 0.6
    assert report.values["close"] > 0.08
    assert "copies: 1" in report.findings[0]


def test_a_dropped_class_shows(fresh):
    kept = DIGITS.images[FRESH][DIGITS.target[FRESH] != 3]
    report = judge(kept)
    assert report.findings == ("missing classes: 3",)
    assert report.values["class_coverage"] == pytest.approx(0.9)
    assert report.shares["3"][0] > 0.05 > report.shares["3"][1]
    assert report.values["frechet"] > 1.2 * fresh.values["frechet"]


def test_noise_has_no_precision():
    report = judge(np.random.default_rng(0).random((400, 8, 8)) * 16, labels=None)
    assert report.values["precision"] < 0.1
    assert report.values["kernel"] > 10 * report.floors["kernel"]


def test_one_image_again_and_again_has_no_variety():
    report = judge(np.repeat(DIGITS.images[FRESH[:1]], 400, axis=0), features="pixels", labels=None)
    assert report.values["precision"] > 0.5
    assert report.values["recall"] < 0.05
    assert report.values["coverage"] < 0.2


def test_features_are_named_and_the_reference_has_a_hash(fresh):
    def brightness(images):
        return images.mean(axis=(1, 2))[:, None]

    named = judge(DIGITS.images[FRESH], features=brightness, labels=None)
    assert named.features == "brightness"
    assert fresh.features == "classifier trained on the real training images"
    other = eq.evaluate_images(DIGITS.images[TEST], DIGITS.images[FRESH], DIGITS.images[TRAIN], features=brightness)
    assert named.reference == fresh.reference != other.reference
    assert '"features": "brightness"' in named.to_json()
    assert "fresh real" in named.table()


def test_without_test_images_copying_is_not_judged():
    report = eq.evaluate_images(DIGITS.images[TRAIN], DIGITS.images[FRESH])
    assert "nearness" not in report.values
    assert report.floors["frechet"] is None
    assert "no test images" in report.findings[0]


def test_what_does_not_fit_is_refused():
    with pytest.raises(InputError, match="synthetic are float64 of shape"):
        judge(np.zeros((50, 7, 8)))
    with pytest.raises(InputError, match="too few"):
        judge(DIGITS.images[:5])
    with pytest.raises(InputError, match="needs labels"):
        judge(DIGITS.images[FRESH], labels=None, features="classifier")
    with pytest.raises(InputError, match="features='inception'"):
        judge(DIGITS.images[FRESH], features="inception")


def test_distances_have_their_closed_form():
    random = np.random.default_rng(0)
    a, b = random.normal(size=(500, 3)), random.normal(size=(500, 3)) * 2 + 1
    one = np.array([[1.0, 0, 0]])
    assert frechet_distance(a, a + 2 * one) == pytest.approx(4.0)
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a))
    assert frechet_distance(a, b) == pytest.approx(3 * (1 + 1), rel=0.2)  # means 1 apart, deviations 1 and 2
    assert abs(kernel_distance(a[:250], a[250:])) < 0.1 < kernel_distance(a, b)
