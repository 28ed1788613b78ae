"""What the tests of the documentation share: where it is, and doctests of a page."""

from __future__ import annotations

import doctest
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture
def run_page() -> Callable[[Path], doctest.TestResults]:
    """Run the `>>>` examples of a Markdown file, in order and with shared names."""

    def run(path: Path) -> doctest.TestResults:
        flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
        return doctest.testfile(str(path), module_relative=False, optionflags=flags, encoding="utf-8")

    return run


@pytest.fixture(scope="module")
def formula() -> Iterator[Path]:
    """Make the modules of examples/formula importable, and only while a file's tests run."""
    folder = ROOT / "examples" / "formula"
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))
    for path in folder.glob("*.py"):
        sys.modules.pop(path.stem, None)
