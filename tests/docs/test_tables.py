"""The examples of the page on synthetic tables run, and it names every synthesizer."""

from __future__ import annotations

from equipoise.tables import __all__ as public


def test_the_examples_run(root, run_page):
    result = run_page(root / "docs" / "table-synthesizers.md")
    assert result.attempted >= 10
    assert result.failed == 0


def test_every_synthesizer_is_named(root):
    text = (root / "docs" / "table-synthesizers.md").read_text()
    names = [name for name in public if name.startswith("Table") and name not in ("TableCodec",)]
    assert len(names) >= 7
    assert all(f"| `{name}`" in text for name in names)
    assert "| `Refined(synthesizer)`" in text
