"""The examples of the page on nets run, and its tables name every penalty and setting that there is."""

from __future__ import annotations

import inspect

import equipoise as eq
from equipoise.neural.recipe import PENALTIES


def test_the_examples_run(root, run_page):
    result = run_page(root / "docs" / "nets.md")
    assert result.attempted >= 10
    assert result.failed == 0


def test_every_penalty_and_regulariser_is_named(root):
    text = (root / "docs" / "nets.md").read_text()
    assert all(f'| `"{name}"`' in text for name in PENALTIES)
    settings = set(inspect.signature(eq.MLPClassifier).parameters)
    named = {"dropout", "input_noise", "mixup", "label_smoothing", "sharpness", "early_stopping", "starts"}
    assert named <= settings
    assert all(f"| `{name}`" in text for name in named)
