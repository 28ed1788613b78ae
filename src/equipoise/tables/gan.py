"""A generative adversarial network for tables: relativistic pairing loss with exact R1 + R2.

The generator draws one-hot rows by hard Gumbel noise in two passes (see `networks`), the discriminator is a small
residual net, and the averaged generator is what samples. See `equipoise.adversarial.Game` for the step.
"""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from typing import Any, ClassVar, final

import numpy as np

from equipoise.adversarial import Game, GameSettings
from equipoise.tables.layout import Layout
from equipoise.tables.networks import Discriminator, Embed, Generator
from equipoise.tables.neural import NeuralSynthesizer
from equipoise.training.loop import Step, start
from equipoise.training.randomness import Stream, numpy_generator

__all__ = ["TableGAN"]


@dataclass(frozen=True)
class _BuildGenerator:
    layout: Layout
    hidden: int
    latent: int

    def __call__(self, random: np.random.Generator) -> Generator:
        return Generator(random, self.layout, self.hidden, self.latent)


@dataclass(frozen=True)
class _BuildPlayers:
    generator: _BuildGenerator

    def __call__(self, random: np.random.Generator) -> tuple[Generator, Discriminator]:
        build = self.generator
        return build(random), Discriminator(random, build.layout, build.hidden)


@final
class TableGAN(NeuralSynthesizer):
    """Generator against discriminator, on tables with mixed types and missing values.

    Parameters
    ----------
    steps : int, optional
        Training steps; by default 120 epochs, but at least 400 and at most 4,000 steps.
    minutes : float, optional
        Time to train for instead: it becomes a number of steps after a short timed run, kept in ``steps_``.
    seed : int
        The same seed and data give the same weights, to the byte, on the same machine.
    alpha : float
        Weight of R1 + R2 at the first step (the literature's gamma); it falls to half of it.
    rate : float
        Learning rate at the first step; it falls to a hundredth.
    batch, hidden, latent : int
        Rows of a step, width of the layers, number of noise inputs.
    bins : int, optional
        Most slots of a column, a power of two; by default by the number of rows.
    progress : bool
        Show a progress bar on stderr.
    folder : path, optional
        Where the run is kept while it trains: events, checkpoints, and in each of them the model of that moment. A run
        that was stopped or killed goes on from there when the same fit is called again.

    Attributes
    ----------
    steps_ : int
        Steps that were run.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> gan = TableGAN(steps=20, hidden=16).fit(embedded("iris"))
    >>> gan.sample(3).names[-1]
    'target'
    """

    id: ClassVar[str] = "table-gan"
    settings: ClassVar[tuple[str, ...]] = (
        "steps", "minutes", "seed", "alpha", "rate", "batch", "hidden", "latent", "bins"
    )  # fmt: skip
    epochs: ClassVar[int] = 120
    fewest: ClassVar[int] = 400
    positive: ClassVar[tuple[str, ...]] = ("alpha", "rate")

    def __init__(
        self,
        steps: int | None = None,
        minutes: float | None = None,
        seed: int = 0,
        *,
        alpha: float = 0.3,
        rate: float = 5e-3,
        batch: int = 128,
        hidden: int = 128,
        latent: int = 32,
        bins: int | None = None,
        progress: bool = False,
        folder: str | PathLike[str] | None = None,
    ) -> None:
        self.steps, self.minutes, self.seed = steps, minutes, seed
        self.alpha, self.rate = alpha, rate
        self.batch, self.hidden, self.latent, self.bins = batch, hidden, latent, bins
        self.progress, self.folder = progress, folder

    def _builder(self, layout: Layout) -> _BuildGenerator:
        return _BuildGenerator(layout, self.hidden, self.latent)

    def _prepare(self, layout: Layout, rows: int) -> tuple[Step, Any, Any]:
        game = Game(embed=Embed(layout))
        players = _BuildPlayers(self._builder(layout))(numpy_generator(self.seed, Stream.INIT))
        settings = GameSettings(alpha=(self.alpha, self.alpha / 2), rate=(self.rate, self.rate / 100))
        return game, start(game, *players), settings
