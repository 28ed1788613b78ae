"""Looks at a run while it goes on: between compiled chunks, at even distances, with whatever code is needed.

What a look remembers it keeps in the state, in arrays: then a checkpoint holds it, and a run that was stopped sees,
changes and decides the same as one that was not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

__all__ = ["CHUNK", "Looks", "Seen"]

CHUNK = 32  # long enough to hide the cost of a call (about 0.1 ms), short enough for a lively report


@dataclass(frozen=True)
class Seen:
    """What a look found.

    Parameters
    ----------
    state : pytree
        The state to go on with; of the same form.
    values : dict of str to float
        For the log.
    trouble : str, optional
        What is wrong: the run goes back to its last snapshot.
    ended : str
        Why further steps would not help; empty while they do.
    """

    state: Any
    values: dict[str, float] = field(default_factory=dict)
    trouble: str | None = None
    ended: str = ""


@dataclass(frozen=True)
class Looks:
    """When to look, and what to do then.

    Parameters
    ----------
    see : callable
        ``see(state)`` gives a `Seen`; it depends on nothing else that changes.
    times : int
        Looks at a run, the last one at its end; fewer where chunks are as long as the distance.

    Examples
    --------
    >>> looks = Looks(Seen, times=3)
    >>> [step for step in range(CHUNK, 321, CHUNK) if looks.due(step, 320)]
    [128, 256, 320]
    """

    see: Callable[[Any], Seen]
    times: int = 20

    def due(self, step: int, steps: int) -> bool:
        """Say whether to look after a step of a run of so many steps."""
        every = CHUNK * -(-steps // (CHUNK * self.times))
        return step % every == 0 or step == steps
