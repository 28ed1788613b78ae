"""Names of places to write to, checked before the work starts."""

from __future__ import annotations

from pathlib import Path

from equipoise.errors import InputError

__all__ = ["check_folder", "check_target"]


def check_target(path: Path) -> Path:
    """Return a path for a file, or say why none can be there.

    Raises
    ------
    InputError
        If it is a folder, or a part of the path is a file.
    """
    if path.is_dir():
        raise InputError(f"{path} is a directory; give the name of a file")
    _check_parents(path)
    return path


def check_folder(path: Path) -> Path:
    """Return a path for a folder, or say why none can be there.

    Raises
    ------
    InputError
        If it or a part of the path is a file.
    """
    if path.exists() and not path.is_dir():
        raise InputError(f"{path} is a file; give the name of a folder")
    _check_parents(path)
    return path


def _check_parents(path: Path) -> None:
    for parent in path.parents:
        if parent.is_dir():
            return
        if parent.exists():
            raise InputError(f"{path} cannot be made, for {parent} is a file; choose a place in a folder")
