"""The main job from end to end, on small tables."""

import json

import numpy as np
import pytest

from equipoise.data import Column, Table
from equipoise.errors import InputError
from equipoise.judge import budget, load_model, study
from equipoise.judge.summary import as_text

from .cases import table

SMALL = {"budget": "quick", "synthesizers": ["TableMarginals"]}


@pytest.fixture(scope="module")
def found():
    return {task: study(table(task), "y", **SMALL, n_jobs=1) for task in ("binary", "multiclass", "regression")}


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_record_is_complete(found, task):
    record = found[task].record
    json.dumps(record, allow_nan=False)
    assert record["format"] == "equipoise.study/1"
    assert record["data"]["task"] == task
    assert record["data"]["split"] == {
        "rule": "random" if task == "regression" else "stratified",
        "train": 72,
        "test": 18,
    }
    names = [arm["name"] for arm in record["arms"]]
    assert names[:3] == ["constant", "none", "l2-best"]
    assert {"boosting", "linear+marginals", "boosting+marginals"} <= set(names)
    primary = record["metric"]["primary"]
    for arm in record["arms"]:
        folds = 5 if arm["synthesizer"] else 10
        assert len(arm["cv"][primary]["folds"]) == folds
        assert arm["cv"][primary]["mean"] == pytest.approx(np.mean(arm["cv"][primary]["folds"]))
        test = arm["test"][primary]
        assert test["low"] <= test["value"] <= test["high"]
        assert arm["gap"] == pytest.approx(arm["fitted"][primary] - test["value"])
    assert [verdict["question"] for verdict in record["verdicts"]] == ["constrain", "generate", "signal"]
    assert len(record["selection"]["mean"]) == len(record["path"]["alphas"]) == 12
    assert len(record["path"]["coefs"]) == len(record["path"]["names"])


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_what_can_be_learned_is_found(found, task):
    record = found[task].record
    assert record["verdicts"][2]["verdict"] == "helps"
    assert record["best"] != "constant"
    assert "rows" in str(found[task])
    assert max(map(len, str(found[task]).splitlines())) <= 80


@pytest.mark.parametrize("scale", [1e-9, 1e-4, 1.0, 1e4, 1e6, 1e12])
def test_the_printed_table_fits_whatever_the_digits(found, scale):
    def scaled(value):
        if isinstance(value, dict):
            return {key: scaled(entry) for key, entry in value.items()}
        return value * scale if isinstance(value, float) else value

    record = dict(found["regression"].record)
    record["arms"] = [{**arm, **scaled({key: arm[key] for key in ("cv", "test", "gap")})} for arm in record["arms"]]
    lines = as_text(record).splitlines()
    assert max(map(len, lines)) <= 80
    assert sum("Boosting + marginals" in line for line in lines) == 1


def test_the_synthetic_part_has_floor_and_ceiling(found):
    entry = found["binary"].record["synthetic"][0]
    assert entry["name"] == "TableMarginals"
    assert entry["trend"] == pytest.approx(entry["floor"]["trend"])
    assert entry["floor"]["trend"] < entry["ceiling"]["trend"] <= 1
    for column in entry["columns"]:
        assert sum(column["real"]) == pytest.approx(1)
        assert len(column["bins"]) - len(column["real"]) in (0, 1)


def without_times(record):
    return json.dumps({key: value for key, value in record.items() if key != "times"})


def test_the_same_seed_gives_the_same_record_for_any_number_of_jobs(found):
    first = without_times(found["binary"].record)
    assert without_times(study(table("binary"), "y", **SMALL, n_jobs=2).record) == first
    assert without_times(study(table("binary"), "y", **SMALL, n_jobs=1, seed=1).record) != first


def test_neural_arms_are_the_same_for_any_number_of_jobs(monkeypatch):
    monkeypatch.setitem(budget.BUDGETS, "quick", budget.Budget(2, (), 2, 8, 8, 40))
    small = table("binary", n=40).select(["x0", "color", "y"])
    one, two = (study(small, "y", budget="quick", n_jobs=n).record for n in (1, 2))
    assert without_times(one) == without_times(two)
    assert [entry["name"] for entry in one["synthetic"]] == ["TableGAN", "TableVAE", "TableMarginals"]
    assert len(one["verdicts"][1]["rows"]) == 6


def test_each_regulariser_of_a_net_is_held_against_the_net_without(monkeypatch):
    plan = budget.Budget(2, (), 2, 8, 8, 40, ("net", "net-l2", "net-stopping"), (8,), 20, 2)
    monkeypatch.setitem(budget.BUDGETS, "quick", plan)
    found = study(table("binary"), "y", budget="quick", synthesizers=[])
    record = found.record
    assert [verdict["question"] for verdict in record["verdicts"]] == ["constrain", "net", "signal"]
    rows = record["verdicts"][1]["rows"]
    by_name = {entry["name"]: entry for entry in record["arms"]}
    key = record["metric"]["primary"]
    assert [(row["candidate"], row["baseline"]) for row in rows] == [("net-l2", "net"), ("net-stopping", "net")]
    for row in rows:  # the effect is the fall of the loss, and nothing else
        fall = by_name["net"]["cv"][key]["mean"] - by_name[row["candidate"]]["cv"][key]["mean"]
        assert row["effect"] == pytest.approx(fall)
        assert row["effect"] != 0
        assert f"{by_name[row['candidate']]['label']}" in str(found)
    assert max(map(len, str(found).splitlines())) <= 80
    assert {row["candidate"] for row in record["verdicts"][2]["rows"]} >= {"net", "net-l2", "linear", "boosting"}
    assert by_name["net"]["alpha"] == 0 < by_name["net-l2"]["alpha"]


def test_without_a_signal_the_constant_is_best():
    rng = np.random.default_rng(0)
    columns = [Column(f"x{j}", "number", rng.normal(size=60)) for j in range(4)]
    data = Table((*columns, Column("y", "number", rng.normal(size=60))))
    result = study(data, "y", budget="quick", synthesizers=[])
    assert result.best == "constant"
    assert [verdict["question"] for verdict in result.record["verdicts"]] == ["constrain", "signal"]


def test_a_test_file_is_the_test_part(tmp_path):
    data, other = table("binary"), table("binary", n=40, seed=9)
    record = study(data, "y", test=other, **SMALL).record
    assert record["data"]["split"] == {"rule": "file", "train": 90, "test": 40}
    assert sum(record["data"]["class_counts"]) == 90


@pytest.mark.parametrize(("rule", "name", "other"), [("groups", "who", "when"), ("time", "when", "who")])
def test_groups_and_time_are_no_features(rule, name, other):
    record = study(table("regression", belong=True).drop([other]), "y", **SMALL, **{rule: name}).record
    assert record["data"]["split"]["rule"] == rule
    assert not any(feature.startswith(name) for feature in record["path"]["names"])


def test_files(found, tmp_path):
    result = found["multiclass"]
    place = result.save(tmp_path / "deep" / "study")
    assert sorted(path.name for path in place.iterdir()) == ["model", "report.html", "study.json"]
    assert json.loads((place / "study.json").read_text()) == result.record
    features = table("multiclass").drop(["y"])
    np.testing.assert_array_equal(load_model(place).predict(features), result.model.predict(features))
    result.save(place)  # over the old one
    assert sorted(path.name for path in place.iterdir()) == ["model", "report.html", "study.json"]


def test_table_has_a_row_an_arm(found):
    frame = found["binary"].table()
    assert len(frame) == len(found["binary"].record["arms"])
    assert {"arm", "cv", "test", "gap"} <= set(frame.columns)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"budget": "huge"}, "budget 'huge'"),
        ({"seed": -1}, "seed=-1"),
        ({"synthesizers": ["CTGAN"]}, "'CTGAN' is not known"),
        ({"groups": "who", "time": "when"}, "both given"),
        ({"groups": "y"}, "both the target and the groups"),
        ({"groups": "absent"}, "'absent'"),
        ({"time": "color"}, "holds labels"),
        ({"test": "nowhere.csv"}, "no file"),
    ],
)
def test_wrong_settings_are_said_at_once(options, message):
    with pytest.raises(InputError, match=message):
        study(table("binary", belong=True), "y", **options)


def test_unknown_class_in_the_test_part():
    other = table("multiclass", n=30)
    with pytest.raises(InputError, match="class 'maybe'"):
        study(table("binary"), "y", test=other, budget="quick")


def test_a_target_alone_is_no_table():
    with pytest.raises(InputError, match="no column besides"):
        study(table("binary").select(["y"]), "y")
