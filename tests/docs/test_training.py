"""The page on training: its examples run, and it names what can be chosen."""

from __future__ import annotations

from equipoise.adversarial import OBJECTIVES, PENALTIES


def test_the_examples_run(root, run_page):
    result = run_page(root / "docs" / "training.md")
    assert result.attempted >= 20
    assert result.failed == 0


def test_every_objective_and_penalty_is_named(root):
    text = (root / "docs" / "training.md").read_text()
    assert [name for name in (*OBJECTIVES, *PENALTIES) if f"`{name}`" not in text] == []
