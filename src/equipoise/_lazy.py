"""Public names that load when first touched, so that `import equipoise` costs neither JAX nor SciPy."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["attach"]


def attach(package: str, homes: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Make `__getattr__` and `__dir__` (PEP 562) of a package from a table: name -> module that defines it.

    A name that equals the last part of its module stands for the module itself.
    """

    def __getattr__(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = importlib.import_module(homes[name])
        return module if homes[name].rpartition(".")[2] == name else getattr(module, name)

    def __dir__() -> list[str]:
        return sorted(homes)

    return __getattr__, __dir__
