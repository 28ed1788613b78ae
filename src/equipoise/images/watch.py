"""What is watched while a GAN of images trains, and what follows from it.

    gap         2 P(D(training image) > D(image put aside)) - 1: 0 where the discriminator cannot tell them apart,
                1 where it knows its training images by heart
    collapse    1 - (V(samples) - 1) / (V(real) - 1), with V = exp(entropy of the eigenvalues of K / n) the effective
                number of different images, K a normal kernel on random convolutions (Friedman and Dieng, *The Vendi
                score* (2023)): 0 where samples are as varied as real images, 1 where all are one
    distance    Frechet distance of samples and real images, on random convolutions in units of their deviations

The strength of the augmentation rises while the gap is above its target and falls while it is below, within bounds
(Karras et al., *Training generative adversarial networks with limited data* (2020), section 3). A collapse after a
sound look sends the run back; a distance that has not fallen for long ends it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from equipoise.adversarial import Game, GameSettings, GameState
from equipoise.adversarial.spectral import normalised
from equipoise.evaluate.images.distances import frechet_distance
from equipoise.evaluate.intervals import auc
from equipoise.images.augmentation import Augmentation
from equipoise.images.blocks import in_blocks
from equipoise.images.memory import Memory
from equipoise.images.players import drawn, outputs_of
from equipoise.images.ruler import Images, Ruler, first_of
from equipoise.training.looks import Seen
from equipoise.training.loop import Clock

__all__ = ["NUMBERS", "Watch", "WatchedGame", "WatchedState", "bounded", "variety"]

Floats = NDArray[np.float64]

NUMBERS: Final = ("step", "distance", "collapse", "gap", "augment")
_TARGET: Final = 0.3  # gap that is let be
_SPEED: Final = 0.4  # change of the strength at a look, times how far the gap is off
_FASTEST: Final = 0.1
_STRONGEST: Final = 0.7
_SOUND, _COLLAPSED = 0.5, 0.95


class WatchedState(eqx.Module):
    """A game under way, the strength of its augmentation, and what the looks remember."""

    game: GameState
    augment: jax.Array
    memory: Memory

    @property
    def step(self) -> jax.Array:
        """Steps done."""
        return self.game.step


@final
@dataclass(frozen=True)
class WatchedGame:
    """A step of a game whose augmentation has a strength that may change from look to look."""

    game: Game
    kept: int  # which of the averages is looked at
    augments: bool

    def init(self, generator: Any, discriminator: Any, augment: jax.Array) -> WatchedState:
        """Return the state before the first step."""
        game = self.game.init(generator, discriminator)
        return WatchedState(game, augment, Memory.of(game.averages[self.kept], len(NUMBERS)))

    def __call__(
        self, state: WatchedState, batch: jax.Array, key: jax.Array, clock: Clock, arguments: tuple[GameSettings, Any]
    ) -> tuple[WatchedState, dict[str, jax.Array]]:
        """Return the state after one step of the game."""
        # the strength is a number of the state: another one is not another program
        game = replace(self.game, augment=Augmentation(state.augment)) if self.augments else self.game
        after, logs = game(state.game, batch, key, clock, arguments)
        return WatchedState(after, state.augment, state.memory), logs


@final
class Watch:
    """The looks at one run.

    Parameters
    ----------
    game : WatchedGame
    train, held : (images, classes or clusters)
        Images from -1 to 1 that are learned from, and those put aside; the latter may be none.
    noise : ndarray of shape (n, latent)
        Of the samples that are looked at; at most as many as there are images.
    adapts : bool
        Whether the strength of the augmentation follows the gap.
    patience : int
        Looks without a lower distance after which the run is over; 0 never ends it.
    """

    def __init__(
        self, game: WatchedGame, train: Images, held: Images, noise: NDArray[np.float32], adapts: bool, patience: int
    ) -> None:
        self.game, self.noise, self.adapts, self.patience = game, noise, adapts, patience
        self.train, self.held = train, held
        rows, self.codes = first_of(held, train, len(noise))
        self.ruler = Ruler(rows)
        self.width = _width(self.ruler.real)
        self.whole = variety(self.ruler.real, self.width)

    def __call__(self, state: WatchedState) -> Seen:
        """Look at a state."""
        network = state.game.averages[self.game.kept]
        fakes = in_blocks(drawn, network, self.noise, self.codes, shape=self.train[0].shape[1:])
        vectors = self.ruler.vectors(fakes)
        distance = frechet_distance(self.ruler.real, vectors)
        collapse = 1.0 - (variety(vectors, self.width) - 1.0) / max(self.whole - 1.0, 1e-9)
        gap = self.gap(state.game)
        augment = float(state.augment)
        if self.adapts and gap is not None:
            change = np.clip(_SPEED * (gap - _TARGET), -_FASTEST, _FASTEST)
            augment = float(np.clip(augment + change, 0.0, _STRONGEST))
        before = state.memory.rows()[:, NUMBERS.index("collapse")]
        numbers = [distance, collapse, gap or 0.0, augment]
        memory = state.memory.after(network, distance, state.step, [int(state.step), *numbers])
        trouble = None
        if before.min(initial=1.0) < _SOUND and collapse > _COLLAPSED:
            trouble = f"the fakes collapsed: they lost {collapse:.0%} of the variety of the real images"
        after = WatchedState(state.game, jnp.asarray(np.float32(augment)), memory)
        return Seen(after, dict(zip(NUMBERS[1:], numbers, strict=True)), trouble, memory.ended(self.patience))

    def gap(self, state: GameState) -> float | None:
        """Return how well the discriminator tells training images from those put aside; None where none are."""
        if not len(self.held[0]) or self.game.game.packing > 1:
            return None
        critic = bounded(state)
        train, held = (in_blocks(outputs_of, critic, *part, shape=()) for part in (self.train, self.held))
        above = auc(np.repeat([True, False], [len(train), len(held)]), np.concatenate([train, held]).astype(float))
        return 2.0 * above[0] - 1.0


def variety(vectors: Floats, width: float) -> float:
    """Return the effective number of different rows.

    Examples
    --------
    >>> round(variety(np.repeat(np.eye(3), 5, axis=0), width=0.1), 6)  # three different rows, five times each
    3.0
    """
    from scipy.spatial.distance import cdist

    kernel = np.exp(-0.5 * cdist(vectors, vectors, "sqeuclidean") / width**2)
    values = np.clip(np.linalg.eigvalsh(kernel / len(kernel)), 1e-12, None)
    return float(np.exp(-np.sum(values * np.log(values))))


def _width(vectors: Floats) -> float:
    """Return half the median distance of rows."""
    from scipy.spatial.distance import pdist

    return max(0.5 * float(np.median(pdist(vectors))), 1e-9)


def bounded(state: GameState) -> Any:
    """Return the discriminator as it plays: with its matrices divided by their largest singular values, if they are."""
    return state.discriminator if state.directions is None else _divided(state.discriminator, state.directions)


@jax.jit
def _divided(critic: Any, directions: Any) -> Any:
    return normalised(critic, directions)[0]
