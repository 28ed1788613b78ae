"""The trial: no leak, a placebo that does nothing, real rows that help, and a run that goes on where it was cut off."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from equipoise.augment import Augmenter
from equipoise.data import Column, DesignEncoder, Table, TreeEncoder
from equipoise.errors import InputError
from equipoise.judge import trial as trial_of
from equipoise.judge import trial_arms, trial_cells
from equipoise.judge.trial_arms import ARMS
from equipoise.judge.trial_learners import LEARNERS
from equipoise.tables import TableMarginals

from .cases import table

try:
    import imblearn  # noqa: F401

    NAMED = list(ARMS)
except ImportError:
    NAMED = [name for name in ARMS if name != "smote"]


class Watch:
    """Identities that every fit saw, arm by arm."""

    def __init__(self):
        self.cell, self.seen = None, []

    def note(self, who, marks):
        self.seen.append((self.cell, who, set(np.asarray(marks).tolist())))


class Learner(ClassifierMixin, BaseEstimator):
    """The shares of the classes; notes the identities, which are the last column, and cannot be scaled away."""

    def __init__(self, watch=None):
        self.watch = watch

    def fit(self, X, y, sample_weight=None):
        self.watch.note("learner", X[:, -1])
        self.classes_ = np.unique(y)
        self.share_ = np.array([np.mean(y == label) for label in self.classes_])
        return self

    def predict_proba(self, X):
        return np.tile(self.share_, (len(X), 1))

    def predict(self, X):
        return np.repeat(self.classes_[0], len(X))

    def __sklearn_clone__(self):
        return Learner(self.watch)


class Generator:
    def __init__(self, watch):
        self.watch, self.seed = watch, 0

    def fit(self, rows):
        self.watch.note("synthesizer", rows["mark"].values)
        self.rows = rows
        return self

    def sample(self, n, where=None, seed=0):
        return self.rows.take(np.random.default_rng(seed).integers(len(self.rows), size=n))


def marked(n=60, seed=0):
    """Rows with an identity that no arithmetic makes again."""
    rng = np.random.default_rng(seed)
    marks = rng.random(n)
    y = Column("y", "category", (np.arange(n) % 3 == 0).astype(np.int32), ("no", "yes"))
    return Table((Column("x", "number", rng.normal(size=n)), y, Column("mark", "number", marks))), marks


def test_no_fit_sees_a_row_of_its_test_fold(monkeypatch):
    rows, marks = marked()
    watch = Watch()
    for encoder in (DesignEncoder, TreeEncoder):
        plain = encoder.fit

        def fit(self, X, *args, plain=plain, **options):
            watch.note("encoder", X["mark"].values)
            return plain(self, X, *args, **options)

        monkeypatch.setattr(encoder, "fit", fit)
    tests = {}
    plain_scored = trial_cells._scored

    def scored(learner, trainings, parts, tune, real, test):
        tests[watch.cell] = set(test.table["mark"].values.tolist())
        for training in trainings:
            watch.note("arm", training.sample.table["mark"].values)
        return plain_scored(learner, trainings, parts, tune, real, test)

    monkeypatch.setattr(trial_cells, "_scored", scored)

    before = trial_cells.divided

    def divided(train, size, seed):
        found = before(train, size, seed)
        watch.cell = frozenset(train.table["mark"].values.tolist())
        return found

    monkeypatch.setattr(trial_cells, "divided", divided)
    learners = [{"mine": Learner(watch)}, "logistic", "knn"]
    arms = [*NAMED, {"own": Generator(watch), "minority": Augmenter(Generator(watch))}]
    found = trial_of(rows, "y", learners=learners, arms=arms, folds=3, repeats=1, inner=2)
    everything = set(marks.tolist())
    folds = {cell for cell, _, _ in watch.seen}
    assert len(folds) == 3
    assert {who for _, who, _ in watch.seen} == {"learner", "synthesizer", "encoder", "arm"}
    for cell, who, seen in watch.seen:
        held_out = everything - cell
        assert len(held_out) == 20
        assert tests[cell] == held_out
        assert not seen & held_out, f"a fit of the {who} saw {len(seen & held_out)} rows of its test fold"
        assert who == "learner" or seen & cell
    assert len(found.rows) > 0


def test_copies_change_nothing_where_they_cannot():
    found = trial_of(table("binary"), "y", learners="logistic", arms=["real", "duplicates"])
    assert found.verdict == "no evidence"
    assert abs(found.effect) < 1e-6
    assert found.interval[0] <= 0 <= found.interval[1]


class TrueLaw:
    """A perfect generator: it draws from the law that the real rows came from."""

    seed = 0

    def fit(self, rows):
        return self

    def sample(self, n, where=None, seed=0):
        return planted(n, seed)


def planted(n, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 5))
    y = x @ np.array([3.0, -2.0, 2.0, 1.0, 0.0]) + rng.logistic(size=n) > 0
    columns = [Column(f"x{j}", "number", x[:, j]) for j in range(5)]
    return Table((*columns, Column("y", "category", y.astype(np.int32), ("no", "yes"))))


def test_more_rows_of_the_true_law_help():
    arms = ["real", "duplicates", {"perfect": Augmenter(TrueLaw(), multiple=10.0, when="all")}]
    forest = {"forest": RandomForestClassifier(20, min_samples_leaf=2, random_state=0)}
    found = trial_of(planted(300, 1), "y", learners=forest, arms=arms, rows=30)
    assert {(row.candidate, row.verdict) for row in found.rows} == {
        ("perfect", "helps"),
        ("duplicates", "no evidence"),
    }
    assert found.verdict == "helps"
    assert found.interval[0] > 0
    assert "perfect with forest" in found.reason
    assert found.train_rows == 30


def test_held_back_rows_are_worth_more_than_copies():
    found = trial_of(
        planted(400, 1), "y", learners="knn", arms=["duplicates", "oracle"], baseline="duplicates", rows=30
    )
    assert found.effect > 0


def test_noise_hurts():
    found = trial_of(planted(300, 0), "y", learners="logistic", arms=["real", "marginals"], repeats=3)
    assert found.verdict == "hurts"
    assert found.interval[1] < 0


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_every_learner(task):
    found = trial_of(
        table(task, n=60), "y", learners=list(LEARNERS), arms=["real", "class_weight", "jitter"], folds=2, repeats=1
    )
    assert {each.learner for each in found.arms} == set(LEARNERS)
    skipped = ("knn cannot weigh rows, and is left out of class_weight",)
    assert found.skipped == (() if task == "regression" else skipped)


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_every_arm(task):
    found = trial_of(table(task, n=60), "y", learners="logistic", arms=NAMED, folds=2, repeats=1)
    assert max(map(len, found.table().splitlines())) <= 80
    assert json.loads(found.to_json())["verdict"] == found.verdict
    drawn = [line for line in found.plot().lines if line.get_label() == "effect"]
    assert len(drawn) == len(found.rows)
    for_classes = {"class_weight", "threshold", "oversample", "smote"} if task == "regression" else set()
    assert {each.arm for each in found.arms} == set(NAMED) - for_classes


def test_a_synthesizer_of_ones_own_and_an_estimator_of_ones_own():
    arms = ["real", {"floor": TableMarginals(), "balanced": Augmenter(multiple=1.0)}]
    found = trial_of(table("binary"), "y", learners=[{"plain": LogisticRegression()}], arms=arms, repeats=1)
    assert [(each.learner, each.arm) for each in found.arms] == [
        ("plain", "real"), ("plain", "floor"), ("plain", "balanced")
    ]  # fmt: skip


def test_another_baseline_is_compared_with():
    found = trial_of(
        table("binary"), "y", learners="logistic", arms=["real", "jitter"], baseline="jitter", folds=2, repeats=1
    )
    assert [(row.candidate, row.baseline) for row in found.rows] == [("real", "jitter")]


class Cut(Exception):
    pass


def test_a_run_that_was_cut_off_ends_with_the_same_bytes(tmp_path):
    options = {"learners": "logistic", "arms": ["real", "jitter", "synthetic"], "folds": 3, "repeats": 1, "inner": 2}
    whole = trial_of(table("binary"), "y", **options).to_json()
    for stop in (1, 4, 8):
        folder = tmp_path / str(stop)

        def cut(part, done, total, stop=stop):
            if done == stop:
                raise Cut

        with pytest.raises(Cut):
            trial_of(table("binary"), "y", **options, keep=folder, progress=cut)
        done = folder / "done.jsonl"
        assert len(done.read_text().splitlines()) == 1 + stop
        with open(done, "ab") as handle:  # as a crash in the middle of a line leaves it
            handle.write(b'{"key":"real/0/')
        assert trial_of(table("binary"), "y", **options, keep=folder).to_json() == whole
        assert len([json.loads(line) for line in done.read_text().splitlines()]) == 10


def test_what_is_kept_is_not_mixed_with_another_trial(tmp_path):
    options = {"learners": "logistic", "arms": ["real", "jitter"], "folds": 2, "repeats": 1, "keep": tmp_path}
    trial_of(table("binary"), "y", **options)
    for other in ({"seed": 1}, {"draws": 2}, {"arms": ["real", "mixup"]}):
        with pytest.raises(InputError, match="belongs to other data or settings"):
            trial_of(table("binary"), "y", **options | other)
    with pytest.raises(InputError, match="belongs to other data or settings"):
        trial_of(table("binary", seed=5), "y", **options)
    (tmp_path / "done.jsonl").write_text("[1]\n")
    with pytest.raises(InputError, match="is not a trial's"):
        trial_of(table("binary"), "y", **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"arms": ["real", "nothing"]}, "arm 'nothing' is not known"),
        ({"arms": ["real"]}, "nothing to compare"),
        ({"arms": ["real", {"real": TableMarginals()}]}, "'real' is given twice"),
        ({"arms": ["real", {"odd": 3}]}, "arm 'odd' is a int"),
        ({"arms": 5}, "arms=5 is neither a name"),
        (
            {"arms": ["real", "class_weight"], "learners": "knn"},
            "nothing to compare with 'real', for knn cannot weigh rows",
        ),
        ({"arms": ["real", "threshold"]}, "for 'threshold' changes no probability"),
        ({"baseline": "best"}, "baseline 'best'"),
        ({"learners": "svm"}, "learner 'svm' is not known"),
        ({"learners": []}, "learners is empty"),
        ({"learners": ["knn", "knn"]}, "'knn' is given twice"),
        ({"learners": [{"odd": 3}]}, "'odd' is a int"),
        ({"folds": 1}, "folds=1"),
        ({"folds": 50}, "50 folds of 90 rows"),
        ({"folds": 44}, "class 'yes' has"),
        ({"repeats": 0}, "repeats=0"),
        ({"draws": 1.5}, "draws=1.5"),
        ({"rows": 2}, "rows=2"),
        ({"inner": -1}, "inner=-1"),
        ({"thresholds": 0.3}, "thresholds=0.3"),
        ({"arms": ["real", "threshold", "jitter"], "thresholds": False}, "'threshold' chooses thresholds"),
        ({"arms": ["real", "threshold", "jitter"], "inner": 0}, "'threshold' chooses thresholds"),
        ({"groups": "nobody"}, "'nobody'"),
        ({"groups": "y"}, "both the target and the groups"),
        ({"groups": "x0", "time": "x1"}, "groups and time are both given"),
        ({"rows": 80}, "rows=80 is more than a training part has"),
    ],
)
def test_wrong_use_is_named(options, message):
    with pytest.raises(InputError, match=message):
        trial_of(table("binary"), "y", **options)


def test_long_names_of_arms_stay_apart_in_the_table():
    arms = {"mixture:minority:0.5": TableMarginals(), "mixture:minority:1.5": TableMarginals(seed=1)}
    lines = str(
        trial_of(table("binary"), "y", learners="logistic", arms=["real", arms], repeats=1, inner=0)
    ).splitlines()
    assert any("mixture:m…ty:0.5" in line for line in lines)
    assert any("mixture:m…ty:1.5" in line for line in lines)
    assert max(map(len, lines)) <= 80


def test_a_class_with_one_row_and_a_column_without_values():
    rows, _ = marked(30)
    codes = np.zeros(30, np.int32)
    codes[0] = 1
    with pytest.raises(InputError, match="class 'yes' has 1 rows"):
        trial_of(rows.replace(Column("y", "category", codes, ("no", "yes"))), "y")
    empty = rows.replace(Column("x", "number", np.full(30, np.nan)))
    found = trial_of(empty, "y", learners="logistic", arms=[n for n in NAMED if n != "synthetic"], folds=2, repeats=1)
    assert found.verdict in ("no evidence", "hurts", "helps")


class OneClass:
    """Forgets the smaller class."""

    def fit(self, rows):
        self.rows = rows.take(np.flatnonzero(rows["y"].values == 0))
        return self

    def sample(self, n, seed=0):
        return self.rows.take(np.arange(n) % len(self.rows))


def test_a_generator_that_forgets_a_class_is_no_crash(monkeypatch):
    monkeypatch.setattr(trial_arms, "default_synthesizer", OneClass)
    arms = ["real", "synthetic_only"]
    found = trial_of(table("binary", n=60), "y", learners=list(LEARNERS), arms=arms, folds=2, repeats=1)
    losses = {each.learner: each.scores["log_loss"] for each in found.arms if each.arm == "synthetic_only"}
    assert len(set(losses.values())) == 1  # all foretell the class that is left
    assert found.verdict == "hurts" or min(losses.values()) > 1
