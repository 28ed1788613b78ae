"""Nearest training images of planted samples."""

from __future__ import annotations

import numpy as np
import pytest

from equipoise.errors import InputError
from equipoise.explain import nearest

RANDOM = np.random.default_rng(0)
TRAINING = RANDOM.uniform(size=(300, 4, 5, 3)).astype(np.float32)
FRESH = RANDOM.uniform(size=(300, 4, 5, 3)).astype(np.float32)


def test_copies_are_found_and_fresh_images_lie_about_as_far_as_training_images():
    places = RANDOM.permutation(300)[:280]
    found = nearest(np.clip(TRAINING[places] + np.float32(1e-3), 0, 1), TRAINING, k=2)
    np.testing.assert_array_equal(found.index[:, 0], places)
    assert found.closer.all()
    assert (found.distance[:, 0] <= found.distance[:, 1]).all()
    assert 0.2 < nearest(FRESH, TRAINING).closer.mean() < 0.8


def test_distances_are_those_of_the_features():
    def mean(images):
        return images.mean(axis=(1, 2, 3))

    found = nearest(FRESH[:5], TRAINING, k=1, features=mean)
    apart = np.abs(mean(FRESH[:5])[:, None] - mean(TRAINING))
    np.testing.assert_array_equal(found.index[:, 0], apart.argmin(axis=1))
    np.testing.assert_allclose(found.distance[:, 0], apart.min(axis=1), atol=1e-6)


def test_a_picture_has_a_row_for_each_sample():
    assert nearest(FRESH[:3], TRAINING, k=2).grid().size[0] > nearest(FRESH[:3], TRAINING, k=1).grid().size[0]


@pytest.mark.parametrize(
    ("images", "training", "options", "words"),
    [
        (FRESH[:, :3], TRAINING, {}, "shape"),
        (FRESH, TRAINING[:1], {"k": 1}, "training images"),
        (FRESH, TRAINING, {"k": 301}, "k=301"),
        (FRESH, TRAINING, {"features": lambda images: images[:1]}, "one row an image"),
    ],
)
def test_what_does_not_fit_is_said(images, training, options, words):
    with pytest.raises(InputError, match=words):
        nearest(images, training, **options)
