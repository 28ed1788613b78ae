"""What a trial is, as a digest: the rows and every setting, estimators and synthesizers of the user's own among them.

The digest of one and the same trial is the same in another process, where objects lie elsewhere in memory. So an object
is told by its class and by what it holds, and by its `repr` only where that is a text of its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Set
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from equipoise.errors import InputError
from equipoise.judge.sample import Sample

__all__ = ["described", "identity"]

_DEPTH = 20


def identity(whole: Sample, settings: Mapping[str, Any]) -> str:
    """Return a digest of rows and settings.

    Raises
    ------
    InputError
        If a setting cannot be told from another of its kind.
    """
    from equipoise import __version__

    digest = hashlib.sha256(json.dumps([__version__, whole.target, described(settings)]).encode())
    if whole.groups is not None:
        digest.update(whole.groups.tobytes())
    for column in whole.table.columns:
        digest.update(repr((column.name, column.kind, column.levels)).encode())
        digest.update(np.ascontiguousarray(column.values).tobytes())
    return digest.hexdigest()


def described(value: Any, depth: int = 0) -> Any:
    """Return a value as what JSON knows, equal for equal settings whatever the process.

    Parameters
    ----------
    value : object
    depth : int, default 0
        How deep it lies in another.

    Raises
    ------
    InputError
        If it is an object that says nothing about itself, or holds itself.

    Examples
    --------
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> described(KNeighborsClassifier(3))["holds"]["n_neighbors"]
    3
    """
    if depth > _DEPTH:
        raise InputError(f"a {_kind(value)} is nested too deeply to be recognised in another process; leave keep out")
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return value.item() if not isinstance(value.item(), np.generic) else repr(value)
    if isinstance(value, np.ndarray) and value.dtype != object:
        content = hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()
        return {"array": [str(value.dtype), list(value.shape), content]}
    if isinstance(value, Mapping):
        return {"pairs": [[described(k, depth + 1), described(v, depth + 1)] for k, v in value.items()]}
    if isinstance(value, list | tuple | np.ndarray):
        return [described(item, depth + 1) for item in value]
    if isinstance(value, Set):
        return {"set": sorted(json.dumps(described(item, depth + 1)) for item in value)}
    if isinstance(value, type):
        return {"class": _kind(value)}
    if isinstance(value, FunctionType):
        cells = [cell.cell_contents for cell in value.__closure__ or ()]
        held = [value.__defaults__, value.__kwdefaults__, cells]
        return {"function": [_kind(value), _code(value.__code__), described(held, depth + 1)]}
    return {"class": _kind(type(value)), "holds": _held(value, depth)}


def _held(value: Any, depth: int) -> Any:
    if isinstance(value, np.random.Generator):
        return described(value.bit_generator.state, depth + 1)
    if callable(getattr(value, "get_params", None)):
        return {name: described(each, depth + 1) for name, each in sorted(value.get_params(deep=False).items())}
    if hasattr(value, "__dict__"):
        return {name: described(each, depth + 1) for name, each in sorted(vars(value).items())}
    text = repr(value)
    if " at 0x" not in text:  # where there is no text of its own
        return text
    raise InputError(
        f"a {_kind(type(value))} cannot be recognised in another process, so that a trial that was cut off could not "
        "go on; give its class a __repr__ that says what it is, or leave keep out"
    )


def _code(code: CodeType) -> list[Any]:
    """What a function does: its instructions, names and constants, those of functions inside it too."""
    constants = [_code(each) if isinstance(each, CodeType) else described(each) for each in code.co_consts]
    return [code.co_code.hex(), list(code.co_names), constants]


def _kind(value: Any) -> str:
    return f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', type(value).__qualname__)}"
