"""Reading files of arrays: safetensors, with JSON in the header under the key ``equipoise``; nothing is ever run.

Like `equipoise.durable`, which writes them, this stands below all rooms.
"""

from __future__ import annotations

import json
import os
from os import PathLike
from typing import Any

from numpy.typing import NDArray

from equipoise.errors import InputError

__all__ = ["read_header", "read_tensors"]


def read_header(path: str | PathLike[str]) -> Any:
    """Return what the header says, and None where it says nothing that can be read.

    Raises
    ------
    InputError
        If there is no such file, or it cannot be opened.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            return _header(file)
    except OSError as error:
        raise _unreadable(path, error) from None
    except (SafetensorError, ValueError, TypeError):
        return None


def read_tensors(path: str | PathLike[str], kind: str) -> tuple[Any, dict[str, NDArray[Any]]]:
    """Return what the header says (None where that is no JSON) and all arrays.

    Parameters
    ----------
    path : path
    kind : str
        What the file should be, for the message: "synthesizer".

    Raises
    ------
    InputError
        If there is no such file, it cannot be opened, or it is damaged.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            header = _header(file)
            return header, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
    except OSError as error:
        raise _unreadable(path, error) from None
    except (SafetensorError, ValueError, TypeError) as error:
        raise InputError(f"{path} is damaged or not a {kind} file ({error}); save it again") from None


def _header(file: Any) -> Any:
    try:
        return json.loads((file.metadata() or {}).get("equipoise", ""))
    except ValueError:
        return None


def _unreadable(path: str | PathLike[str], error: OSError) -> InputError:
    if os.path.isdir(path):
        return InputError(f"{path} is a folder; give the path of the file that save was given")
    return InputError(f"cannot read {path}: {error.strerror or error}; give the path that save was given")
