"""Saved models: the same predictions after loading, and damaged folders refused."""

import json

import numpy as np
import pytest

from equipoise.data import Column
from equipoise.errors import InputError
from equipoise.judge import load_model
from equipoise.judge.fit_one import fit_one, predictions, read_like
from equipoise.judge.models import ConstantModel
from equipoise.judge.saved import SavedModel

from .cases import table

KINDS = ["l2", "l1", "elastic_net", "boosting"]


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("kind", KINDS)
def test_round_trip(kind, task, tmp_path):
    data = table(task)
    found = fit_one(data, "y", kind).model
    found.save(tmp_path / "m")
    again = load_model(tmp_path / "m")
    features = table(task, seed=5).drop(["y"])
    np.testing.assert_array_equal(again.predict(features), found.predict(features))
    assert not list(tmp_path.glob(".*"))
    assert not any(path.suffix in (".pkl", ".pickle") for path in (tmp_path / "m").iterdir())


def test_constant_round_trip(tmp_path):
    saved = SavedModel(
        ConstantModel(np.array([0.25, 0.75])), "constant", "y", "binary", ("no", "yes"), {"x0": "number"}
    )
    saved.save(tmp_path / "m")
    assert load_model(tmp_path / "m").predict(table("binary")).tolist() == [[0.25, 0.75]] * 90


def test_auto_takes_the_lower_loss():
    rng = np.random.default_rng(0)
    x = rng.uniform(-2, 2, 300)
    data = table("regression", n=300).select(["x1", "y"]).replace(Column("x1", "number", x))
    bent = data.replace(Column("y", "number", np.where(np.abs(x) > 1, 5.0, 0.0)))
    straight = data.replace(Column("y", "number", 3 * x + rng.normal(size=300)))
    assert fit_one(bent, "y", "auto").model.arm == "boosting"
    assert fit_one(straight, "y", "auto").model.arm == "linear"


def test_predictions_are_classes_and_probabilities():
    found = fit_one(table("binary"), "y", "l1").model
    rows = predictions(found, read_like(table("binary", seed=3).drop(["y"]), found.kinds))
    assert rows.column_names == ["prediction", "p(no)", "p(yes)"]
    chance = np.array(rows["p(yes)"])
    assert (np.array(rows["prediction"]) == np.where(chance > 0.5, "yes", "no")).all()


def test_a_missing_column_is_named():
    found = fit_one(table("binary"), "y", "l1").model
    with pytest.raises(InputError, match="lacks column 'color'"):
        found.predict(table("binary").drop(["color"]))


@pytest.mark.parametrize("damage", ["absent", "format", "weights", "kind", "json"])
def test_damaged_folders_are_refused(damage, tmp_path):
    place = tmp_path / "m"
    fit_one(table("binary"), "y", "l2").model.save(place)
    head = json.loads((place / "model.json").read_text())
    if damage == "absent":
        (place / "model.json").unlink()
    elif damage == "format":
        (place / "model.json").write_text(json.dumps(head | {"format": "other"}))
    elif damage == "kind":
        (place / "model.json").write_text(json.dumps(head | {"kind": "os.system"}))
    elif damage == "json":
        (place / "model.json").write_text("{")
    else:
        (place / "weights.safetensors").write_bytes(b"12345678")
    with pytest.raises(InputError):
        load_model(place)


def test_trees_of_foreign_types_are_refused(tmp_path):
    import skops.io
    from sklearn.linear_model import SGDRegressor

    place = tmp_path / "m"
    fit_one(table("regression"), "y", "boosting").model.save(place)
    skops.io.dump({"a": SGDRegressor(), "b": print, "c": pytest.raises}, place / "trees.skops")
    with pytest.raises(InputError, match="damaged"):
        load_model(place)
