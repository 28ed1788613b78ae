"""What of a trial is done, on disk: one JSON line for each arm and fold, so that a run that was cut off goes on.

The first line says which trial it is; lines of another are refused. A line is written whole and synced before the next
arm begins; one that a crash left unfinished is cut off.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from equipoise.durable import sync_folder
from equipoise.errors import InputError

__all__ = ["FILE", "Store"]

FILE = "done.jsonl"


class Store:
    """Scores by a key, kept in a folder, or in memory only.

    Parameters
    ----------
    folder : path or None
        It is made where it is missing.
    identity : str
        Says which trial it is: a digest of the rows and settings.

    Raises
    ------
    InputError
        If the folder holds another trial, or cannot be written.
    """

    def __init__(self, folder: Path | None = None, identity: str = "") -> None:
        self._found: dict[str, Any] = {}
        self._path = None if folder is None else folder / FILE
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._read(self._path, identity)
        except OSError as error:
            raise InputError(f"cannot write {self._path}: {error.strerror}; choose a writable folder") from None

    def __contains__(self, key: str) -> bool:
        return key in self._found

    def __getitem__(self, key: str) -> Any:
        return self._found[key]

    def add(self, key: str, value: Any) -> None:
        """Keep what one arm did on one fold."""
        self._found[key] = value
        self._append({"key": key, "value": value})

    def _read(self, path: Path, identity: str) -> None:
        content = path.read_bytes() if path.exists() else b""
        whole = content[: content.rfind(b"\n") + 1]
        try:
            lines = [json.loads(line) for line in whole.splitlines()]
            if lines and lines[0]["trial"] != identity:
                raise InputError(f"{path} belongs to other data or settings; choose another folder or remove the file")
            self._found = {line["key"]: line["value"] for line in lines[1:]}
        except (ValueError, KeyError, TypeError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"{path} is not a trial's; choose another folder or remove the file") from None
        if len(whole) < len(content):
            with open(path, "rb+") as handle:
                handle.truncate(len(whole))
        if not lines:
            self._append({"trial": identity})
            sync_folder(path.parent)  # the file is in the folder, too, when the power fails

    def _append(self, line: dict[str, Any]) -> None:
        if self._path is None:
            return
        try:
            with open(self._path, "ab") as handle:
                handle.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
                handle.flush()
                os.fsync(handle.fileno())
        except OSError as error:
            raise InputError(f"cannot write {self._path}: {error.strerror}; free space and start again") from None
