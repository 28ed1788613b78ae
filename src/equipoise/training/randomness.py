"""Randomness as a function of (seed, stream, position): nothing depends on what was drawn before.

Each use of chance has a stream of its own, so that a change in one place (say, another network) leaves the others
(say, the order of rows) as they were, and a resumed run draws what the uninterrupted one would have drawn.
"""

from __future__ import annotations

import operator
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from equipoise.errors import InputError

if TYPE_CHECKING:  # the NumPy half must not cost the import of JAX
    import jax

__all__ = ["Stream", "check_seed", "jax_key", "numpy_generator"]


class Stream(IntEnum):
    """Uses of chance, one number each; the numbers are part of what a seed means, so they never change."""

    INIT = 0
    ORDER = 1
    STEP = 2
    SAMPLE = 3
    DECODE = 4


def check_seed(seed: int) -> int:
    """Return the seed as a Python integer from 0 to 2**63 - 1.

    Raises
    ------
    InputError
        If it is anything else.

    Examples
    --------
    >>> check_seed(7)
    7
    """
    try:
        number = operator.index(seed)
    except TypeError:
        raise InputError(f"seed={seed!r} is not an integer; give one from 0 to 2**63 - 1") from None
    if not 0 <= number < 2**63:
        raise InputError(f"seed={seed!r} is out of range; give an integer from 0 to 2**63 - 1")
    return number


def numpy_generator(seed: int, stream: Stream, position: int = 0) -> np.random.Generator:
    """Return a NumPy generator that depends on the three numbers alone.

    Examples
    --------
    >>> a, b = (numpy_generator(0, Stream.ORDER, 5).integers(100) for _ in range(2))
    >>> bool(a == b)
    True
    """
    entropy = np.random.SeedSequence([check_seed(seed), int(stream), position])
    return np.random.Generator(np.random.Philox(entropy))


def jax_key(seed: int, stream: Stream) -> jax.Array:
    """Return a typed JAX key for one stream; fold the position in with `jax.random.fold_in`.

    Examples
    --------
    >>> import jax
    >>> key = jax.random.fold_in(jax_key(0, Stream.STEP), 17)
    >>> jax.random.uniform(key).shape
    ()
    """
    import jax

    seed = check_seed(seed)
    # a key takes 32 bits where 64-bit mode is off, so that the high half is folded in
    key = jax.random.fold_in(jax.random.key(seed & 0xFFFF_FFFF), seed >> 32)
    return jax.random.fold_in(key, int(stream))
