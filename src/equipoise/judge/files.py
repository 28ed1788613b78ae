"""Names of places to write to, checked before the work starts."""

from __future__ import annotations

from pathlib import Path

from equipoise.errors import InputError

__all__ = ["check_folder", "check_target"]


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
