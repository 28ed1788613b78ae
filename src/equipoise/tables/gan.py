"""A generative adversarial network for tables: relativistic pairing loss with exact R1 + R2.

The generator draws one-hot rows by hard Gumbel noise in two passes (see `networks`), the discriminator is a small
residual net, and the averaged generator is what samples. See `equipoise.adversarial.Game` for the step. The generator
starts as a mixture of products (see `mixture_fit`), which is found in seconds and knows most of the dependence; what
such a mixture cannot say is left to the game. Single columns are made right at the end (see `raking`).
"""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from typing import Any, ClassVar, final

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from equipoise.adversarial import Game, GameSettings
from equipoise.tables.codec import TableCodec
from equipoise.tables.layout import Layout
from equipoise.tables.mixture_fit import mixture_of, most_classes
from equipoise.tables.networks import Discriminator, Embed, Generator
from equipoise.tables.neural import NeuralSynthesizer
from equipoise.tables.onehot import variety
from equipoise.tables.synthesizer import Arrays
from equipoise.training.loop import Step, start
from equipoise.training.randomness import Stream, numpy_generator

__all__ = ["TableGAN"]

_CLASSES = 1024  # at most, of the mixture that the generator starts as
_STEPS_TIMES_RATE, _RATES = 5.0, (1e-3, 5e-3)  # short runs must move fast, long ones can afford to end near


@dataclass(frozen=True)
class _BuildGenerator:
    layout: Layout
    hidden: int
    latent: int
    classes: int

    def __call__(self, random: np.random.Generator) -> Generator:
        return Generator(random, self.layout, self.hidden, self.latent, self.classes)


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
    rate : float, optional
        Learning rate at the first step; it falls to a hundredth. By default 0.005 for runs of up to 1,000 steps, 0.001
        from 5,000 on, and between these 5 divided by the number of steps.
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
    margins: ClassVar[str] = "correction.bias"

    def __init__(
        self,
        steps: int | None = None,
        minutes: float | None = None,
        seed: int = 0,
        *,
        alpha: float = 0.1,
        rate: float | None = None,
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

    def _builder(self, layout: Layout, found: Arrays) -> _BuildGenerator:
        return _BuildGenerator(layout, self.hidden, self.latent, len(found["share"]))

    def _prepare(self, codec: TableCodec, codes: NDArray[np.int32]) -> tuple[Step, Any]:
        found = _mixture(codec, codes, self.seed)
        build = _BuildPlayers(self._builder(codec.layout, found))
        generator, discriminator = build(numpy_generator(self.seed, Stream.INIT))
        parts = [jnp.asarray(part) for part in found.values()]
        generator = eqx.tree_at(lambda g: (g.share, g.law), generator, parts)
        game = Game(embed=Embed(codec.layout), same_fakes=True, variety=variety)
        return game, start(game, generator, discriminator)

    def _settings(self, steps: int) -> GameSettings:
        rate = float(np.clip(_STEPS_TIMES_RATE / steps, *_RATES)) if self.rate is None else self.rate
        return GameSettings(alpha=(self.alpha, self.alpha / 2), rate=(rate, rate / 100))


def _mixture(codec: TableCodec, codes: NDArray[np.int32], seed: int) -> Arrays:
    """Return the logarithms of the shares and laws of a mixture; their shapes hang on the number of rows alone.

    It has more classes than a mixture that has to stand alone: what it says too boldly the game takes back.
    """
    mixture, _ = mixture_of(codec, codes, seed, most_classes(len(codes), _CLASSES))
    logs = {"share": np.log(np.maximum(mixture.share, 1e-30)), "law": np.log(np.maximum(mixture.law, 1e-12))}
    return {name: part.astype(np.float32) for name, part in logs.items()}
