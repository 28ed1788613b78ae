"""One engine, five domains: each example learns, in fewer steps than it takes by default."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "engine"


@pytest.fixture
def example(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    before = set(sys.modules)
    yield importlib.import_module
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(FOLDER) in str(sys.modules[name].__file__):
            del sys.modules[name]


# what a generator reaches that has not moved yet, and what it must reach: measured, with room
@pytest.mark.parametrize(
    ("name", "steps", "still", "reached"),
    [
        ("mixture", 800, 0.9, 0.8),
        ("table", 500, 0.8, 0.4),
        ("digits", 300, 0.8, 0.45),
        ("series", 300, 0.5, 0.3),
        ("tokens", 300, 0.4, 0.55),
    ],
)
def test_the_example_learns(example, name, steps, still, reached):
    main = example(name).main
    before, after = main(steps=1)[0], main(steps=steps)[0]
    assert np.isfinite(after)
    if name == "tokens":  # a share that rises; the others are distances
        assert before < still < reached < after
    else:
        assert after < reached < still < before
