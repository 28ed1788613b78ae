"""Nets as arms of a study: what each of them is, classes that a fold never met, and the files of the model."""

import numpy as np
import pytest

from equipoise import CrossValidation
from equipoise.data import DesignEncoder
from equipoise.judge import load_model
from equipoise.judge.arms import NETS
from equipoise.judge.budget import BUDGETS, Budget
from equipoise.judge.nets import fit_net
from equipoise.judge.prepare import prepare
from equipoise.judge.saved import SavedModel

from .cases import table

PLAN = Budget(2, (), 2, 8, 8, 40, (), (8,), 100, 2)


def fitted(train, name="net", seed=0):
    encoder = DesignEncoder().fit(train.features)
    return fit_net(train, encoder, name, CrossValidation(2), PLAN, seed)


@pytest.fixture(scope="module")
def rows():
    return {task: prepare(table(task), "y").train for task in ("binary", "multiclass", "regression")}


def test_no_two_of_the_nets_are_the_same(rows):
    found = {arm.name: fitted(rows["regression"], arm.name) for arm in NETS}
    predictions = [model.predict(rows["regression"].features) for model, _ in found.values()]
    assert len({array.tobytes() for array in predictions}) == len(NETS)
    assert [name for name, (_, alpha) in found.items() if alpha > 0] == ["net-l2", "net-l1"]
    error = {name: np.mean((rows["regression"].y - p) ** 2) for name, p in zip(found, predictions, strict=True)}
    assert all(error["net"] < error[name] for name in ("net-l2", "net-stopping", "net-dropout"))  # on fitted rows
    again = fitted(rows["regression"], "net")[0].predict(rows["regression"].features)
    np.testing.assert_array_equal(again, predictions[0])


def test_every_net_of_a_budget_is_an_arm():
    names = {arm.name for arm in NETS}
    assert all(set(plan.nets) <= names and plan.nets[:1] == ("net",) for plan in BUDGETS.values() if plan.nets)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_net_is_written_and_read(rows, task, tmp_path):
    train = rows[task]
    model, _ = fitted(train)
    saved = SavedModel(model, "net", "y", train.task, train.classes, dict(train.features.kinds))
    saved.save(tmp_path / "model")
    np.testing.assert_array_equal(load_model(tmp_path / "model").predict(train.features), model.predict(train.features))
    assert model.n_features == len(model.encoder.feature_names_out_)


@pytest.mark.parametrize("absent", [0, 1, 2])
def test_a_class_that_a_net_never_met_has_probability_0(rows, absent):
    train = rows["multiclass"]
    part = train.take(np.flatnonzero(train.y != absent))
    p = fitted(part)[0].predict(part.features)
    assert np.all(p[:, absent] == 0)
    np.testing.assert_allclose(p.sum(axis=1), 1)
    assert (p.argmax(axis=1) == part.y).mean() > 0.6
