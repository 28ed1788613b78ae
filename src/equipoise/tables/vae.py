"""A variational autoencoder for tables: one categorical law a column given the latents, by the exact likelihood.

Single columns are made right at the end (see `raking`). See `equipoise.variational.Climb` for the step.
"""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from typing import Any, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from equipoise.tables.codec import TableCodec
from equipoise.tables.layout import Layout
from equipoise.tables.networks import Embed, RowVAE
from equipoise.tables.neural import NeuralSynthesizer
from equipoise.tables.synthesizer import Arrays
from equipoise.training.loop import Step, start
from equipoise.training.randomness import Stream, numpy_generator
from equipoise.variational import Climb, ClimbSettings

__all__ = ["TableVAE"]


@dataclass(frozen=True)
class _BuildVAE:
    layout: Layout
    hidden: int
    latent: int

    def __call__(self, random: np.random.Generator) -> RowVAE:
        return RowVAE(random, self.layout, self.hidden, self.latent)


@final
class TableVAE(NeuralSynthesizer):
    """Encoder and decoder, on tables with mixed types and missing values.

    Parameters
    ----------
    steps : int, optional
        Training steps; by default 100 epochs, but at least 500 and at most 4,000 steps.
    minutes : float, optional
        Time to train for instead: it becomes a number of steps after a short timed run, kept in ``steps_``.
    seed : int
        The same seed and data give the same weights, to the byte, on the same machine.
    beta : float
        Weight of the latents' divergence from the prior at the last step; 1 is the evidence lower bound. It starts at
        a tenth, or the latents could be given up before the decoder has learned to use them.
    decay : float
        Weight decay.
    rate : float
        Learning rate at the first step; it falls to a hundredth.
    batch, hidden, latent : int
        Rows of a step, width of the layers, number of latents.
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
    >>> vae = TableVAE(steps=20, hidden=16).fit(embedded("iris"))
    >>> vae.sample(3).names[-1]
    'target'
    """

    id: ClassVar[str] = "table-vae"
    settings: ClassVar[tuple[str, ...]] = (
        "steps", "minutes", "seed", "beta", "decay", "rate", "batch", "hidden", "latent", "bins"
    )  # fmt: skip
    epochs: ClassVar[int] = 100
    fewest: ClassVar[int] = 500
    positive: ClassVar[tuple[str, ...]] = ("beta", "rate")
    margins: ClassVar[str] = "head.bias"

    def __init__(
        self,
        steps: int | None = None,
        minutes: float | None = None,
        seed: int = 0,
        *,
        beta: float = 1.0,
        decay: float = 0.0,
        rate: float = 3e-3,
        batch: int = 128,
        hidden: int = 128,
        latent: int = 8,
        bins: int | None = None,
        progress: bool = False,
        folder: str | PathLike[str] | None = None,
    ) -> None:
        self.steps, self.minutes, self.seed = steps, minutes, seed
        self.beta, self.decay, self.rate = beta, decay, rate
        self.batch, self.hidden, self.latent, self.bins = batch, hidden, latent, bins
        self.progress, self.folder = progress, folder

    def _builder(self, layout: Layout, found: Arrays) -> _BuildVAE:
        del found
        return _BuildVAE(layout, self.hidden, self.latent)

    def _prepare(self, codec: TableCodec, codes: NDArray[np.int32]) -> tuple[Step, Any]:
        climb = Climb(embed=Embed(codec.layout))
        model = self._builder(codec.layout, {})(numpy_generator(self.seed, Stream.INIT))
        return climb, start(climb, model)

    def _settings(self, steps: int) -> ClimbSettings:
        del steps
        return ClimbSettings(beta=(self.beta / 10, self.beta), rate=(self.rate, self.rate / 100), decay=self.decay)
