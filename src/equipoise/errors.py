"""Errors and warnings that teach: what happened, which value, what to do.

Every room may raise these; they stand below all rooms and import nothing. The command line prints an
`InputError` as one sentence, without a traceback.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = [
    "CertificateWarning",
    "EquipoiseError",
    "FindingWarning",
    "InputError",
    "StoppedError",
    "TrainingError",
    "TrainingWarning",
    "interruptible",
]

_SWALLOWED = "Training interrupted by user"


class EquipoiseError(Exception):
    """Root of all errors that Equipoise raises on purpose."""


class InputError(EquipoiseError, ValueError):
    """The data, the file or a setting cannot be used; the message names it and says what to do."""


class TrainingError(EquipoiseError, RuntimeError):
    """Training cannot go on; the message says why and what to lower or raise."""


class StoppedError(EquipoiseError):
    """A run was stopped before its end, by a signal or on purpose, and can go on from its folder.

    Parameters
    ----------
    step, steps : int
        Steps done, and steps in all.
    folder : path, optional
        The folder that holds the run.
    signal : int, optional
        Number of the signal; a command line ends with 128 and this number as its exit code.
    """

    def __init__(self, step: int, steps: int, folder: object = None, signal: int | None = None) -> None:
        self.step, self.steps, self.folder, self.signal = step, steps, folder, signal
        kept = "it was not kept" if folder is None else f"{folder} holds it; the same call goes on from there"
        super().__init__(f"stopped after {step} of {steps} steps; {kept}")


class TrainingWarning(UserWarning):
    """Training met trouble and went on: it returned to a snapshot, or a checkpoint could not be written."""


class FindingWarning(UserWarning):
    """The data is legal but suspicious, and was treated in the way that the message says."""


class CertificateWarning(UserWarning):
    """A fit ended without its certificate: no finite minimiser exists, or the iterations ran out."""


@contextmanager
def interruptible() -> Iterator[None]:
    """Let an interrupt be one: scikit-learn's nets take it for the end of their training, and only warn.

    Examples
    --------
    >>> try:
    ...     with interruptible():
    ...         warnings.warn("Training interrupted by user.")
    ... except KeyboardInterrupt:
    ...     print("interrupted")
    interrupted
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=_SWALLOWED)
        try:
            yield
        except UserWarning as warning:
            if not str(warning).startswith(_SWALLOWED):
                raise
            raise KeyboardInterrupt from None
