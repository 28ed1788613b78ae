"""What looks at a run remember, in arrays of the state: the best network so far, how long ago it was, and a record.

A checkpoint holds it, so that a run which was stopped and resumed comes to the same decisions as one that was not.
"""

from __future__ import annotations

from typing import Any, Self

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from equipoise.training.averaging import copy_of

__all__ = ["LOOKS", "Memory"]

LOOKS = 20  # at one run


class Memory(eqx.Module):
    """The best network, its score (the lowest), its step, the looks since, and a row of numbers a look."""

    network: Any
    score: jax.Array
    step: jax.Array
    since: jax.Array
    record: jax.Array
    looks: jax.Array

    @classmethod
    def of(cls, network: Any, numbers: int) -> Self:
        """Return the memory before the first look, which will record so many numbers."""
        nothing = jnp.zeros((), jnp.int32)
        # finite, for a state with other numbers counts as a run that left its bounds
        worst = jnp.asarray(np.finfo(np.float32).max)
        return cls(copy_of(network), worst, nothing, nothing, jnp.zeros((LOOKS, numbers)), nothing)

    def after(self, network: Any, score: float, step: jax.Array, numbers: list[float]) -> Memory:
        """Return the memory after a look at a network."""
        better = score < float(self.score)
        record = np.array(self.record)
        record[int(self.looks)] = numbers
        return Memory(
            network=copy_of(network) if better else self.network,
            score=jnp.asarray(np.float32(score)) if better else self.score,
            step=jnp.copy(step) if better else self.step,
            since=jnp.asarray(np.int32(0 if better else int(self.since) + 1)),
            record=jnp.asarray(record),
            looks=jnp.asarray(np.int32(int(self.looks) + 1)),
        )

    def ended(self, patience: int) -> str:
        """Return why a run need not go on: after so many looks without a better score it is saturated; 0 waits on."""
        return "saturated" if patience and int(self.since) >= patience else ""

    def rows(self) -> NDArray[np.float32]:
        """Return what was recorded, one row a look."""
        return np.asarray(self.record)[: int(self.looks)]
