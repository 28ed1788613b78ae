"""The page on images: its examples run, and it names every score."""

from __future__ import annotations


def test_the_examples_run(root, run_page):
    result = run_page(root / "docs" / "image-generators.md")
    assert result.attempted >= 10
    assert result.failed == 0
