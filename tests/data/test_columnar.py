"""Parquet and JSON lines."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from equipoise.data import read_table

from .frames_for_tests import mixed_frame


def test_parquet_gives_the_frame_that_was_written(tmp_path: Path) -> None:
    frame = mixed_frame()
    frame.to_parquet(tmp_path / "x.parquet")
    table = read_table(str(tmp_path / "x.parquet"))
    assert {name: kind for name, kind in table.kinds.items() if name != kind} == {"target": "category"}
    back = table.to_frame()
    for name in frame.columns:
        assert back[name].tolist() == frame[name].tolist() or back[name].equals(frame[name])


def test_strings_of_a_typed_file_are_labels(tmp_path: Path) -> None:
    pd.DataFrame({"x": ["1", "2"]}).to_parquet(tmp_path / "x.pq")
    assert read_table(tmp_path / "x.pq").kinds == {"x": "category"}
    assert read_table(tmp_path / "x.pq", kinds={"x": "number"})["x"].values.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("suffix", [".jsonl", ".ndjson", ".json"])
def test_json_lines(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"x{suffix}"
    path.write_text('\ufeff{"a": 1, "b": "ü", "c": true}\n\n{"b": "v", "a": 2.5}\r\n{"a": null, "c": false}', "utf-8")
    table = read_table(path)
    assert table.kinds == {"a": "number", "b": "category", "c": "boolean"}
    assert table["b"].labels().tolist() == ["ü", "v", None]
    assert table["c"].labels().tolist() == ["True", None, "False"]


def test_json_lines_give_the_frame_that_was_written(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": [1.5, 2.25], "i": [1, 2], "s": ["a", "b"], "b": [True, False]})
    frame.to_json(tmp_path / "x.jsonl", orient="records", lines=True)
    back = read_table(tmp_path / "x.jsonl").to_frame()
    assert_frame_equal(back, frame)
