"""The record: what is left out, what it looks like, and what cannot be judged."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import equipoise as eq
from equipoise.data import Column, Table, embedded

IRIS = embedded("iris")
ODD, EVEN = IRIS.take(np.arange(0, 150, 2)), IRIS.take(np.arange(1, 150, 2))


@pytest.fixture(scope="module")
def report():
    return eq.evaluate_tables(ODD, EVEN, EVEN, "target")


def test_text_is_within_80_columns_and_names_every_score(report):
    text = report.table()
    assert max(map(len, text.splitlines())) <= 80
    assert all(score.label in text for score in report.scores)
    assert text == str(report)


def test_json_and_page(report, tmp_path):
    record = json.loads(report.to_json())
    assert record["format"] == "equipoise.evaluation/1"
    assert {score["name"]: score["value"] for score in record["scores"]} == report.values
    page = report.to_html(tmp_path / "page.html").read_text()
    assert page.startswith("<!doctype html>")
    assert all(score.label in page for score in report.scores)
    assert "http" not in page.replace("http-equiv", "")
    assert page.count("<svg") == 1 + 5 + 3


def test_the_same_seed_gives_the_same_record(report):
    assert eq.evaluate_tables(ODD, EVEN, EVEN, "target").to_json() == report.to_json()
    assert eq.evaluate_tables(ODD, EVEN, seed=1).intervals != eq.evaluate_tables(ODD, EVEN).intervals


def test_utility_stands_between_independent_columns_and_real_rows(report):
    assert abs(report.floors["tstr_auc"] - 0.5) < 0.2
    assert report.values["tstr_auc"] > 0.9
    assert report.conclusions[1].tone == "good"


def test_every_score_says_how_it_was_measured(report):
    assert all(score.method for score in report.scores)
    smoke = next(score for score in report.scores if score.name == "dcr")
    assert "smoke test" in smoke.label
    assert set(report.values) == set(report.floors) == set(report.ceilings) == set(report.intervals)


def test_without_held_out_rows_the_report_says_what_is_left_out(tmp_path):
    report = eq.evaluate_tables(ODD, EVEN, target="target")
    assert set(report.values) == {"shape", "trend", "density", "coverage"}
    assert set(report.ceilings.values()) == {None}
    assert "real_test" in report.table()
    assert {left.label for left in report.left_out} >= {"C2ST", "TSTR", "Copies", "Membership attack", "All ceilings"}
    assert "Left out: All ceilings, C2ST" in report.to_html(tmp_path / "page.html").read_text()


def test_without_a_target_utility_is_left_out(tmp_path):
    report = eq.evaluate_tables(ODD, EVEN, EVEN)
    assert "tstr_auc" not in report.values
    assert [left.label for left in report.left_out] == ["TSTR"]


def test_frames_of_any_kind():
    random = np.random.default_rng(0)
    frame = pd.DataFrame({
        "n": random.normal(size=120), "i": random.integers(9, size=120), "flag": random.random(120) < 0.5,
        "c": random.choice(["a", "b", None], 120), "when": pd.date_range("2020-01-01", periods=120),
        "gone": np.full(120, np.nan), "one": 1, "who": [f"person {i}" for i in range(120)],
    })  # fmt: skip
    report = eq.evaluate_tables(frame[:60], frame[60:], frame[60:], "flag")
    assert {fault.name for fault in report.columns} == {"n", "i", "flag", "c", "when", "gone", "one"}
    json.loads(report.to_json())


def test_one_column():
    column = Column("x", "number", np.random.default_rng(0).normal(size=200))
    table = Table((column,))
    report = eq.evaluate_tables(table, table, table)
    assert "trend" not in report.values
    assert report.pairs == ()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((ODD.take(np.arange(5)), EVEN), "real_train has 5 rows"),
        ((ODD, EVEN.take(np.arange(29))), "synthetic has 29 rows"),
        ((ODD, EVEN, EVEN.take(np.arange(3))), "real_test has 3 rows"),
        ((ODD, EVEN.drop(["target"])), "lacks column 'target'"),
        ((ODD, EVEN, None, "colour"), "'colour' is not a column"),
        ((Table((Column("id", "text", np.arange(40, dtype=np.int32), tuple(f"r{i:02}" for i in range(40))),)),) * 2,
         "text or identifiers"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged(arguments, message):
    with pytest.raises(eq.InputError, match=message):
        eq.evaluate_tables(*arguments)


def test_progress_is_told():
    told = []
    eq.evaluate_tables(ODD, EVEN, progress=lambda part, done, total: told.append((part, done, total)))
    assert told[0] == ("columns and pairs", 0, 2)
    assert told[-1] == ("done", 2, 2)
