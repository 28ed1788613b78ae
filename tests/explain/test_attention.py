"""What a planted discriminator looks at is found, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from equipoise.errors import InputError
from equipoise.explain import attention

IMAGES = np.random.default_rng(0).integers(0, 255, (6, 12, 9, 3), np.uint8)


class Window:
    """Counts brightness in a window, against a second one."""

    def discriminate(self, images, y=None):
        rows = images.astype(float).mean(axis=3)
        return rows[:, 2:4, 2:4].mean(axis=(1, 2)) - rows[:, 9:11, 6:8].mean(axis=(1, 2))


def test_only_what_is_looked_at_shows():
    found = attention(Window(), IMAGES, patch=2)
    elsewhere = found.maps.copy()
    elsewhere[:, 1:5, 1:5] = elsewhere[:, 8:12, 5:9] = 0.0
    assert not elsewhere.any()
    np.testing.assert_allclose(found.outputs, Window().discriminate(IMAGES))


def test_the_sign_is_that_of_what_is_shown():
    bright = IMAGES.copy()
    bright[:3] = 255
    bright[3:] = 0  # covered with the middle of both
    maps = attention(Window(), bright, patch=2).maps
    assert (maps[:3, 2:4, 2:4] > 0).all()
    assert (maps[3:, 2:4, 2:4] < 0).all()
    assert (maps[:3, 9:11, 6:8] < 0).all()


def test_the_picture_has_a_pair_an_image():
    assert attention(Window(), IMAGES).picture(pairs=3).size == (6 * (9 * 5 + 3) - 3, 2 * (12 * 5 + 3) - 3)


@pytest.mark.parametrize("patch", [0, 10, 2.5])
def test_a_patch_that_is_no_part_is_refused(patch):
    with pytest.raises(InputError, match="patch="):
        attention(Window(), IMAGES, patch=patch)
    with pytest.raises(InputError, match="at least two"):
        attention(Window(), IMAGES[:1])
