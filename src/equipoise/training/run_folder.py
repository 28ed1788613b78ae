"""The folder of a run, which outlives the process: its settings, what happened, samples, checkpoints.

    run.json          format, settings, fingerprint of the data
    events.jsonl      progress, checkpoints, troubles, stops (`equipoise.training.events`)
    samples/          what the caller draws at each checkpoint
    checkpoints/      `equipoise.training.checkpoints`

The same call on the same folder goes on where the run stopped; another call is refused, and the difference named.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, Final

import numpy as np

from equipoise.durable import write_bytes
from equipoise.errors import InputError
from equipoise.training.checkpoints import Checkpoints
from equipoise.training.events import EventLog

__all__ = ["RunFolder", "fingerprint"]

FORMAT: Final = "equipoise.run/1"


@dataclass(frozen=True)
class RunFolder:
    """Where a run is kept, and what else is written at each checkpoint.

    Parameters
    ----------
    path : path
        Made if it is not there.
    keep : int
        Checkpoints to keep, besides the best.
    every : int
        Steps between checkpoints; rounded up to whole chunks.
    settings : mapping, optional
        What else decides the run, as JSON can hold it.
    export : callable, optional
        ``export(state, folder)`` writes a model that can be loaded into the folder of a checkpoint.
    sample : callable, optional
        ``sample(state, path)`` writes an example of what the run makes; `path` has no suffix yet.
    score : callable, optional
        ``score(state)`` gives a number whose lowest marks the best checkpoint.

    Examples
    --------
    >>> import tempfile
    >>> place = tempfile.TemporaryDirectory()
    >>> folder = RunFolder(place.name)
    >>> checkpoints, log = folder.open({"steps": 100}, fingerprint(np.zeros(3)))
    >>> checkpoints.newest() is None
    True
    >>> folder.open({"steps": 200}, fingerprint(np.zeros(3)))
    Traceback (most recent call last):
        ...
    equipoise.errors.InputError: ... holds a run with steps=100, not 200; ...
    >>> place.cleanup()
    """

    path: str | PathLike[str]
    keep: int = 3
    every: int = 1024
    settings: Mapping[str, Any] = field(default_factory=dict)
    export: Callable[[Any, Path], None] | None = None
    sample: Callable[[Any, Path], None] | None = None
    score: Callable[[Any], float] | None = None

    def known(self) -> dict[str, Any]:
        """Return the settings of the run that the folder holds; empty where it holds none.

        Raises
        ------
        InputError
            If there is a file ``run.json`` of another kind.
        """
        place = Path(self.path) / "run.json"
        if not place.exists():
            return {}
        try:
            record = json.loads(place.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            record = None
        if (
            not isinstance(record, dict)
            or record.get("format") != FORMAT
            or not isinstance(record.get("settings"), dict)
        ):
            raise InputError(f"{place} is not a run of format {FORMAT}; give another folder")
        return {**record["settings"], "data": record.get("data")}

    def open(self, settings: Mapping[str, Any], data: str) -> tuple[Checkpoints, EventLog]:
        """Begin a run, or go on with the one that is there.

        Raises
        ------
        InputError
            If the folder holds a run with other settings or data, or cannot be written.
        """
        folder = Path(self.path)
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{folder} is a file; give the name of a folder")
        record = json.loads(json.dumps({**self.settings, **settings, "data": data}, sort_keys=True))
        known = self.known()
        if known:
            _check_same_run(folder, known, record)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "samples").mkdir(exist_ok=True)
        except OSError as error:
            raise InputError(f"cannot make {folder}: {error.strerror}; choose a writable folder") from None
        if not known:
            del record["data"]
            text = json.dumps({"format": FORMAT, "settings": record, "data": data}, indent=1)
            write_bytes(folder / "run.json", text.encode())
        log = EventLog(folder / "events.jsonl")
        return Checkpoints(folder / "checkpoints", self.keep, log.write), log


def _check_same_run(folder: Path, known: Mapping[str, Any], ours: Mapping[str, Any]) -> None:
    """Raise an `InputError` that names the first setting in which the run of a folder differs from ours."""
    silent = ("arguments", "data")  # what differs is not told by their text: last
    for name in sorted(known.keys() | ours.keys(), key=lambda name: (name in silent, name)):
        if known.get(name) == ours.get(name):
            continue
        if name in silent:
            what = "on other data" if name == "data" else "with other settings"
            raise InputError(f"{folder} holds a run {what}; give the same, or another folder")
        change = f"{name}={known.get(name)!r}, not {ours.get(name)!r}"
        raise InputError(f"{folder} holds a run with {change}; give the same settings, or another folder")


def fingerprint(*arrays: Any) -> str:
    """Return the SHA-256 of arrays, or of what has shape, type and rows like one: their shapes, types and bytes.

    Examples
    --------
    >>> fingerprint(np.zeros(3)) == fingerprint(np.zeros(3)), fingerprint(np.zeros(3)) == fingerprint(np.ones(3))
    (True, False)
    """
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.shape} {array.dtype.str}".encode())
        # in blocks: rows may lie in a file that is larger than the memory
        blocks = [array] if not array.shape else (array[at : at + 4096] for at in range(0, len(array), 4096))
        for block in blocks:
            digest.update(np.ascontiguousarray(block).tobytes())
    return digest.hexdigest()
