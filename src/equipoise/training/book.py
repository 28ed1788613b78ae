"""The files of a run, as the loop uses them: events to say, checkpoints to go on from and to save."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import jax
import numpy as np

from equipoise.errors import InputError, TrainingWarning
from equipoise.training.averaging import copy_of
from equipoise.training.batches import Rows
from equipoise.training.checkpoints import ALIGNED, Checkpoints, Course, arrays_by_name, with_arrays
from equipoise.training.events import EventLog
from equipoise.training.looks import CHUNK
from equipoise.training.run_folder import RunFolder, fingerprint

__all__ = ["Book"]


@dataclass(frozen=True)
class Book:
    """The files of a run, or none: what it says, where it goes on, and what it saves."""

    folder: RunFolder | None = None
    checkpoints: Checkpoints | None = None
    log: EventLog | None = None

    @classmethod
    def open(cls, folder: RunFolder | None, settings: dict[str, Any], data: Rows, arguments: Any) -> Book:
        """Return the book of a folder; one that writes nothing where there is no folder."""
        if folder is None:
            return cls()
        leaves = [np.asarray(leaf) for leaf in jax.tree.leaves(arguments)]
        return cls(folder, *folder.open({**settings, "arguments": fingerprint(*leaves)}, fingerprint(data)))

    def say(self, event: str, **fields: Any) -> None:
        """Write an event into the log, if there is one."""
        if self.log is not None:
            self.log.write(event, **fields)

    def every(self) -> int:
        """Return the steps between snapshots, in whole chunks."""
        return CHUNK * -(-(self.folder.every if self.folder else 1024) // CHUNK)

    def resume(self, state: Any) -> tuple[Any, Course, Any, Course]:
        """Return where to go on, and the snapshot to return to in trouble, as state and course each."""
        found = self.checkpoints.newest() if self.checkpoints else None
        if found is None or self.checkpoints is None:
            return state, Course(), copy_of(state), Course()
        now, course = with_arrays(state, found[0]), found[1]
        back = self.checkpoints.newest(ALIGNED, until=course.step)
        self.say("resume", step=course.step)
        return (now, course, with_arrays(state, back[0]), back[1]) if back else (now, course, copy_of(state), Course())

    def save(self, state: Any, course: Course, kind: str) -> None:
        """Write a checkpoint; where that fails, say so and keep the ones that are there."""
        if self.folder is None or self.checkpoints is None:
            return
        folder = self.folder
        try:
            if folder.sample is not None and kind == ALIGNED:
                folder.sample(state, Path(folder.path) / "samples" / f"step-{course.step:09d}")
            self.checkpoints.save(
                arrays_by_name(state),
                course,
                kind=kind,
                score=None if folder.score is None or kind != ALIGNED else float(folder.score(state)),
                export=None if folder.export is None else partial(folder.export, state),
            )
        except InputError as error:
            self.say("save failed", step=course.step, reason=str(error))
            warnings.warn(f"no checkpoint at step {course.step}: {error}", TrainingWarning, stacklevel=2)
        else:
            self.say("checkpoint", step=course.step, kind=kind)
