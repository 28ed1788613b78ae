"""Compiled programs kept between processes, so that only the first run on a machine waits for the compiler.

JAX keys them by the program, its own version and the flags of the compiler; the folder's name adds the processor, for a
program compiled for one may not run on another. Set ``EQUIPOISE_CACHE`` to another folder, or to nothing to keep none.
A cache that the caller has set in JAX stays as it is.
"""

from __future__ import annotations

import hashlib
import os
import platform
from functools import cache
from pathlib import Path

import jax
import platformdirs

__all__ = ["use_compile_cache"]


@cache
def use_compile_cache() -> Path | None:
    """Point JAX to the folder of compiled programs, once a process, and return it; None where there is none.

    Examples
    --------
    >>> use_compile_cache() == use_compile_cache()
    True
    """
    root = os.environ.get("EQUIPOISE_CACHE", platformdirs.user_cache_dir("equipoise"))
    if not root or jax.config.jax_compilation_cache_dir:  # type: ignore[attr-defined]
        return None
    folder = Path(root) / "programs" / _processor()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # a home that cannot be written: compile each time
        return None
    jax.config.update("jax_compilation_cache_dir", str(folder))  # type: ignore[no-untyped-call]
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.5)  # type: ignore[no-untyped-call]
    return folder


def _processor() -> str:
    """Return a name for the machine code that this processor can run."""
    features = platform.processor()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        features += "".join(next((line for line in lines if line.startswith(("flags", "Features"))), ""))
    except OSError:
        pass
    return f"{platform.machine()}-{hashlib.sha256(features.encode()).hexdigest()[:12]}"
