"""Say what to lower where memory runs out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import jax

from equipoise.errors import TrainingError

__all__ = ["explain_memory"]


@contextmanager
def explain_memory(batch: int) -> Iterator[None]:
    """Turn errors of memory within the block into one that says what to lower.

    Raises
    ------
    TrainingError
        If memory ran out.

    Examples
    --------
    >>> with explain_memory(batch=512):
    ...     raise MemoryError
    Traceback (most recent call last):
        ...
    equipoise.errors.TrainingError: memory ran out at 512 rows a step; ...
    """
    advice = f"memory ran out at {batch} rows a step; lower the batch, the width of the networks, or the size of a row"
    try:
        yield
    except MemoryError:
        raise TrainingError(advice) from None
    except jax.errors.JaxRuntimeError as error:
        if "RESOURCE_EXHAUSTED" not in str(error) and "ut of memory" not in str(error):
            raise
        raise TrainingError(advice) from None
