"""Write the page, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from equipoise.durable import write_bytes
from equipoise.report.page import study_page

__all__ = ["write_study"]


def write_study(record: Mapping[str, Any], path: str | os.PathLike[str]) -> Path:
    """Write a study as one HTML file that needs no other file.

    The page is written beside its place, flushed to the disk and then moved, so that no reader and no crash ever meets
    half a page.

    Parameters
    ----------
    record : mapping
        A study record, as in ``study.json``.
    path : path-like
        Where the page goes; a page that is there is replaced.

    Returns
    -------
    pathlib.Path
        The path.

    Raises
    ------
    InputError
        If `record` is no study record, or the folder does not exist.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> write_study({"format": "equipoise.study/1"}, f"{folder.name}/report.html").name
    'report.html'
    >>> folder.cleanup()
    """
    target = Path(path)
    write_bytes(target, study_page(record).encode("utf-8"))
    return target
