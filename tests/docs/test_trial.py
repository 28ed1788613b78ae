"""The examples of the page on trials run, and its table names every arm."""

from __future__ import annotations

import re

from equipoise.judge.trial_arms import ARMS


def test_the_examples_run(root, run_page):
    result = run_page(root / "docs" / "trial.md")
    assert result.attempted >= 3
    assert result.failed == 0


def test_every_arm_has_its_row(root):
    rows = re.findall(r"^\| (`[^|]*)\|", (root / "docs" / "trial.md").read_text(), re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == set(ARMS)
