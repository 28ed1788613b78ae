"""The page's penalty is complete: its examples run, and it holds what the contract of penalties asks."""

from __future__ import annotations


def test_the_examples_of_the_page_run(root, run_page):
    page = root / "docs" / "add-a-penalty.md"
    result = run_page(page)
    assert result.failed == 0
    assert result.attempted >= 14
    for loss in ("Squared()", "Logistic()", "Multinomial()"):
        assert f"eq.LinearModel(eq.losses.{loss}, LogSum()" in page.read_text()
