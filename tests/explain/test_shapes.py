"""Attributes of planted shapes: each follows what was planted, and the others stay."""

from __future__ import annotations

import numpy as np
import pytest

from equipoise.explain import ATTRIBUTES, attributes


def stroke(height=16.0, width=3.0, shear=0.0, shade=1.0, size=28):
    """A smooth-edged stroke that leans by `shear` to the right."""
    y, x = (np.mgrid[: 4 * size, : 4 * size] + 0.5) / 4 - size / 2
    inside = (np.abs(y) < height / 2) & (np.abs(x + shear * y) < width / 2)
    return shade * inside.reshape(size, 4, size, 4).mean(axis=(1, 3))


def of(image):
    return {name: float(values[0]) for name, values in attributes(image[None]).items()}


def test_each_attribute_follows_what_was_planted():
    assert of(stroke(shear=0.3))["slant"] == pytest.approx(0.3, abs=0.02)
    assert of(stroke(shear=-0.3))["slant"] == pytest.approx(-0.3, abs=0.02)
    assert of(stroke(height=20))["height"] == pytest.approx(20, rel=0.02)
    assert of(stroke(width=6))["width"] == pytest.approx(6, rel=0.03)
    ratio = of(stroke(width=4))["stroke width"] / of(stroke(width=2))["stroke width"]
    assert ratio == pytest.approx(4 / 2 * (16 + 2) / (16 + 4), rel=0.1)  # ends have edges, too
    both = np.stack([stroke(shade=0.5), stroke(shade=1.0)])
    brightness = attributes(both)["brightness"]
    assert brightness[0] / brightness[1] == pytest.approx(0.5, rel=0.01)


def test_shear_leaves_height_and_width():
    upright, leaning = of(stroke()), of(stroke(shear=0.4))
    for name in ("height", "width"):
        assert leaning[name] == pytest.approx(upright[name], rel=0.05)


def test_dark_shapes_colours_and_empty_images():
    bright, dark = stroke(shear=0.2), 1.0 - stroke(shear=0.2)
    assert of(dark) == pytest.approx(of(bright), abs=1e-5)
    assert of(np.repeat(bright[..., None], 3, axis=2)) == pytest.approx(of(bright), abs=1e-5)
    mixed = attributes(np.stack([bright, np.zeros_like(bright)]))
    assert all(mixed[name][1] == 0.0 for name in ATTRIBUTES)
