"""What happened in a run, a line of JSON each, appended as it happens, so that it outlives the process."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

__all__ = ["EventLog", "read_events"]


class EventLog:
    """Appends to ``events.jsonl``: ``{"event": ..., "time": seconds since 1970, ...}``.

    A log that cannot be written (a full disk) must not end the run: the line is dropped.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> log = EventLog(Path(folder.name) / "events.jsonl")
    >>> log.write("progress", step=32, discriminator=0.69)
    >>> [(line["event"], line["step"]) for line in read_events(log.path)]
    [('progress', 32)]
    >>> folder.cleanup()
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, event: str, **fields: Any) -> None:
        """Append one event."""
        # a number that is not finite is no JSON: it is written as a word
        line = json.dumps({"event": event, "time": round(time.time(), 3)} | {k: _plain(v) for k, v in fields.items()})
        try:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(line + "\n")
        except OSError:
            return


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not -float("inf") < value < float("inf"):
        return str(value)
    return value


def read_events(path: Path) -> list[dict[str, Any]]:
    """Return the events of a log; a last line that a crash cut off is left out.

    Examples
    --------
    >>> read_events(Path("there-is-no-such.jsonl"))
    []
    """
    if not path.exists():
        return []
    events = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            events.append(event)
    return events
