"""Seeds as a function of (seed, names and numbers of the stream): nothing depends on what was drawn before."""

from __future__ import annotations

import hashlib

__all__ = ["derive"]


def derive(seed: int, *stream: str | int) -> int:
    """Return a seed below 2**31 for one stream.

    Examples
    --------
    >>> derive(0, "folds", 1) == derive(0, "folds", 1), derive(0, "folds", 1) == derive(0, "folds", 2)
    (True, False)
    """
    text = "/".join(map(str, (seed, *stream)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "little") >> 1
