"""The estimators: choosing alpha, frames, weights, copies in memory, and bad input."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from tests.neural.data_for_tests import problem

import equipoise as eq
from equipoise.errors import FindingWarning, InputError, TrainingError
from equipoise.neural import MLPClassifier, MLPRegressor

SMALL = {"hidden_layer_sizes": (8,), "batch_size": 64, "max_iter": 20, "learning_rate_init": 0.01, "n_jobs": 1}
GRID = eq.CrossValidation(cv=3, alphas=[1.0, 0.1, 0.01, 1e-4])


def test_noise_chooses_the_largest_alpha_and_signal_does_not():
    coin = np.random.default_rng(1).integers(0, 2, 120)
    X, y = problem("binary")
    grid = eq.CrossValidation(cv=3, alphas=[1.0, 0.03, 1e-4])
    assert MLPClassifier(grid, **SMALL).fit(X, coin).alpha_ == 1.0
    assert MLPClassifier(grid, **SMALL).fit(X, y).alpha_ < 1.0


def test_the_one_standard_error_rule_takes_a_larger_alpha():
    X, y = problem("binary")
    best = MLPClassifier(GRID, **SMALL).fit(X, y).selection_
    strict = MLPClassifier(eq.CrossValidation(cv=3, alphas=GRID.alphas, rule="1se"), **SMALL).fit(X, y).selection_
    np.testing.assert_array_equal(best.scores, strict.scores)
    assert strict.alpha == strict.alphas[best.one_se]
    assert strict.alpha > best.alpha


def test_the_chosen_alpha_is_the_one_of_the_nets():
    X, y = problem("regression")
    chosen = MLPRegressor(GRID, **SMALL).fit(X, y)
    given = MLPRegressor(chosen.alpha_, **SMALL).fit(X, y)
    np.testing.assert_array_equal(chosen.predict(X), given.predict(X))
    assert chosen.selection_.score_name == "mean squared error"
    assert chosen.loss_curve_.shape == (20,)
    assert chosen.loss_curve_[-1] < 0.5 * chosen.loss_curve_[0]


def test_scores_are_those_of_a_fit_on_each_fold_alone():
    X, y = problem("multiclass")
    half = np.arange(len(y)) % 2 == 0
    splits = [(np.flatnonzero(half), np.flatnonzero(~half)), (np.flatnonzero(~half), np.flatnonzero(half))]
    selection = MLPClassifier(eq.CrossValidation(splits, alphas=[0.1, 0.01]), **SMALL).fit(X, y).selection_
    p = MLPClassifier(0.01, **SMALL).fit(X[half], y[half]).predict_proba(X[~half])
    np.testing.assert_allclose(selection.scores[0, 1], -np.log(p[np.arange(60), y[~half]]).mean(), rtol=1e-3)
    assert selection.predictions.shape == (120, 3)


def test_rates_and_dropout_are_chosen_with_alpha():
    X, y = problem("binary")
    settings = SMALL | {"learning_rate_init": [1e-5, 0.01], "dropout": [0.0, 0.3]}
    model = MLPClassifier(GRID, **settings).fit(X, y)
    assert model.learning_rate_ == 0.01  # 20 epochs at 1e-5 move nothing
    assert len(model.selection_.tried) == 4
    assert {(one.learning_rate, one.dropout) for one in model.selection_.tried} == {
        (rate, share) for rate in (1e-5, 0.01) for share in (0.0, 0.3)
    }
    assert "of 4 on the same folds" in model.selection_.why


def test_hold_out_groups_and_scorers():
    X, y = problem("binary")
    assert MLPClassifier(eq.HoldOut(0.3, alphas=[0.1, 0.01]), **SMALL).fit(X, y).selection_.scores.shape == (1, 2)
    groups = np.arange(120) // 6
    by = eq.CrossValidation(GroupKFold(3), alphas=[0.1, 0.01], scoring="roc_auc")
    model = MLPClassifier(by, **SMALL).fit(X, y, groups=groups)
    assert model.selection_.score_name == "minus roc_auc"
    assert -1.0 <= model.selection_.mean.min() < -0.6


def test_several_starts_are_averaged():
    X, y = problem("binary")
    model = MLPClassifier(GRID, starts=3, **SMALL).fit(X, y)
    single = [MLPClassifier(model.alpha_, **SMALL).fit(X, y).predict_proba(X)]
    each = np.array([1.0 / (1.0 + np.exp(-net(X)[:, 0])) for net in model.networks_])
    np.testing.assert_allclose(model.predict_proba(X)[:, 1], each.mean(axis=0))
    np.testing.assert_allclose(each[0], single[0][:, 1], rtol=1e-3)
    assert np.abs(each[0] - each[1]).max() > 1e-3


def test_rows_of_weight_zero_are_left_out_and_a_weight_of_two_is_two_rows():
    X, y = problem("regression")
    settings = SMALL | {"batch_size": 256}
    some = np.arange(120) < 80
    left_out = MLPRegressor(0.01, **settings).fit(X, y, sample_weight=some.astype(float))
    gone = MLPRegressor(0.01, **settings).fit(X[some], y[some])
    np.testing.assert_allclose(left_out.predict(X), gone.predict(X), rtol=1e-4)
    twice = np.concatenate([np.arange(120), np.flatnonzero(some)])
    weighted = MLPRegressor(0.01, **settings).fit(X, y, sample_weight=1.0 + some)
    copied = MLPRegressor(0.01, **settings).fit(X[twice], y[twice])
    np.testing.assert_allclose(weighted.predict(X), copied.predict(X), rtol=1e-4)
    assert np.abs(weighted.predict(X) - MLPRegressor(0.01, **settings).fit(X, y).predict(X)).max() > 1e-3


def test_columns_and_target_of_any_unit_give_the_same_net():
    X, y = problem("regression")
    plain = MLPRegressor(0.01, **SMALL).fit(X, y)
    moved = MLPRegressor(0.01, **SMALL).fit(1e-3 * X + 1e4, 1e6 + 1e3 * y)
    np.testing.assert_allclose((moved.predict(1e-3 * X + 1e4) - 1e6) / 1e3, plain.predict(X), rtol=1e-3)


def test_a_constant_column_has_no_say():
    X, y = problem("binary")
    X[:, 2] = 3.0
    model = MLPClassifier(0.01, **SMALL).fit(X, y)
    assert model.used_.tolist() == [True, True, False, True, True]
    other = X.copy()
    other[:, 2] = -50.0
    np.testing.assert_allclose(model.predict_proba(other), model.predict_proba(X))


def test_frames_with_categories_and_gaps():
    random = np.random.default_rng(0)
    jobs, age = random.choice(["clerk", "nurse", "smith"], 120), random.integers(18, 80, 120).astype(float)
    y = np.where((jobs == "nurse") | (age > 70), "yes", "no")
    frame = pd.DataFrame({"job": jobs, "age": np.where(random.random(120) < 0.1, np.nan, age)})
    model = MLPClassifier(1e-3, **SMALL | {"max_iter": 60}).fit(frame, y)
    assert model.coef_names_.tolist() == ["job=clerk", "job=nurse", "job=smith", "age", "age=missing"]
    assert model.coefs_[0].shape == (5, 8)
    assert model.predict(pd.DataFrame({"job": ["nurse", "pilot"], "age": [30.0, None]}))[0] == "yes"
    plain = MLPClassifier(1e-3, **SMALL).fit(frame[["age"]].fillna(50.0), y)
    assert plain.predict(pd.DataFrame({"age": [np.nan]})).shape == (1,)


def test_it_can_be_copied_in_memory_and_cloned():
    X, y = problem("multiclass")
    model = MLPClassifier(GRID, **SMALL).fit(X, y)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    assert again.selection_.alpha == model.selection_.alpha
    assert clone(model).get_params()["hidden_layer_sizes"] == (8,)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"alpha": -1.0}, "alpha=-1.0 is not a number >= 0"),
        ({"alpha": "best"}, "alpha='best' is neither a number"),
        ({"alpha": eq.LeaveOneOut()}, "no other strategy works for nets"),
        ({"alpha": eq.CrossValidation(relax=[0.5])}, "is for linear models"),
        ({"alpha": eq.CrossValidation(alphas=[])}, "are not numbers >= 0"),
        ({"alpha": eq.CrossValidation(alphas=0)}, "at least one point"),
        ({"alpha": eq.CrossValidation(scoring="nonsense")}, "'nonsense' is not known to scikit-learn"),
        ({"alpha": eq.CrossValidation(cv=200)}, "200 folds need at least 200 rows"),
        ({"alpha": eq.HoldOut(1.5)}, "share 1.5 is not between 0 and 1"),
        ({"alpha": 1.0, "dropout": [0.0, 0.1]}, "nothing is chosen"),
        ({"hidden_layer_sizes": (8, 0)}, "hidden_layer_sizes"),
        ({"activation": "sine"}, "activation='sine' is not known; choose among identity, logistic, relu, tanh"),
        ({"penalty": "l0"}, "penalty='l0' is not known; choose among l2"),
        ({"solver": "newton"}, "there is no optimiser 'newton'"),
        ({"solver": "adamw", "penalty": "l2"}, "penalty='decoupled'"),
        ({"solver": "lion", "penalty": "l1"}, "needs solver 'adam' or 'sgd', not 'lion'"),
        ({"solver": "schedule_free", "penalty": "l1"}, "needs solver 'adam' or 'sgd', not 'schedule_free'"),
        ({"cautious": True}, "cautious=True is a way of decoupled decay, and penalty='l2'"),
        ({"learning_rate": "adaptive"}, "choose among constant, cosine"),
        ({"learning_rate_init": 0.0}, "learning_rate_init=0.0 is not a number > 0"),
        ({"batch_size": 0}, "batch_size=0 is not a whole number >= 1"),
        ({"max_iter": 1.5}, "max_iter=1.5 is not a whole number"),
        ({"halving": 1}, "halving=1 is not a whole number >= 2"),
        ({"dropout": 1.0}, "dropout=1.0 is not a number >= 0 and < 1"),
        ({"label_smoothing": 1.0}, "label_smoothing=1.0"),
        ({"n_jobs": 0}, "n_jobs=0"),
        ({"early_stopping": True, "validation_fraction": 0.0}, "validation_fraction=0.0"),
        ({"early_stopping": True, "validation_fraction": 0.999}, "lower validation_fraction"),
        ({"random_state": -1}, "out of range"),
    ],
)  # fmt: skip
def test_bad_settings_are_named(settings, message):
    X, y = problem("binary")
    with pytest.raises(InputError, match=message.replace("(", r"\(")):
        MLPClassifier(**SMALL | {"alpha": 0.1} | settings).fit(X, y)


def test_bad_data_is_named():
    X, y = problem("binary")
    with pytest.raises(InputError, match="sample_weight is zero in every row"):
        MLPClassifier(0.1, **SMALL).fit(X, y, sample_weight=np.zeros(120))
    with pytest.raises(InputError, match="are of one class only"):
        MLPClassifier(0.1, **SMALL).fit(X, y, sample_weight=(y == 0).astype(float))
    with pytest.raises(InputError, match="the target has one class only"):
        MLPClassifier(0.1, **SMALL).fit(X, np.zeros(120))
    with pytest.raises(InputError, match="class 'True' has one row"):
        MLPClassifier(GRID, **SMALL).fit(X, np.arange(120) == 0)
    with pytest.raises(InputError, match="missing in 1 of 120 rows, first in row 4"):
        MLPRegressor(0.1, **SMALL).fit(X, np.where(np.arange(120) == 4, np.nan, X[:, 0]))
    with pytest.raises(InputError, match=r"sample_weight holds -1\.0 in row 0"):
        MLPClassifier(0.1, **SMALL).fit(X, y, sample_weight=-np.ones(120))
    with pytest.raises(InputError, match="Input X contains NaN"):
        MLPClassifier(0.1, **SMALL).fit(np.where(X > 9.0, np.nan, X), y)
    frame = pd.DataFrame({"a": X[:, 0], "empty": np.full(120, np.nan)})
    with pytest.warns(FindingWarning, match="column 'empty' is missing in every row and left out"):
        assert MLPClassifier(0.1, **SMALL).fit(frame, y).coef_names_.tolist() == ["a"]
    with pytest.raises(InputError, match="none of the 1 columns varies"):
        MLPClassifier(0.1, **SMALL).fit(frame[["empty"]], y)


def test_what_grows_beyond_all_numbers_is_told():
    X, y = problem("regression")
    with pytest.raises(TrainingError, match="lower learning_rate_init"):
        MLPRegressor(0.0, **SMALL | {"solver": "sgd", "learning_rate_init": 1e6}).fit(X, y)


def test_nested_scores_are_those_of_nets_that_have_not_seen_the_rows():
    X, y = problem("binary")
    frame = pd.DataFrame(X).rename(columns=str).assign(kind=np.where(np.arange(120) % 3 == 0, "a", "b"))
    weight = np.where(np.arange(120) % 5 == 0, 0.0, 1.0 + np.arange(120) % 2)
    outer = [(np.flatnonzero(np.arange(120) % 4 != k), np.flatnonzero(np.arange(120) % 4 == k)) for k in range(4)]
    found = eq.nested_score(MLPClassifier(GRID, **SMALL), frame, y, cv=outer, sample_weight=weight)
    for k, (train, test) in enumerate(outer):
        alone = MLPClassifier(GRID, **SMALL).fit(frame.iloc[train], y[train], sample_weight=weight[train])
        assert found.alphas[k] == alone.alpha_
        p = alone.predict_proba(frame.iloc[test])[np.arange(30), y[test]]
        np.testing.assert_allclose(found.scores[k], np.average(-np.log(p), weights=weight[test]))
        logit = np.log(alone.predict_proba(frame.iloc[test])[:, 1] / alone.predict_proba(frame.iloc[test])[:, 0])
        np.testing.assert_allclose(found.predictions[test], logit, rtol=1e-6, atol=1e-8)
    shares = [weight[test].sum() for _, test in outer]
    np.testing.assert_allclose(found.mean, np.average(found.scores, weights=shares))
    assert found.score_name == "log loss"
    assert found.features.tolist() == [np.count_nonzero(model.used_) for model in found.models]


def test_nested_scores_take_scorers_and_more_classes_and_numbers():
    X, y = problem("multiclass")
    found = eq.nested_score(MLPClassifier(0.01, **SMALL), X, y, cv=3, scoring="accuracy")
    assert found.score_name == "minus accuracy"
    assert found.mean < -0.5
    assert found.predictions.shape == (120, 3)
    X, y = problem("regression")
    found = eq.nested_score(MLPRegressor(0.01, **SMALL), X, y, cv=3)
    np.testing.assert_allclose(found.mean, np.mean((found.predictions - y) ** 2), rtol=1e-6)


def test_what_nested_scores_of_nets_cannot_be_is_named():
    X, y = problem("binary")
    with pytest.raises(InputError, match="MLPClassifier takes no offset"):
        eq.nested_score(MLPClassifier(0.1, **SMALL), X, y, offset=np.zeros(120))
    with pytest.raises(InputError, match="a linear estimator or a net of equipoise, not LogisticRegression"):
        eq.nested_score(LogisticRegression(), X, y)
    single = np.where(np.arange(120) == 0, 2, y)
    with pytest.raises(InputError, match="fold 0 lack a class"):
        eq.nested_score(MLPClassifier(0.1, **SMALL), X, single, cv=[(np.arange(1, 120), np.arange(60))])
