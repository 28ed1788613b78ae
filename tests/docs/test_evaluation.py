"""The example of the page on judging tables runs, and every score has its row."""

from __future__ import annotations


def test_the_examples_run(root, run_page):
    result = run_page(root / "docs" / "evaluation.md")
    assert result.attempted >= 1
    assert result.failed == 0
