"""The general estimator: regressor or classifier by its loss, any penalty."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import is_classifier, is_regressor
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris

import equipoise as eq
from equipoise import losses, penalties
from equipoise.errors import InputError


def test_the_loss_makes_it_a_regressor_or_a_classifier() -> None:
    assert is_regressor(eq.LinearModel())
    assert is_regressor(eq.LinearModel(losses.Poisson()))
    assert is_classifier(eq.LinearModel(losses.Logistic()))
    assert not hasattr(eq.LinearModel(), "predict_proba")
    assert not hasattr(eq.LinearModel(), "decision_function")


@pytest.mark.parametrize("loss", [loss for loss in losses.CATALOGUE if loss.name != "cox"], ids=lambda loss: loss.name)
def test_every_loss_of_the_catalogue_runs(loss: Any) -> None:
    X, y = load_iris(return_X_y=True)
    if loss.task == "binary":
        y = y > 0
    model = eq.LinearModel(loss(), penalties.L1(), alpha=0.01).fit(X, y + (loss.task == "regression"))
    assert model.gap_ <= 1e-6
    assert model.predict(X).shape == y.shape
    assert model.score(X, y + (loss.task == "regression")) > 0.7


def test_named_estimators_are_special_cases() -> None:
    X, y = load_diabetes(return_X_y=True)
    np.testing.assert_allclose(eq.LinearModel(alpha=0.1).fit(X, y).coef_, eq.Ridge(alpha=0.1).fit(X, y).coef_)
    general = eq.LinearModel(losses.Squared(), penalties.L1(), 0.1).fit(X, y)
    np.testing.assert_allclose(general.predict(X), eq.Lasso(alpha=0.1).fit(X, y).predict(X))
    X, y = load_breast_cancer(return_X_y=True)
    general = eq.LinearModel(losses.Logistic(), penalties.L2(), 0.1).fit(X, y)
    np.testing.assert_allclose(general.predict_proba(X), eq.LogisticRegression(alpha=0.1).fit(X, y).predict_proba(X))


def test_a_poisson_model_predicts_means() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3))
    y = rng.poisson(np.exp(X[:, 0]))
    model = eq.LinearModel(losses.Poisson(), alpha=0.001).fit(X, y)
    assert np.all(model.predict(X) > 0)
    assert model.predict(X).mean() == pytest.approx(y.mean())


def test_a_binary_loss_names_the_one_for_more_classes() -> None:
    with pytest.raises(InputError, match="Multinomial"):
        eq.LinearModel(losses.Logistic(), alpha=0.1).fit(*load_iris(return_X_y=True))


def test_alpha_is_chosen_by_folds_for_a_group_penalty() -> None:
    X, y = load_diabetes(return_X_y=True)
    groups = np.arange(10) // 2
    model = eq.LinearModel(losses.Squared(), penalties.GroupLasso(groups), alpha=eq.CrossValidation(alphas=20)).fit(
        X, y
    )
    kept = np.add.reduceat(model.coef_ != 0, [0, 2, 4, 6, 8])
    assert set(kept) <= {0, 2}
    assert model.gap_ <= 1e-6
    assert np.all(model.path_.gaps <= 1e-6)
