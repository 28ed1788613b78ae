"""A climb that remembers the best weights by images put aside, and ends when they get no better.

    distance   Frechet distance of samples from real images, on random convolutions in units of their deviations
    bound      log p(x|z) - beta KL, averaged over images put aside, at the last beta

both of the average of the weights. They part early: a decoder that has learned to draw goes on to draw better, while
the encoder and the deviation of the pixels fit the training images alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, final

import equinox as eqx
import jax
import numpy as np
from numpy.typing import NDArray

from equipoise.images.blocks import decoded, in_blocks
from equipoise.images.diagnosis import bound
from equipoise.images.memory import Memory
from equipoise.images.ruler import Images, Ruler, first_of
from equipoise.training.looks import Seen
from equipoise.training.loop import Clock
from equipoise.training.schedule import cosine
from equipoise.variational import Climb, ClimbSettings, ClimbState

__all__ = ["NUMBERS", "Choice", "KeepingClimb", "KeptState", "Looking"]

NUMBERS: Final = ("step", "elbo", "elbo_held_out", "distance")

_WARM: Final = 0.1  # share of the steps in which beta rises

Choice = Literal["distance", "bound"]


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
class Looking:
    """The looks at one run: its samples, and the bound on some training images and on those put aside.

    Parameters
    ----------
    train, held : (images, classes)
    latents : ndarray of shape (n, latent)
        Of the samples that are looked at; at most as many as there are images.
    beta : float
    choice : {"distance", "bound"}
        By what the weights to keep are chosen.
    patience : int
        Looks without a better one after which the run is over; 0 never ends it.
    """

    def __init__(
        self, train: Images, held: Images, latents: NDArray[np.float32], beta: float, choice: Choice, patience: int
    ) -> None:
        self.train, self.held, self.latents = train, held, latents
        self.beta, self.choice, self.patience = beta, choice, patience
        rows, self.codes = first_of(held, train, len(latents))
        self.ruler = Ruler(rows)

    def __call__(self, state: KeptState) -> Seen:
        """Look at a state."""
        network = state.climb.average
        known, fresh = (bound(network, *part, self.beta) for part in (self.train, self.held))
        samples = in_blocks(decoded, network, self.latents, self.codes, shape=self.train[0].shape[1:])
        distance = self.ruler.distance(samples)
        score = distance if self.choice == "distance" else -fresh
        memory = state.memory.after(network, score, state.step, [int(state.step), known, fresh, distance])
        values = {"elbo": known, "elbo_held_out": fresh, "distance": distance}
        return Seen(KeptState(state.climb, memory), values, None, memory.ended(self.patience))
