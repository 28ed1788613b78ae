"""The same bytes for any number of processes, and a trial that is recognised by what its settings hold."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from equipoise.errors import InputError
from equipoise.judge import trial as trial_of
from equipoise.judge.identity import described
from equipoise.tables import TableTrees

from .cases import table


def test_any_number_of_processes_gives_the_same_bytes(tmp_path):
    options = {"learners": ["logistic", "knn"], "arms": ["real", "jitter"], "folds": 3, "repeats": 1, "draws": 2}
    found = [trial_of(table("binary"), "y", **options, n_jobs=n, keep=tmp_path / str(n)) for n in (1, 2)]
    assert found[0].to_json() == found[1].to_json()
    assert (tmp_path / "1" / "done.jsonl").read_bytes() == (tmp_path / "2" / "done.jsonl").read_bytes()
    with pytest.raises(InputError, match="n_jobs=0"):
        trial_of(table("binary"), "y", **options, n_jobs=0)


class Mine:
    """A synthesizer of the user's own, with no __repr__."""

    def __init__(self, noise=0.1, inner=None):
        self.noise, self.inner = noise, inner

    def fit(self, rows):
        self.rows = rows
        return self

    def sample(self, n, seed=0):
        return self.rows.take(np.arange(n) % len(self.rows))


def test_a_synthesizer_of_ones_own_is_told_by_what_it_holds(tmp_path):
    options = {"learners": "logistic", "folds": 2, "repeats": 1, "inner": 0, "keep": tmp_path}
    first = trial_of(table("binary"), "y", arms=["real", {"mine": Mine()}], **options)
    again = trial_of(table("binary"), "y", arms=["real", {"mine": Mine()}], **options)  # lies elsewhere in memory
    assert first.to_json() == again.to_json()
    for other in (Mine(0.2), Mine(inner=Mine()), TableTrees()):
        with pytest.raises(InputError, match="belongs to other data or settings"):
            trial_of(table("binary"), "y", arms=["real", {"mine": other}], **options)


class Mute:
    __slots__ = ()

    def fit(self, rows):
        return Mine().fit(rows)

    sample = None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (LogisticRegression(C=1.0), LogisticRegression(C=2.0)),
        (np.arange(3), np.arange(3.0)),
        (Mine(np.random.default_rng(0)), Mine(np.random.default_rng(1))),
        (Mine(lambda x: x + 1), Mine(lambda x: x + 2)),
        (Mine(lambda x: x in {"a", b"b", ...}), Mine(lambda x: x in {"a", b"c", ...})),
        (Mine(lambda x: [y for y in x if y > 1]), Mine(lambda x: [y for y in x if y > 2])),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),  # arms compete in their order
        ({1, 2}, {1, 3}),
        (Mine, Mute),
        (np.float64(1), np.float64(2)),
    ],
)
def test_what_differs_is_told_apart(one, other):
    assert described(one) == described(one)
    assert described(one) != described(other)


def test_the_same_in_another_process():
    code = (
        "from equipoise.judge.identity import described; from sklearn.ensemble import RandomForestClassifier as R; "
        "print(described([R(3), {'a', 'b', 'c'}, len, R]))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    here = [RandomForestClassifier(3), {"a", "b", "c"}, len, RandomForestClassifier]
    assert found.strip() == str(described(here))


def test_what_says_nothing_about_itself_is_named():
    with pytest.raises(InputError, match="Mute cannot be recognised in another process"):
        described([Mute()])
    circle = Mine()
    circle.inner = circle
    with pytest.raises(InputError, match="nested too deeply"):
        described(circle)
