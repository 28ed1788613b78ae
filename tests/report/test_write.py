"""A report is there whole or not at all."""

from __future__ import annotations

import os

import pytest

from equipoise.errors import InputError
from equipoise.report import study_page, write, write_study

RECORD = {"format": "equipoise.study/1", "data": {"name": "tiny"}}


def test_writes_the_page_and_nothing_else(tmp_path):
    path = write_study(RECORD, tmp_path / "report.html")
    assert path.read_text(encoding="utf-8") == study_page(RECORD)
    assert os.listdir(tmp_path) == ["report.html"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_what_was_there_survives_a_crash(tmp_path, monkeypatch, step, error):
    path = tmp_path / "report.html"
    path.write_text("before")

    def crash(*args):
        raise error

    monkeypatch.setattr(write.os, step, crash)
    with pytest.raises(error):
        write_study(RECORD, path)
    assert path.read_text() == "before"
    assert os.listdir(tmp_path) == ["report.html"]


def test_the_draft_lies_in_the_same_folder_and_is_flushed_before_it_moves(tmp_path, monkeypatch):
    steps = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(write.os, "fsync", lambda handle: (steps.append("fsync"), fsync(handle)))
    monkeypatch.setattr(write.os, "replace", lambda a, b: (steps.append(os.path.dirname(a)), replace(a, b)))
    write_study(RECORD, tmp_path / "report.html")
    assert steps[:2] == ["fsync", str(tmp_path)]


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nowhere.*does not exist"):
        write_study(RECORD, tmp_path / "nowhere" / "report.html")
