"""Files and folders are there whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from equipoise.durable import replacing, write_bytes
from equipoise.errors import InputError


@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_what_was_there_survives_a_crash(tmp_path, monkeypatch, step, error):
    path = tmp_path / "note"
    path.write_text("before")

    def crash(*args):
        raise error

    monkeypatch.setattr(os, step, crash)
    expected = InputError if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected, match="No space left" if isinstance(error, OSError) else None):
        write_bytes(path, b"after")
    assert path.read_text() == "before"
    assert os.listdir(tmp_path) == ["note"]


def test_flushed_before_it_moves_and_its_name_after(tmp_path, monkeypatch):
    steps = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (steps.append("fsync"), fsync(handle)))
    monkeypatch.setattr(os, "replace", lambda a, b: (steps.append(Path(a).parent.parent), replace(a, b)))
    write_bytes(tmp_path / "note", b"whole")
    assert steps == ["fsync", tmp_path, "fsync"]  # the draft lies in the same folder


def test_a_folder_replaces_a_folder(tmp_path):
    for text in ("first", "second"):
        with replacing(tmp_path / "made") as draft:
            draft.mkdir()
            (draft / text).write_text(text)
    assert os.listdir(tmp_path) == ["made"]
    assert os.listdir(tmp_path / "made") == ["second"]


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(InputError, match=r"no folder .*nowhere"):
        write_bytes(tmp_path / "nowhere" / "note", b"")
