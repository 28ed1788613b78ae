"""Files and folders that are whole or absent: written beside their place, synced, then moved over it.

Like `equipoise.errors`, this stands below all rooms and imports none of them.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from equipoise.errors import InputError

__all__ = ["replacing", "sync_folder", "write_bytes"]


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write a file or a folder at, and move it to `path` when the block ends without an error.

    What was made is flushed to the disk before it takes its name, so that neither a crash nor a full disk leaves half
    a file under that name, and the old one stays until the new one is whole. An interrupt leaves nothing behind.

    Parameters
    ----------
    path : pathlib.Path
        Where the file or folder goes; missing parents are made, and what is there is replaced.

    Raises
    ------
    InputError
        If the place cannot be written.

    Examples
    --------
    >>> folder = tempfile.TemporaryDirectory()
    >>> with replacing(Path(folder.name) / "note.txt") as draft:
    ...     _ = draft.write_text("whole")
    >>> (Path(folder.name) / "note.txt").read_text()
    'whole'
    >>> folder.cleanup()
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
        sync_folder(path.parent)
    except OSError as error:
        raise InputError(
            f"cannot write {path}: {error.strerror or error}; free space or choose another folder"
        ) from None
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file, all or nothing, into a folder that is there.

    Raises
    ------
    InputError
        If there is no such folder, or it cannot be written in.

    Examples
    --------
    >>> folder = tempfile.TemporaryDirectory()
    >>> write_bytes(Path(folder.name) / "note", b"whole")
    >>> (Path(folder.name) / "note").read_bytes()
    b'whole'
    >>> folder.cleanup()
    """
    if not path.parent.is_dir():
        raise InputError(f"cannot write {path}: there is no folder {path.parent}; make it first")
    if path.is_dir():
        raise InputError(f"cannot write {path}, which is a folder; give the name of a file")
    with replacing(path) as draft:
        draft.write_bytes(content)


def _sync(stage: Path) -> None:
    for place in stage.rglob("*"):
        if place.is_file():
            with open(place, "rb+") as handle:
                os.fsync(handle.fileno())
        else:
            sync_folder(place)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system lets a folder be opened (Windows does not)."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _move(made: Path, path: Path, stage: Path) -> None:
    if path.is_dir() and made.is_dir():  # a folder cannot be replaced in one step: the old one steps aside
        os.replace(path, stage / "old")
    os.replace(made, path)
