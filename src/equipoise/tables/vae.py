"""A variational autoencoder for tables: one categorical law a column given the latents, by the exact likelihood.

See `equipoise.variational.Climb` for the step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import jax

from equipoise.tables.layout import Layout
from equipoise.tables.networks import Embed, RowVAE
from equipoise.tables.neural import NeuralSynthesizer, modules
from equipoise.training import Step, Stream, jax_key
from equipoise.variational import Climb, ClimbSettings

__all__ = ["TableVAE"]


@dataclass(frozen=True)
class _BuildVAE:
    layout: Layout
    hidden: int
    latent: int

    def __call__(self, key: jax.Array) -> RowVAE:
        return RowVAE(key, self.layout, self.hidden, self.latent)


@final
class TableVAE(NeuralSynthesizer):
    """Encoder and decoder, on tables with mixed types and missing values.

    Parameters
    ----------
    steps : int, optional
        Training steps; by default by the number of rows.
    minutes : float, optional
        Time to train for instead: it becomes a number of steps after a short timed run, kept in ``steps_``.
    seed : int
        The same seed and data give the same weights, to the byte, on the same machine.
    beta : float
        Weight of the latents' divergence from the prior; 1 is the evidence lower bound.
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
        latent: int = 16,
        bins: int | None = None,
        progress: bool = False,
    ) -> None:
        self.steps, self.minutes, self.seed = steps, minutes, seed
        self.beta, self.decay, self.rate = beta, decay, rate
        self.batch, self.hidden, self.latent, self.bins = batch, hidden, latent, bins
        self.progress = progress

    def _builder(self, layout: Layout) -> _BuildVAE:
        return _BuildVAE(layout, self.hidden, self.latent)

    def _prepare(self, layout: Layout, rows: int) -> tuple[Step, Any, Any]:
        climb = Climb(embed=Embed(layout))
        model = modules(self._builder(layout), jax_key(self.seed, Stream.INIT))
        settings = ClimbSettings(beta=(self.beta, self.beta), rate=(self.rate, self.rate / 100), decay=self.decay)
        return climb, climb.init(model), settings
