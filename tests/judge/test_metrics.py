"""Scores against scikit-learn's, and the bootstrap against theory."""

import numpy as np
import pytest
from sklearn import metrics as reference

from equipoise.judge.metrics import intervals, score


def binary(n=200, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(2, size=n)
    p = np.round(1 / (1 + np.exp(-(y - 0.5 + rng.normal(size=n)))), 1)  # rounded: ties
    return y, np.column_stack([1 - p, p])


def test_binary_scores_are_those_of_scikit_learn():
    y, p = binary()
    found = score(y, p)
    assert found["log_loss"][0] == pytest.approx(reference.log_loss(y, p))
    assert found["roc_auc"][0] == pytest.approx(reference.roc_auc_score(y, p[:, 1]))
    assert found["accuracy"][0] == pytest.approx(np.mean(p.argmax(axis=1) == y))


def test_multiclass_scores_are_those_of_scikit_learn():
    rng = np.random.default_rng(1)
    y, p = rng.integers(3, size=150), rng.dirichlet(np.ones(3), size=150)
    found = score(y, p)
    assert found["log_loss"][0] == pytest.approx(reference.log_loss(y, p))
    assert found["roc_auc"][0] == pytest.approx(reference.roc_auc_score(y, p, multi_class="ovr", average="macro"))


def test_regression_scores_are_those_of_scikit_learn():
    rng = np.random.default_rng(2)
    y = rng.normal(50, 2, size=80)
    prediction = y + rng.normal(size=80)
    found = score(y, prediction)
    assert found["squared_error"][0] == pytest.approx(reference.mean_squared_error(y, prediction))
    assert found["r2"][0] == pytest.approx(reference.r2_score(y, prediction))
    assert found["absolute_error"][0] == pytest.approx(reference.mean_absolute_error(y, prediction))


def test_weights_equal_repeated_rows():
    y, p = binary(60)
    weight = np.random.default_rng(3).integers(0, 4, size=(5, 60)).astype(float)
    found = score(y, p, weight)
    for k, counts in enumerate(weight.astype(int)):
        rows = np.repeat(np.arange(60), counts)
        for name, value in score(y[rows], p[rows]).items():
            assert found[name][k] == pytest.approx(value[0])
    z = np.random.default_rng(4).normal(size=60)
    numbers = score(z, p[:, 0], weight)
    rows = np.repeat(np.arange(60), weight[0].astype(int))
    assert numbers["r2"][0] == pytest.approx(reference.r2_score(z[rows], p[rows, 0]))


def test_scores_that_are_not_defined_are_nan():
    assert np.isnan(score(np.zeros(3, int), np.full((3, 2), 0.5))["roc_auc"][0])
    assert np.isnan(score(np.ones(3), np.ones(3))["r2"][0])


def test_a_sure_and_wrong_prediction_has_a_finite_loss():
    assert 30 < score(np.array([0]), np.array([[0.0, 1.0]]))["log_loss"][0] < 40


def test_the_interval_is_that_of_a_mean():
    rng = np.random.default_rng(5)
    y = rng.normal(size=400)
    value, low, high = intervals(y, np.zeros(400), seed=0)["squared_error"]
    error = np.std(y**2) / 20
    assert (low, high) == pytest.approx((value - 1.96 * error, value + 1.96 * error), abs=0.3 * error)


def test_resamples_depend_on_the_seed_alone(monkeypatch):
    y, p = binary(50)
    first = intervals(y, p, seed=1)
    monkeypatch.setattr("equipoise.judge.metrics._BLOCK", 500)  # many small blocks
    assert intervals(y, p, seed=1) == first
    assert intervals(y, p, seed=2) != first
