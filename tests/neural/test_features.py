"""The path over features: against the lasso, a fit on the same rows, planted columns, and any unit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.neural.data_for_tests import problem

import equipoise as eq
from equipoise.errors import InputError
from equipoise.neural import MLPClassifier, MLPRegressor, features
from equipoise.neural.job import Job

CONVEX = {"hidden_layer_sizes": (), "batch_size": 256, "max_iter": 600, "learning_rate_init": 0.1, "n_jobs": 1}
SMALL = {"hidden_layer_sizes": (8,), "batch_size": 64, "max_iter": 40, "learning_rate_init": 0.01, "n_jobs": 1}
ALPHAS = [0.3, 0.1, 0.05, 0.01]


def test_without_hidden_layers_it_is_the_path_of_the_lasso():
    X, y = problem("binary")
    path = eq.feature_path(MLPClassifier(penalty="l1", **CONVEX), X, y, alphas=ALPHAS)
    train = np.setdiff1d(np.arange(120), path.held_out)
    assert len(path.held_out) == 30
    deviation = X[train].std(axis=0)
    for k, alpha in enumerate(path.alphas):
        exact = eq.LogisticRegression(alpha, penalty=eq.penalties.L1(), standardize=True).fit(X[train], y[train])
        np.testing.assert_allclose(path.norms[k], np.abs(exact.coef_[0]) * deviation, rtol=1e-2, atol=1e-4)
        assert path.used[k].tolist() == (exact.coef_[0] != 0).tolist()
        p = exact.predict_proba(X[path.held_out])[np.arange(30), y[path.held_out]]
        assert path.scores[k] == pytest.approx(-np.log(p).mean(), rel=1e-3)
    assert not path.used[0].any()
    assert path.best == int(np.argmin(path.scores))


def test_all_alphas_are_one_sweep_and_each_is_a_fit_on_the_same_rows(monkeypatch):
    X, y = problem("regression")
    made, original = [], Job.sweep
    monkeypatch.setattr(Job, "sweep", lambda job, *rest: made.append(original(job, *rest)) or made[-1])
    model = MLPRegressor(penalty="group_l1", **SMALL)
    path = eq.feature_path(model, X, y, alphas=ALPHAS)
    assert [len(one.members) for one in made] == [4]
    assert not hasattr(model, "networks_")
    train = np.setdiff1d(np.arange(120), path.held_out)
    alone = MLPRegressor(0.05, penalty="group_l1", **SMALL).fit(X[train], y[train])
    # the order of rows is that of another table: the same problem, not the same steps
    np.testing.assert_allclose(path.networks[2][0](X)[:, 0], alone.predict(X), atol=0.1 * y.std())


def test_what_is_held_out_says_nothing():
    X, y = problem("regression")
    model = MLPRegressor(penalty="group_l1", **SMALL)
    path = eq.feature_path(model, X, y, alphas=ALPHAS, scoring="r2")
    assert path.score_name == "minus r2"
    other, moved = X.copy(), y.copy()
    other[path.held_out], moved[path.held_out] = 50.0 + 2.0 * X[path.held_out], -y[path.held_out]
    again = eq.feature_path(model, other, moved, alphas=ALPHAS, scoring="r2")
    np.testing.assert_array_equal(again.held_out, path.held_out)
    np.testing.assert_allclose(again.norms, path.norms, rtol=5e-3, atol=5e-3 * path.norms.max())
    assert np.all(again.scores > path.scores)


def planted(n=300):
    random = np.random.default_rng(0)
    city = random.integers(0, 5, n)
    X = pd.DataFrame({
        "noise": random.standard_normal(n), "city": np.array(list("abcde"))[city],
        "dose": random.standard_normal(n) * 1e3, "one": 1.0,
    })  # fmt: skip
    return X, 3.0 * (city % 2) + np.abs(X["dose"]) / 1e3 + 0.1 * random.standard_normal(n)


def test_planted_columns_enter_first_and_in_the_names_of_the_table():
    X, y = planted()
    model = MLPRegressor(penalty="group_l1", **SMALL)
    with pytest.warns(eq.FindingWarning, match="column 'one' has one value only"):
        path = eq.feature_path(model, X, y, alphas=[0.5, 0.05, 0.02, 0.001])
    assert path.names == ("noise", "city", "dose")
    assert path.order[:2] == ("city", "dose")
    assert path.columns(0) == ()
    enters = dict(zip(path.names, path.enters, strict=True))
    assert enters["city"] > enters["dose"] > np.nan_to_num(enters["noise"])
    assert path.scores[path.best] < 0.1 * np.var(y)
    assert set(path.order) == {name for name, alpha in enters.items() if np.isfinite(alpha)}


def test_units_say_nothing_and_starts_are_averaged():
    X, y = problem("regression")
    model = MLPRegressor(penalty="group_l1", starts=2, **SMALL)
    path = eq.feature_path(model, X, y, alphas=ALPHAS)
    moved = eq.feature_path(model, 1e-2 * X + 5.0, y, alphas=ALPHAS)
    np.testing.assert_allclose(moved.norms, path.norms, rtol=5e-3, atol=5e-3 * path.norms.max())
    train = np.setdiff1d(np.arange(120), path.held_out)
    each = [np.linalg.norm(net.weights[0], axis=1) * X[train].std(axis=0) for net in path.networks[-1]]
    np.testing.assert_allclose(path.norms[-1], np.mean(each, axis=0))
    assert len(path.networks[-1]) == 2


def test_the_plot_has_a_line_a_column_and_marks_the_best():
    alphas, norms = np.array([1.0, 0.1, 0.01]), np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.5]])
    path = features.FeaturePath(alphas, ("dose", "age"), norms, np.array([3.0, 1.0, 2.0]), "log loss", np.arange(2), ())
    axes = path.plot()
    texts = [text.get_text() for text in axes.texts]
    assert {"dose", "age", "best"} <= set(texts)
    assert axes.get_ylabel() == "norm of the weights"
    assert path.order == ("dose", "age")
    np.testing.assert_array_equal(path.enters, [0.1, 0.01])


@pytest.mark.parametrize(
    ("model", "settings", "message"),
    [
        (MLPClassifier(), {}, "penalty=None leaves every column in; use 'group_l1' or 'l1'"),
        (eq.Lasso(), {}, "Lasso is neither MLPClassifier nor MLPRegressor"),
        (MLPClassifier(penalty="l1", dropout=[0.0, 0.5]), {}, "one learning_rate_init and one dropout"),
        (MLPClassifier(penalty="l1"), {"alphas": [-1.0]}, "are not numbers >= 0"),
        (MLPClassifier(penalty="l1"), {"share": 1.5}, "share 1.5 is not between 0 and 1"),
        (MLPClassifier(penalty="l1"), {"scoring": "nonsense"}, "is not known to scikit-learn"),
    ],
)
def test_bad_settings_are_named(model, settings, message):
    X, y = problem("binary")
    with pytest.raises(InputError, match=message):
        eq.feature_path(model, X, y, **settings)
