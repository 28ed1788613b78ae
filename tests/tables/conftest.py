"""The table that all tests of this room share."""

from __future__ import annotations

import pytest

from .tables_for_tests import make_mixed


@pytest.fixture(scope="session")
def mixed():
    return make_mixed()
