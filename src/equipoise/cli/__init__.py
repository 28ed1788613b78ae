"""The command `equipoise`: one command a file, each thin: parse, call, print.

Progress and errors go to stderr, results to stdout. Exit codes: 0 done, 1 the data or a file cannot be used, 2 the
command was used wrongly, 130 interrupted, 143 stopped by SIGTERM. Nothing heavy is imported before a command needs it.
"""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Callable, Sequence
from types import FrameType
from typing import NoReturn

from equipoise.errors import CertificateWarning, EquipoiseError, FindingWarning, StoppedError, TrainingWarning

__all__ = ["main", "run"]


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process if not given.

    Examples
    --------
    >>> run(["--version"])
    0.1.0
    0
    """
    from cyclopts import CycloptsError

    from equipoise.cli.app import app
    from equipoise.cli.usage import UsageError

    try:
        app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        words = " ".join(("equipoise", *(error.command_chain or ()), "--help"))
        return _fail(2, " ".join(str(error).split()).rstrip(".?"), f"run '{words}' for the options")
    except UsageError as error:
        return _fail(2, str(error))
    except StoppedError as stopped:
        return _fail(128 + (stopped.signal or 0), str(stopped))
    except EquipoiseError as error:
        return _fail(1, str(error))
    except MemoryError as error:
        return _fail(1, "there is not enough memory", str(error) or "ask for less")
    except BrokenPipeError:
        # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1
    return 0


def _fail(code: int, *sentences: str) -> int:
    message = "; ".join(sentence.strip() for sentence in sentences)
    print(f"equipoise: {message}", file=sys.stderr)
    return code


def _plain_warnings(otherwise: Callable[..., None]) -> Callable[..., None]:
    """Return what shows a warning of this library in a line that says what is meant, and others as before."""

    def show(message: Warning | str, category: type[Warning], *place: object, **more: object) -> None:
        if issubclass(category, TrainingWarning | FindingWarning | CertificateWarning):
            print(f"equipoise: {message}", file=sys.stderr)
        else:
            otherwise(message, category, *place, **more)

    return show


def main() -> NoReturn:
    """Run the command line and end the process."""
    warnings.showwarning = _plain_warnings(warnings.showwarning)
    interrupted = False

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        nonlocal interrupted
        interrupted = True
        signal.default_int_handler(number, frame)

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # a parent may have it ignored
        signal.signal(signal.SIGINT, interrupt)
    try:
        code = run()
        sys.stdout.flush()
    except (KeyboardInterrupt, Exception) as error:
        # deep in compiled code an interrupt can come out as another error: NumPy's reading of buffers makes it a
        # ValueError
        if not (interrupted or isinstance(error, KeyboardInterrupt)):
            raise
        print("equipoise: interrupted; no file was left half-written", file=sys.stderr, flush=True)
        # fits that still run in threads would hold up an ordinary exit; files are moved in place only when whole
        os._exit(130)
    sys.exit(code)
