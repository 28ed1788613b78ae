"""Nested cross-validation against loops written out, and on noise, where the score of the choice is too good."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.linear_model import Ridge
from sklearn.metrics import log_loss, mean_poisson_deviance, roc_auc_score
from sklearn.model_selection import GroupKFold, KFold, RepeatedKFold, StratifiedKFold, cross_val_score

import equipoise as eq
from equipoise.errors import InputError
from equipoise.penalties import L1

INNER = eq.CrossValidation(3, 8)


def diabetes(n=150):
    X, y = load_diabetes(return_X_y=True)
    return X[:n], y[:n]


def test_is_an_outer_loop_around_the_fit():
    X, y = diabetes()
    result = eq.nested_score(eq.Lasso(INNER), X, y, cv=KFold(4))
    sizes = []
    for k, (train, test) in enumerate(KFold(4).split(X)):
        alone = eq.Lasso(INNER).fit(X[train], y[train])
        sizes.append(len(test))
        assert result.scores[k] == pytest.approx(np.mean((y[test] - alone.predict(X[test])) ** 2))
        assert result.alphas[k] == alone.alpha_
        assert result.features[k] == np.count_nonzero(alone.coef_)
        np.testing.assert_allclose(result.predictions[test], alone.predict(X[test]))
        assert result.models[k].selection_.why == alone.selection_.why
    assert result.mean == pytest.approx(np.average(result.scores, weights=sizes))
    assert result.se == pytest.approx(np.std(result.scores, ddof=1) / 2, rel=0.02)
    assert result.score_name == "mean squared error"


def test_classes_are_scored_by_log_loss_or_by_a_scorer():
    X, y = load_breast_cancer(return_X_y=True)
    X, words = X[:200, :5], np.where(y[:200] == 1, "yes", "no")
    model = eq.LogisticRegression(INNER, penalty=L1(), standardize=True)
    folds = StratifiedKFold(3)
    plain = eq.nested_score(model, X, words, cv=folds)
    scored = eq.nested_score(model, X, words, cv=folds, scoring="roc_auc")
    assert (plain.score_name, scored.score_name) == ("log loss", "minus roc_auc")
    for k, (_, test) in enumerate(folds.split(X, words)):
        fitted = plain.models[k]
        np.testing.assert_array_equal(fitted.coef_, scored.models[k].coef_)  # the inner choice keeps its own score
        assert plain.scores[k] == pytest.approx(log_loss(words[test], fitted.predict_proba(X[test])))
        assert scored.scores[k] == pytest.approx(-roc_auc_score(words[test], fitted.predict_proba(X[test])[:, 1]))


def test_three_classes_count_a_feature_once():
    X, y = load_iris(return_X_y=True)
    result = eq.nested_score(eq.LogisticRegression(INNER, penalty=L1()), X, y, cv=3)
    assert result.predictions.shape == (150, 3)
    assert np.all((result.features >= 1) & (result.features <= 4))
    with pytest.raises(InputError, match="fold 0 lack a class"):
        eq.nested_score(eq.LogisticRegression(INNER), X, y, cv=KFold(3))


def test_frames_weights_groups_and_offsets_go_to_both_loops():
    pandas = pytest.importorskip("pandas")
    X, y = diabetes(120)
    counts, groups = np.round(y / 40), np.arange(120) // 6
    offset, weight = np.linspace(-0.5, 0.5, 120), 1.0 + np.arange(120) % 2
    frame = pandas.DataFrame(X * 20, columns=[f"c{j}" for j in range(10)])
    result = eq.nested_score(
        eq.PoissonRegressor(INNER), frame, pandas.Series(counts), cv=GroupKFold(3),
        sample_weight=weight, groups=groups, offset=offset,
    )  # fmt: skip
    for k, (train, test) in enumerate(GroupKFold(3).split(X, counts, groups)):
        rest = {"sample_weight": weight[train], "groups": groups[train], "offset": offset[train]}
        alone = eq.PoissonRegressor(INNER).fit(X[train] * 20, counts[train], **rest)
        assert alone.alpha_ == pytest.approx(result.alphas[k])
        mean = alone.predict(X[test] * 20, offset[test])
        expected = mean_poisson_deviance(counts[test], mean, sample_weight=weight[test])
        assert result.scores[k] == pytest.approx(expected, rel=1e-6)


def test_huber_and_cox_are_scored_by_their_own_losses():
    X, y = diabetes(120)
    huber = eq.nested_score(eq.HuberRegressor(0.01), X, y, cv=KFold(3))
    for k, (_, test) in enumerate(KFold(3).split(X)):
        model = huber.models[k]
        loss = eq.losses.Huber(1.345 * model.scale_)
        assert huber.scores[k] == pytest.approx(loss.score(y[test], model.predict(X[test])))
    time = np.column_stack([y, np.arange(120) % 4 > 0])
    cox = eq.nested_score(eq.CoxRegressor(INNER), X * 20, time, cv=3)
    assert np.all(np.isfinite(cox.scores))
    concordance = eq.nested_score(eq.CoxRegressor(INNER), X * 20, time, cv=3, scoring=lambda m, X, y: m.score(X, y))
    assert -1.0 < concordance.mean < -0.5


def test_a_number_as_alpha_is_plain_cross_validation():
    X, y = diabetes()
    folds = RepeatedKFold(n_splits=3, n_repeats=2, random_state=0)
    ours = eq.nested_score(eq.Ridge(0.01), X, y, cv=folds)
    peer = -cross_val_score(Ridge(0.01 * 100), X, y, cv=folds, scoring="neg_mean_squared_error")
    np.testing.assert_allclose(ours.scores, peer, rtol=1e-8)


def test_on_noise_it_does_not_flatter():
    """The lowest of many scores says that noise can be predicted; the nested score does not."""
    flattery, honest = [], []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        X, y = rng.normal(size=(40, 60)), rng.normal(size=40)
        null = np.mean((y - y.mean()) ** 2)
        flattery.append(eq.Lasso(eq.CrossValidation(4, 30)).fit(X, y).selection_.mean.min() / null)
        honest.append(eq.nested_score(eq.Lasso(eq.CrossValidation(4, 30)), X, y, cv=4).mean / null)
    assert np.mean(honest) > np.mean(flattery) + 0.02
    assert np.mean(honest) > 1.0


def test_the_estimator_is_not_changed_and_others_are_refused():
    X, y = diabetes()
    model = eq.Lasso(INNER)
    eq.nested_score(model, X, y, cv=2)
    assert not hasattr(model, "coef_")
    with pytest.raises(InputError, match="not Ridge; use sklearn"):
        eq.nested_score(Ridge(), X, y)
    with pytest.raises(InputError, match="takes no offset"):
        eq.nested_score(model, X, y, offset=np.zeros(150))
    with pytest.raises(InputError, match="scoring"):
        eq.nested_score(model, X, y, scoring="no_such")
