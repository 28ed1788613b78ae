"""A report is there whole or not at all."""

from __future__ import annotations

import os

import pytest

from equipoise.errors import InputError
from equipoise.report import study_page, write_study

RECORD = {"format": "equipoise.study/1", "data": {"name": "tiny"}}


def test_writes_the_page_and_nothing_else(tmp_path):
    path = write_study(RECORD, tmp_path / "report.html")
    assert path.read_text(encoding="utf-8") == study_page(RECORD)
    assert os.listdir(tmp_path) == ["report.html"]


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(InputError, match="nowhere; make it first"):
        write_study(RECORD, tmp_path / "nowhere" / "report.html")
