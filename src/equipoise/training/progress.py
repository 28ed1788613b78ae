"""Progress of a run: a plain record for each chunk of steps, and a bar on stderr that shows it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

__all__ = ["Progress", "progress_bar"]


@dataclass(frozen=True)
class Progress:
    """Where a run is.

    Parameters
    ----------
    step, steps : int
        Steps done, and steps in all.
    rate : float
        Steps per second over the last chunk.
    values : mapping of str to float
        Mean of what the steps logged over the last chunk.
    returns : int
        How often the run went back to a snapshot, since it had left its bounds.

    Examples
    --------
    >>> Progress(50, 200, 100.0, {}).seconds_left
    1.5
    """

    step: int
    steps: int
    rate: float
    values: Mapping[str, float]
    returns: int = 0

    @property
    def seconds_left(self) -> float:
        """Time that the remaining steps take at the present rate."""
        return (self.steps - self.step) / self.rate if self.rate > 0 else float("inf")


@contextmanager
def progress_bar(name: str, shown: bool) -> Iterator[Callable[[Progress], None] | None]:
    """Give a callback that draws a bar with rate and time left on stderr, or None where nothing shall be shown.

    Examples
    --------
    >>> with progress_bar("fit", shown=False) as report:
    ...     report is None
    True
    """
    if not shown:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[values]}"),
    )
    with Bar(*columns, console=Console(file=sys.stderr)) as bar:
        task = bar.add_task(name, total=None, rate="compiling", values="")

        def report(now: Progress) -> None:
            words = " ".join(f"{key} {value:.3g}" for key, value in now.values.items())
            words += f" ({now.returns} returns)" if now.returns else ""
            rate = f"{now.rate:.0f} steps/s"
            bar.update(task, total=now.steps, completed=now.step, rate=rate, values=words)

        yield report
