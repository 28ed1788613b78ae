"""A first SIGTERM or SIGINT asks a run to save and stop; a second SIGINT interrupts it at once.

Handlers can be set in the main thread alone; elsewhere the signals keep their usual effect.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["StopRequest", "stop_request"]


class StopRequest:
    """Whether, and by which signal, the run was asked to stop."""

    signal: signal.Signals | None = None

    def ask(self, number: int, frame: FrameType | None = None) -> None:
        """Note the request; this is the signal handler."""
        del frame
        if self.signal is not None and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.signal = signal.Signals(number)


@contextmanager
def stop_request() -> Iterator[StopRequest]:
    """Give a request that is filled by SIGTERM or SIGINT within the block; the former handlers come back after it.

    Examples
    --------
    >>> with stop_request() as asked:
    ...     asked.signal is None
    True
    """
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    before = {number: signal.signal(number, request.ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
