"""Which task a target sets, and how it is coded."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from equipoise.data import embedded, read_table, target_vector

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("values", "task", "classes"),
    [
        (["b", "a", "b"], "binary", ("a", "b")),
        ([True, False, True], "binary", ("False", "True")),
        (["c", "a", "b"], "multiclass", ("a", "b", "c")),
        ([2, 1, 2], "binary", ("1", "2")),
        ([-1.0, 1.0, -1.0], "binary", ("-1", "1")),
        ([10, 9, 2] * 5, "multiclass", ("2", "9", "10")),
        (list(range(10)) * 5, "multiclass", tuple("0123456789")),
        (list(range(10)) * 4, "regression", ()),
        (list(range(11)) * 9, "regression", ()),
        ([0.5, 1.5, 0.5], "regression", ()),
    ],
)
def test_the_task_follows_from_the_values(values: list[object], task: str, classes: tuple[str, ...]) -> None:
    target = target_vector(read_table(pd.DataFrame({"y": values})), "y")
    assert (target.task, target.classes) == (task, classes)
    assert target.y.dtype == (np.float64 if task == "regression" else np.int64)
    if classes:
        labels = [str(int(v)) if isinstance(v, float) else str(v) for v in values]
        assert [classes[code] for code in target.y] == labels


def test_the_kind_decides_otherwise() -> None:
    frame = pd.DataFrame({"y": [1, 2, 1, 2]})
    assert target_vector(read_table(frame, kinds={"y": "number"}), "y").task == "regression"
    many = pd.DataFrame({"y": list(range(30)) * 2})
    assert target_vector(read_table(many, kinds={"y": "category"}), "y").task == "multiclass"


def test_classes_that_no_row_has_are_left_out() -> None:
    table = embedded("iris")
    some = table.take(np.flatnonzero(table["target"].values > 0))
    y, task, classes = target_vector(some, "target")
    assert (task, classes, sorted(set(y.tolist()))) == ("binary", ("versicolor", "virginica"), [0, 1])


@pytest.mark.parametrize(
    ("name", "task"),
    [("breast_cancer", "binary"), ("wine", "multiclass"), ("digits", "multiclass"), ("diabetes", "regression")],
)
def test_embedded_targets(name: str, task: str) -> None:
    assert target_vector(embedded(name), "target").task == task
