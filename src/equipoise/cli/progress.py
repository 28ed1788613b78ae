"""A progress bar on stderr, where that is a terminal; a few plain lines where it is not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["study_progress"]


@contextmanager
def study_progress(title: str) -> Iterator[Callable[[str, int, int], None]]:
    """Give a function to call with part, steps done and all steps."""
    if not sys.stderr.isatty():
        yield _lines(title)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}")
    times = TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn()
    with Progress(*columns, *times, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda part, done, total: bar.update(task, description=f"{title}: {part}", completed=done, total=total)


def _lines(title: str) -> Callable[[str, int, int], None]:
    last = [-1]

    def tell(part: str, done: int, total: int) -> None:
        tenth = 10 * done // total
        last[0] = -1 if tenth < last[0] else last[0]  # the next of several rounds has begun
        if tenth > last[0]:
            last[0] = tenth
            print(f"{title}: {done} of {total} ({part})", file=sys.stderr, flush=True)

    return tell
