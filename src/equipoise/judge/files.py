"""Files that are whole or absent: written beside their place, synced, then moved."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from equipoise.errors import InputError

__all__ = ["check_folder", "check_target", "replacing"]


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write a file or folder at, and move it to `path` when the block ends without an error.

    Raises
    ------
    InputError
        If the place cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}; choose a writable folder") from None
    try:
        # the old name keeps its suffix, by which writers choose the format
        yield stage / path.name
        _sync(stage)
        _move(stage / path.name, path, stage)
    except OSError as error:
        raise InputError(
            f"cannot write {path}: {error.strerror or error}; free space or choose another folder"
        ) from None
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _sync(stage: Path) -> None:
    for file in stage.rglob("*"):
        if file.is_file():
            with open(file, "rb+") as handle:
                os.fsync(handle.fileno())


def _move(made: Path, path: Path, stage: Path) -> None:
    if path.is_dir() and made.is_dir():  # a folder cannot be replaced in one step: the old one steps aside
        os.replace(path, stage / "old")
    os.replace(made, path)


def check_target(path: Path) -> Path:
    """Return a path for a file, or say that it is a folder.

    Raises
    ------
    InputError
        If it is a folder.
    """
    if path.is_dir():
        raise InputError(f"{path} is a directory; give the name of a file")
    return path


def check_folder(path: Path) -> Path:
    """Return a path for a folder, or say that it is a file.

    Raises
    ------
    InputError
        If it is a file.
    """
    if path.exists() and not path.is_dir():
        raise InputError(f"{path} is a file; give the name of a folder")
    return path
