"""A climb that remembers the weights with the best bound on images put aside, and ends when it gets no better.

score   -(log p(x|z) - beta KL), averaged over images put aside, of the average of the weights, at the last beta
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, final

import equinox as eqx
import jax
import numpy as np
from numpy.typing import NDArray

from equipoise.images.diagnosis import bound
from equipoise.images.memory import Memory
from equipoise.training.looks import Seen
from equipoise.training.loop import Clock
from equipoise.training.schedule import cosine
from equipoise.variational import Climb, ClimbSettings, ClimbState

__all__ = ["NUMBERS", "Bounds", "KeepingClimb", "KeptState"]

NUMBERS: Final = ("step", "elbo", "elbo_held_out")

_WARM: Final = 0.1  # share of the steps in which beta rises

Images = tuple[NDArray[np.float32], NDArray[np.int32]]


class KeptState(eqx.Module):
    """A climb under way, and what the looks remember."""

    climb: ClimbState
    memory: Memory

    @property
    def step(self) -> jax.Array:
        """Steps done."""
        return self.climb.step


@final
@dataclass(frozen=True)
class KeepingClimb:
    """A step of a climb, beside which the memory stays as it is."""

    climb: Climb

    def init(self, model: Any) -> KeptState:
        """Return the state before the first step."""
        return KeptState(self.climb.init(model), Memory.of(model, len(NUMBERS)))

    def __call__(
        self, state: KeptState, batch: jax.Array, key: jax.Array, clock: Clock, arguments: tuple[ClimbSettings, Any]
    ) -> tuple[KeptState, dict[str, jax.Array]]:
        """Return the state after one step of the climb."""
        settings, context = arguments
        # a beta that rises for long would have few images learned by heart before the prior counts
        beta = cosine(*settings.beta, clock.done / _WARM)
        settings = settings._replace(beta=(beta, beta))  # type: ignore[arg-type]  # traced
        climb, logs = self.climb(state.climb, batch, key, clock, (settings, context))
        return KeptState(climb, state.memory), logs


@final
@dataclass(frozen=True)
class Bounds:
    """The looks at one run: the bound on some training images, and on those put aside.

    Parameters
    ----------
    train, held : (images, classes)
    beta : float
    patience : int
        Looks without a better bound after which the run is over; 0 never ends it.
    """

    train: Images
    held: Images
    beta: float
    patience: int

    def __call__(self, state: KeptState) -> Seen:
        """Look at a state."""
        network = state.climb.average
        known, fresh = (bound(network, *part, self.beta) for part in (self.train, self.held))
        memory = state.memory.after(network, -fresh, state.step, [int(state.step), known, fresh])
        values = {"elbo": known, "elbo_held_out": fresh}
        return Seen(KeptState(state.climb, memory), values, None, memory.ended(self.patience))
