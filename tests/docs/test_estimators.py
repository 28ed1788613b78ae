"""The page on estimators: its examples run (its table is held by tests/test_contract.py)."""

from __future__ import annotations


def test_the_examples_run(root, run_page):
    result = run_page(root / "docs" / "estimators.md")
    assert result.attempted >= 10
    assert result.failed == 0
