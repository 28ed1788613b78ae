"""A sentinel: every row carries its number as a feature, and no fit may see one that it is scored on."""

import importlib

import numpy as np
import pytest

from equipoise import tables
from equipoise.data import DesignEncoder, TreeEncoder
from equipoise.judge import crossvalidation, study
from equipoise.judge.fitting import Fitter
from equipoise.linear import LogisticRegression

from .cases import table


class Sentinel:
    """Remembers which rows every fit sees, and in which fold."""

    def __init__(self, monkeypatch):
        self.fold = None
        self.seen = []
        self.tested = []
        for kind in (DesignEncoder, TreeEncoder, tables.TableMarginals):
            self.watch(monkeypatch, kind, lambda data: data["mark"].values)
        self.watch(monkeypatch, LogisticRegression, lambda X: X[:, self.place])
        self.follow(monkeypatch)

    def watch(self, monkeypatch, kind, marks):
        original = kind.fit

        def fit(instance, X, *rest, **more):
            found = original(instance, X, *rest, **more)
            if kind is DesignEncoder:
                self.place = found.feature_names_out_.index("mark")
            self.seen.append((self.fold, kind.__name__, set(np.floor(marks(X)).astype(int))))
            return found

        monkeypatch.setattr(kind, "fit", fit)

    def follow(self, monkeypatch):
        original = crossvalidation._score_fold

        def score_fold(sample, fold, *rest):
            marks = np.floor(sample.table["mark"].values).astype(int)
            self.fold = set(marks[fold.test])
            found = original(sample, fold, *rest)
            self.fold = None
            return found

        monkeypatch.setattr(crossvalidation, "_score_fold", score_fold)


@pytest.fixture
def sentinel(monkeypatch):
    # generated rows hold invented marks, so that only real rows are watched in the learners
    monkeypatch.setattr(Fitter, "generated", lambda *_: {})
    module = importlib.import_module("equipoise.judge.study")
    monkeypatch.setattr(module, "questions", lambda *_: ())
    monkeypatch.setattr(module, "best_arm", lambda *_: "constant")
    return Sentinel(monkeypatch)


@pytest.mark.parametrize("options", [{}, {"groups": "who"}, {"time": "when"}])
def test_no_fit_sees_a_row_that_it_is_scored_on(sentinel, options):
    data = table("binary", mark=True, belong=True).drop([c for c in ("who", "when") if c not in options.values()])
    found = study(data, "y", budget="quick", n_jobs=1, synthesizers=["TableMarginals"], **options)
    rows = set(range(len(data)))
    known = [marks for fold, _, marks in sentinel.seen if fold is None]
    aside = rows - set.union(*known)
    assert len(aside) == found.record["data"]["split"]["test"]
    inside = [(fold, name, marks) for fold, name, marks in sentinel.seen if fold is not None]
    assert {name for _, name, _ in inside} == {"DesignEncoder", "TreeEncoder", "TableMarginals", "LogisticRegression"}
    for fold, name, marks in inside:
        assert not marks & fold, f"{name} saw rows of the fold it is scored on"
        assert not marks & aside, f"{name} saw rows of the test part"
