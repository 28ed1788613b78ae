"""alpha chosen by the data: what "auto" stands for, what is kept, and that threads change nothing."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.model_selection import GroupKFold, KFold

import equipoise as eq

ESTIMATORS = {
    "ridge": eq.Ridge(),
    "lasso": eq.Lasso(),
    "elastic-net": eq.ElasticNet(),
    "logistic-l1": eq.LogisticRegression(penalty=eq.penalties.L1(), standardize=True),
    "logistic-l2": eq.LogisticRegression(eq.CrossValidation(5, 20), standardize=True),
    "softmax-l1": eq.LogisticRegression(eq.CrossValidation(4, 8), penalty=eq.penalties.L1(), standardize=True),
    "softmax-l2": eq.LogisticRegression(eq.CrossValidation(4, 8), standardize=True),
}
each = pytest.mark.parametrize("name", ESTIMATORS)


def data(name: str, rows: int = 100) -> tuple[np.ndarray, np.ndarray]:
    load = load_iris if "softmax" in name else load_breast_cancer if "logistic" in name else load_diabetes
    X, y = load(return_X_y=True)
    chosen = np.random.default_rng(0).permutation(len(y))[:rows]
    return X[chosen][:, :6], y[chosen]


@each
def test_one_thread_and_two_give_the_same_bytes(name: str) -> None:
    X, y = data(name)
    one, two, again = (clone(ESTIMATORS[name]).set_params(n_jobs=jobs).fit(X, y) for jobs in (1, 2, 2))
    for other in (two, again):
        assert one.alpha_ == other.alpha_
        for a, b in ((one, other), (one.path_, other.path_), (one.selection_, other.selection_)):
            for attribute in ("coef_", "intercept_", "coefs", "intercepts", "gaps", "scores", "predictions"):
                if hasattr(a, attribute):
                    assert np.asarray(getattr(a, attribute)).tobytes() == np.asarray(getattr(b, attribute)).tobytes()


@each
def test_everything_is_kept_and_fits_together(name: str) -> None:
    X, y = data(name)
    model = clone(ESTIMATORS[name]).fit(X, y)
    path, selection = model.path_, model.selection_
    assert np.all(path.gaps <= 1e-6)
    assert model.gap_ == path.gaps[selection.index]
    assert model.alpha_ == selection.alpha == path.alphas[selection.index]
    np.testing.assert_array_equal(selection.alphas, path.alphas)
    np.testing.assert_array_equal(np.squeeze(model.coef_), path.coef(model.alpha_))
    assert selection.scores.shape == (4 if "softmax" in name else 5, len(path.alphas))
    assert len(selection.predictions) == len(y)
    assert np.all(np.isfinite(selection.predictions))
    assert selection.best == np.argmin(selection.mean)
    assert selection.one_se <= selection.best
    assert f"{model.alpha_:.4g}" in selection.why


@each
def test_alpha_as_a_number_is_the_point_of_the_path(name: str) -> None:
    X, y = data(name)
    chosen = clone(ESTIMATORS[name]).set_params(tol=1e-9).fit(X, y)
    given = clone(ESTIMATORS[name]).set_params(alpha=chosen.alpha_).fit(X, y)
    assert given.selection_ is None
    assert given.alpha_ == chosen.alpha_
    scale = np.abs(chosen.coef_).max()
    np.testing.assert_allclose(given.coef_, chosen.coef_, rtol=1e-3, atol=1e-4 * scale)


@pytest.mark.parametrize("name", ["ridge", "lasso", "logistic-l1"])
def test_auto_is_five_fold_cross_validation_and_the_best(name: str) -> None:
    X, y = data(name)
    auto = clone(ESTIMATORS[name]).fit(X, y)
    spelled = clone(ESTIMATORS[name]).set_params(alpha=eq.CrossValidation(cv=5, alphas=100, rule="best")).fit(X, y)
    assert auto.coef_.tobytes() == spelled.coef_.tobytes()
    assert auto.selection_.scores.shape == (5, 100)


@each
def test_the_one_se_rule_is_the_same_fit_at_a_larger_alpha(name: str) -> None:
    X, y = data(name)
    best = clone(ESTIMATORS[name]).set_params(alpha=eq.CrossValidation(4, 10)).fit(X, y)
    sparser = clone(ESTIMATORS[name]).set_params(alpha=eq.CrossValidation(4, 10, rule="1se")).fit(X, y)
    assert sparser.alpha_ == best.selection_.alphas[best.selection_.one_se] >= best.alpha_
    np.testing.assert_array_equal(np.squeeze(sparser.coef_), best.path_.coef(sparser.alpha_))
    assert sparser.path_.coefs.tobytes() == best.path_.coefs.tobytes()


@each
def test_a_weight_of_two_equals_a_row_twice_where_copies_share_a_fold(name: str) -> None:
    """The whole procedure: folds, scores, standard errors, the chosen alpha and the fit."""
    X, y = data(name, 90)
    repeats = np.random.default_rng(1).integers(1, 4, size=90)
    index = np.repeat(np.arange(90), repeats)
    splits = list(KFold(4, shuffle=True, random_state=0).split(X))
    twins = [(np.flatnonzero(np.isin(index, a)), np.flatnonzero(np.isin(index, b))) for a, b in splits]
    plain = clone(ESTIMATORS[name]).set_params(alpha=eq.CrossValidation(splits, 8), tol=1e-9)
    weighted = plain.fit(X, y, sample_weight=repeats.astype(float))
    copied = clone(plain).set_params(alpha=eq.CrossValidation(twins, 8)).fit(X[index], y[index])
    np.testing.assert_allclose(weighted.selection_.alphas, copied.selection_.alphas, rtol=1e-9)
    np.testing.assert_allclose(weighted.selection_.scores, copied.selection_.scores, rtol=1e-4)
    np.testing.assert_allclose(weighted.selection_.mean, copied.selection_.mean, rtol=1e-4)
    np.testing.assert_allclose(weighted.selection_.se, copied.selection_.se, rtol=1e-3)
    assert weighted.selection_.index == copied.selection_.index
    np.testing.assert_allclose(weighted.coef_, copied.coef_, rtol=1e-3, atol=1e-4 * np.abs(copied.coef_).max())


def test_groups_are_passed_on() -> None:
    X, y = data("ridge")
    groups = np.arange(100) // 10
    by_group = eq.Ridge(eq.CrossValidation(GroupKFold(4), 20)).fit(X, y, groups=groups)
    by_hand = eq.Ridge(eq.CrossValidation(list(GroupKFold(4).split(X, y, groups)), 20)).fit(X, y)
    assert by_group.selection_.scores.tobytes() == by_hand.selection_.scores.tobytes()


def test_hold_out_and_leave_one_out() -> None:
    X, y = data("ridge")
    one_out = eq.Ridge(eq.LeaveOneOut(alphas=30)).fit(X, y)
    assert one_out.selection_.scores.shape == (100, 30)
    held = eq.Lasso(eq.HoldOut(0.25, alphas=30)).fit(X, y)
    assert held.selection_.scores.shape == (1, 30)
    assert np.sum(np.isfinite(held.selection_.predictions)) == 25
    assert np.all(held.path_.gaps <= 1e-6)


def test_plots() -> None:
    X, y = data("lasso")
    model = eq.Lasso(eq.CrossValidation(4, 10)).fit(X, y)
    assert model.path_.plot().lines
    assert model.selection_.plot().get_xscale() == "log"
