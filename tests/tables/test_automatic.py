"""The choice: the best on held-out rows, never one that copies, and the reasons are kept."""

from __future__ import annotations

import numpy as np
import pytest

import equipoise as eq
from equipoise.data import Column, Table
from equipoise.errors import InputError
from equipoise.tables import TableSynthesizer, TableTrees, automatic

from .tables_for_tests import make_mixed, same

PAIR = ["TableMarginals", "TableTrees"]


@pytest.fixture(scope="module")
def fitted():
    return TableSynthesizer(PAIR).fit(make_mixed(800))


def test_dependence_decides(fitted):
    assert fitted.chosen_ == "TableTrees"
    by_name = {entry["name"]: entry for entry in fitted.candidates_}
    assert by_name["TableTrees"]["c2st"] > by_name["TableMarginals"]["c2st"] + 0.2
    assert "hardest to tell" in by_name["TableTrees"]["why"]
    assert "easier to tell" in by_name["TableMarginals"]["why"]
    assert len(fitted.sample(20, where={"group": "a"})) == 20


def test_who_stays_behind_by_one_classifier_is_not_put_to_the_others(fitted):
    behind, best = fitted.candidates_
    assert "boosting" in behind
    assert not {"trees", "perceptron"} & behind.keys()
    assert {"boosting", "trees", "perceptron"} <= best.keys()
    assert behind["c2st"] < best["c2st"] - best["error"]


def test_a_door_around_a_candidate_is_that_of_a_fit_of_its_own(monkeypatch):
    table = make_mixed(300)
    fits = []
    fit = TableTrees.fit
    monkeypatch.setattr(TableTrees, "fit", lambda self, table: fits.append(len(table)) or fit(self, table))
    together = TableSynthesizer(["TableTrees", "Refined(TableTrees)"]).fit(table).candidates_[1]
    assert len(fits) == 2  # once to be compared, once on all rows
    alone = TableSynthesizer(["Refined(TableTrees)"]).fit(table).candidates_[0]
    assert {**together, "seconds": 0, "why": ""} == {**alone, "seconds": 0, "why": ""}


def test_the_winner_learns_all_rows(fitted):
    assert same(fitted.sample(50, seed=1), TableTrees().fit(make_mixed(800)).sample(50, seed=1))


class Copying:
    """Gives back what it was fitted on."""

    def fit(self, table):
        self.table = table
        return self

    def sample(self, n, seed=0):
        return self.table.take(np.random.default_rng(seed).integers(len(self.table), size=n))


def test_what_copies_is_never_taken(monkeypatch):
    monkeypatch.setitem(automatic.CANDIDATES, "Copying", lambda seed: Copying())
    random = np.random.default_rng(0)
    table = Table(tuple(Column(f"x{j}", "number", random.normal(size=400)) for j in range(4)))
    fitted = TableSynthesizer(["Copying", "TableMarginals"]).fit(table)
    assert fitted.chosen_ == "TableMarginals"
    assert fitted.candidates_[0]["why"].startswith("copies: 100.00% exact")


def test_near_ties_go_to_what_gains_from_rows_where_there_are_more():
    entries = [
        {"name": name, "c2st": score, "error": 0.03, "within_bound": within, "near": 0.0, "exact": 0.0}
        for name, score, within in (("a", 0.5, True), ("b", 0.93, True), ("c", 0.91, True), ("d", 0.99, False))
    ]
    assert automatic._best(entries, ties=False)["name"] == "b"
    assert automatic._best(entries, ties=True)["name"] == "c"
    assert "gains most from more rows" in automatic._why(entries[2], entries[2], 0.93)
    assert "gains less" in automatic._why(entries[1], entries[2], 0.93)


def test_the_choice_comes_back_from_a_file(fitted, tmp_path):
    fitted.save(tmp_path / "m.eq")
    loaded = eq.load(tmp_path / "m.eq")
    assert same(loaded.sample(40, seed=2), fitted.sample(40, seed=2))
    assert repr(loaded) == repr(fitted)


@pytest.mark.parametrize(
    ("candidates", "rows", "words"), [(["Best"], 100, "'Best'"), ([], 100, "empty"), (None, 39, "39 rows")]
)
def test_bad_settings(candidates, rows, words):
    with pytest.raises(InputError, match=words):
        TableSynthesizer(candidates).fit(make_mixed(rows))
