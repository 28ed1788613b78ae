"""A budget of a few seconds: the studies of these tests ask whether the parts fit, not how good they are."""

import pytest

from equipoise.judge.budget import BUDGETS, Budget


@pytest.fixture(scope="session", autouse=True)
def tiny_budget():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(BUDGETS, "quick", Budget(5, ((1_000, 2),), 2, 12, 8, 60))
        yield
