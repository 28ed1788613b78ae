"""Generated rows inside scikit-learn's and imbalanced-learn's machinery: fitted where the model is fitted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.utils.estimator_checks import check_estimator

from equipoise.augment import Augmented, Augmenter
from equipoise.errors import FindingWarning, InputError
from equipoise.tables import Refined, TableMarginals


class Seeing:
    """A synthesizer that repeats what it was fitted on, and notes it."""

    def __init__(self):
        self.seen = []

    def fit(self, table):
        self.table = table
        self.seen.append(table["x0"].values)
        return self

    def sample(self, n, where=None, seed=0):
        rows = np.arange(len(self.table))
        for name, label in (where or {}).items():
            rows = rows[self.table[name].labels()[rows] == label]
        return self.table.take(np.resize(rows, n))

    def __deepcopy__(self, memo):
        return self  # clones note into the same list


class Counting(LogisticRegression):
    fits: list = []  # noqa: RUF012

    def fit(self, X, y):
        Counting.fits.append(np.asarray(X)[:, 0].copy())
        return super().fit(X, y)


@pytest.fixture
def unequal():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 3))
    return X, np.where(X[:, 0] + 0.5 * rng.normal(size=120) > 1.2, "rare", "common")


def test_augmented_passes_the_checks_of_scikit_learn():
    results = check_estimator(Augmented(LogisticRegression()), on_skip=None, on_fail=None)
    failed = {r["check_name"]: r["exception"] for r in results if r["status"] not in ("passed", "skipped")}
    assert not failed
    assert {r["check_name"] for r in results if r["status"] == "skipped"} <= {"check_array_api_input"}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.DataConversionWarning")
def test_augmenter_passes_the_checks_of_imbalanced_learn():
    checks = pytest.importorskip("imblearn.utils.estimator_checks")
    every = list(checks._yield_all_checks(Augmenter()))
    assert len(every) >= 16
    for check in every:
        check("Augmenter", Augmenter(TableMarginals()))


class Weighing(ClassifierMixin, BaseEstimator):
    """Keeps what `fit` was given."""

    def fit(self, X, y, sample_weight=None, note="none"):
        self.classes_, self.y, self.weight, self.note = np.unique(y), y, sample_weight, note
        return self

    def predict(self, X):
        return np.repeat(self.classes_[0], len(X))


def test_generated_rows_weigh_what_those_of_their_class_do(unequal):
    X, y = unequal
    weight = np.where(y == y[0], 2.0, 3.0)
    weight[1] = 0.0
    model = (
        Augmented(Weighing(), when="minority", only_if_helps=False)
        .fit(X, y, sample_weight=weight, note="kept")
        .estimator_
    )
    assert model.note == "kept"
    real = len(y) - 1
    np.testing.assert_array_equal(model.weight[:real], np.delete(weight, 1))
    np.testing.assert_array_equal(model.weight[real:], np.where(model.y[real:] == y[0], 2.0, 3.0))
    assert len(model.weight) == len(model.y) > real


def test_metadata_is_routed(unequal):
    X, y = unequal
    weight = np.linspace(1, 2, len(y))
    with sklearn.config_context(enable_metadata_routing=True):
        asking = Augmented(Weighing().set_fit_request(sample_weight=True), when="all", only_if_helps=False)
        scores = cross_val_score(asking, X, y, params={"sample_weight": weight}, cv=2)
        assert np.isfinite(scores).all()
        fitted = asking.fit(X, y, sample_weight=weight)
        np.testing.assert_array_equal(fitted.estimator_.weight[: len(y)], weight)
        with pytest.raises(sklearn.exceptions.UnsetMetadataPassedError):
            Augmented(Weighing(), when="all").fit(X, y, sample_weight=weight)


def test_what_generated_rows_cannot_have_is_refused(unequal):
    X, y = unequal
    with pytest.raises(InputError, match="groups has a value for each row"):
        Augmented(Weighing()).fit(X, y, groups=np.arange(len(y)))
    with pytest.raises(InputError, match="0 for all rows"):
        Augmented(Weighing()).fit(X, y, sample_weight=np.zeros(len(y)))


def test_generator_and_model_see_the_training_rows_of_a_fold_only(unequal):
    X, y = unequal
    seeing = Seeing()
    Counting.fits.clear()
    cross_val_score(Augmented(Counting(), seeing, when="all", only_if_helps=False), X, y, cv=4)
    assert [len(seen) for seen in seeing.seen] == [90] * 4
    for seen, fitted in zip(seeing.seen, Counting.fits, strict=True):
        assert len(fitted) == 180
        assert set(fitted) == set(seen)


@pytest.mark.parametrize(("multiple", "added"), [(1.0, 1.0), (0.5, 0.5)])
def test_minority_fills_the_gap_between_the_classes(unequal, multiple, added):
    X, y = unequal
    gap = int(np.sum(y == "common") - np.sum(y == "rare"))
    more, labels = Augmenter(multiple=multiple).fit_resample(X, y)
    assert len(more) == len(labels) == len(X) + round(added * gap)
    assert set(labels[len(y) :]) == {"rare"}
    np.testing.assert_array_equal(more[: len(X)], X)


def test_all_adds_rows_of_every_class(unequal):
    X, y = unequal
    _, labels = Augmenter(multiple=2.0, when="all").fit_resample(X, y)
    assert len(labels) == 3 * len(y)
    assert set(labels[len(y) :]) == {"rare", "common"}


def test_frames_with_labels_texts_and_gaps_keep_their_make(unequal):
    _, y = unequal
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "number": np.where(rng.random(120) < 0.1, np.nan, rng.normal(size=120)),
            "color": pd.Categorical(rng.choice(["red", "blue"], 120)),
            "note": [f"note {i}" for i in range(120)],
        }
    )
    target = pd.Series(y, name="outcome")
    more, labels = Augmenter().fit_resample(frame, target)
    assert list(more.dtypes) == list(frame.dtypes)
    assert labels.name == "outcome"
    assert len(more) == len(labels) > 120
    pd.testing.assert_frame_equal(more.iloc[:120], frame)


def test_augmented_takes_frames_with_gaps_where_the_estimator_does(unequal):
    _, y = unequal
    frame = pd.DataFrame({"a": np.where(y == "rare", np.nan, 1.0), "b": np.arange(120.0)})
    model = Augmented(HistGradientBoostingClassifier(max_iter=5), only_if_helps=False).fit(frame, y)
    assert model.predict_proba(frame).shape == (120, 2)
    assert model.feature_names_in_.tolist() == ["a", "b"]
    assert model.n_added_ > 0


def test_only_if_helps_leaves_out_what_does_not(unequal):
    X, y = unequal
    useless = Augmented(LogisticRegression(), TableMarginals(), when="all", multiple=3.0).fit(X, y)
    assert useless.n_added_ == 0
    assert useless.gain_ < 0
    plain = clone(useless.estimator).fit(X, y)
    np.testing.assert_array_equal(useless.predict_proba(X), plain.predict_proba(X))


def test_only_if_helps_keeps_what_does():
    # an estimator under a strong penalty fits better where rows are more
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 2))
    y = (X[:, 0] > 0).astype(int)
    model = Augmented(LogisticRegression(C=0.001), Seeing(), multiple=20.0, when="all").fit(X, y)
    assert model.n_added_ == 1600
    assert model.gain_ > 0


def test_a_synthesizer_of_the_users_own_is_left_as_it_was(unequal):
    X, y = unequal
    other = pd.DataFrame({"u": np.arange(60.0), "v": list("ab") * 30})
    refined = Refined(TableMarginals(seed=5), rounds=1, seed=4).fit(other)
    before = refined.sample(5)
    Augmenter(refined, when="all", seed=9).fit_resample(X, y)
    Augmented(LogisticRegression(), refined, when="all", only_if_helps=False).fit(X, y)
    pd.testing.assert_frame_equal(refined.sample(5), before)
    assert (refined.seed, refined.synthesizer.seed) == (4, 5)


def test_seeds_reach_the_synthesizer_behind_a_door(unequal):
    X, y = unequal
    first, second = (
        Augmenter(Refined(TableMarginals(seed=k), rounds=1), when="all").fit_resample(X, y) for k in (0, 1)
    )
    np.testing.assert_array_equal(first[0], second[0])


def test_where_a_class_has_one_row_nothing_is_added_and_this_is_said(unequal):
    X, y = unequal
    y = np.where(np.arange(len(y)) == 7, "single", y)
    with pytest.warns(FindingWarning, match="'single' has one row"):
        model = Augmented(LogisticRegression()).fit(X, y)
    assert (model.n_added_, model.gain_) == (0, None)
    assert Augmented(LogisticRegression(), TableMarginals(), only_if_helps=False).fit(X, y).n_added_ > 0


def test_a_grid_search_chooses_the_recipe(unequal):
    X, y = unequal
    model = Augmented(LogisticRegression(), only_if_helps=False)
    search = GridSearchCV(model, {"multiple": [0.5, 1.0], "when": ["all", "minority"]}, cv=2)
    assert search.fit(X, y).best_estimator_.n_added_ > 0


def test_the_sampler_works_in_the_pipeline_of_imbalanced_learn(unequal):
    pipeline = pytest.importorskip("imblearn.pipeline")
    X, y = unequal
    Counting.fits.clear()
    model = pipeline.make_pipeline(Augmenter(seed=1), Counting()).fit(X, y)
    assert len(Counting.fits[0]) == 2 * np.sum(y == "common")
    assert len(model.predict(X)) == len(X)


def test_regression_draws_targets_too():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100, 2))
    model = Augmented(LinearRegression(), when="all", only_if_helps=False).fit(X, X[:, 0])
    assert model.n_added_ == 100
    assert model.score(X, X[:, 0]) > 0.8
    with pytest.raises(InputError, match="when='minority' needs classes"):
        Augmented(LinearRegression()).fit(X, X[:, 0])


def test_equal_seeds_give_equal_rows(unequal):
    X, y = unequal
    first, again, other = (Augmenter(seed=seed).fit_resample(X, y)[0] for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("setting", "message"), [({"multiple": 0}, "multiple=0"), ({"multiple": True}, "True"), ({"when": "some"}, "some")]
)
def test_settings_out_of_range_are_named(unequal, setting, message):
    for model in (Augmenter(**setting).fit_resample, Augmented(LogisticRegression(), **setting).fit):
        with pytest.raises(InputError, match=message):
            model(*unequal)


@pytest.mark.parametrize("y", [np.array([0.0, np.nan, 1.0, 1.0]), np.array(["a", None, "b", "b"], dtype=object)])
def test_a_target_with_gaps_is_told_by_its_rows(y):
    frame = pd.DataFrame({"x": np.arange(4.0)})
    for fit in (Augmenter().fit_resample, Augmented(LogisticRegression()).fit):
        with pytest.raises(InputError, match="y is missing in 1 of 4 rows, first in row 1"):
            fit(frame, y)
        with pytest.raises(InputError, match="have no rows"):
            fit(frame[:0], y[:0])
