"""What the two neural synthesizers share: settings, budgets, arrays of weights, and drawing in blocks."""

from __future__ import annotations

import time
from abc import abstractmethod
from functools import partial
from numbers import Real
from os import PathLike
from pathlib import Path
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from equipoise.data import Table
from equipoise.errors import InputError
from equipoise.tables.codec import TableCodec, default_bins
from equipoise.tables.layout import Layout
from equipoise.tables.networks import Context
from equipoise.tables.onehot import codes_of
from equipoise.tables.raking import raked
from equipoise.tables.synthesizer import Arrays, Draft, Fitted, Synthesizer
from equipoise.training.loop import Step, run, steps_within
from equipoise.training.progress import progress_bar
from equipoise.training.randomness import Stream, jax_key
from equipoise.training.run_folder import RunFolder
from equipoise.training.weights import Build, arrays_of, rebuilt, shapes_of

__all__ = ["NeuralSynthesizer"]

_MOST_STEPS = 4000
_SHARED = 32  # up to so many slots of a number, like tables share one compiled program
_TRAINED = 0.95  # of the minutes: the rest goes to the margins
_RAKED = (4096, 32768)  # rows drawn to compare margins by: not fewer, not more
_BLOCK = 1024  # rows drawn at a time: one compiled program serves any number of rows


class NeuralSynthesizer(Synthesizer):
    """Base of synthesizers that train a network of one-hot rows; a subclass builds networks and step."""

    steps: int | None
    minutes: float | None
    batch: int
    hidden: int
    latent: int
    progress: bool
    folder: str | PathLike[str] | None
    steps_: int
    epochs: ClassVar[int]  # by default, and at least `fewest` steps
    fewest: ClassVar[int]
    positive: ClassVar[tuple[str, ...]]  # settings that must be above 0
    margins: ClassVar[str]  # the bias of the last logits, by which columns are drawn more or less often

    @abstractmethod
    def _builder(self, layout: Layout, found: Arrays) -> Build:
        """Return what builds the sampling network; equal layouts and settings give equal builders.

        Where the data decided a size, it is read off `found`, the network's arrays.
        """

    @abstractmethod
    def _prepare(self, codec: TableCodec, codes: NDArray[np.int32]) -> tuple[Step, Any]:
        """Return step and first state of a training run."""

    @abstractmethod
    def _settings(self, steps: int) -> Any:
        """Return the settings of a run of so many steps; they are traced, so that others need no other program."""

    def _codec(self, table: Table) -> TableCodec:
        # few rows compile longer than they train: their folds get shapes that do not hang on the rows
        bins = default_bins(table.n_rows) if self.bins is None else self.bins
        return TableCodec.fit(table, bins, tight=bins > _SHARED)

    def _learn(self, codec: TableCodec, codes: NDArray[np.int32], drafted: Draft) -> Arrays:
        self._check_settings()
        began = time.perf_counter()
        step, state = self._prepare(codec, codes)
        common: dict[str, Any] = {"batch": self.batch, "seed": self.seed}
        context = _context(codec)
        folder = None if self.folder is None else RunFolder(self.folder, export=partial(_export, drafted))
        kept = {} if folder is None else folder.known()
        if self.minutes is not None and "steps" in kept:
            self.steps_ = int(kept["steps"])  # the clock spoke when the run began
        elif self.minutes is not None:
            timed, minutes = (self._settings(_MOST_STEPS), context), _TRAINED * self.minutes
            self.steps_ = steps_within(minutes, step, state, codes, arguments=timed, began=began, **common)
        else:
            self.steps_ = self.steps if self.steps is not None else self._default_steps(len(codes))
        common |= {"steps": self.steps_, "arguments": (self._settings(self.steps_), context)}
        with progress_bar(type(self).__name__, self.progress) as report:
            state = run(step, state, codes, report=report, folder=folder, **common)
        return self._raked(codec, codes, arrays_of(state.average))

    def _raked(self, codec: TableCodec, codes: NDArray[np.int32], arrays: Arrays) -> Arrays:
        """Return the arrays with the biases by which every column is drawn as the training rows have it."""
        n, key = int(np.clip(len(codes), *_RAKED)), jax_key(self.seed, Stream.STEP)

        def draw(bias: NDArray[np.float32], number: int) -> NDArray[np.int32]:
            return self._drawn(codec, arrays | {self.margins: bias}, n, jax.random.fold_in(key, number))

        return arrays | {self.margins: raked(codec.layout, codes, arrays[self.margins], draw)}

    def _default_steps(self, rows: int) -> int:
        """Return steps for some epochs, within bounds that train small tables enough and large ones in minutes."""
        return int(np.clip(self.epochs * rows // self.batch, self.fewest, _MOST_STEPS))

    def _draw(self, fitted: Fitted, n: int, seed: int) -> NDArray[np.int32]:
        return self._drawn(fitted.codec, fitted.arrays, n, jax_key(seed, Stream.SAMPLE))

    def _drawn(self, codec: TableCodec, arrays: Arrays, n: int, key: jax.Array) -> NDArray[np.int32]:
        """Return slot numbers that the network of some arrays draws."""
        layout, context = codec.layout, _context(codec)
        network = rebuilt(self._builder(layout, arrays), arrays)
        blocks = [_block(network, layout, key, i, context) for i in range(-(-n // _BLOCK))]
        return np.concatenate([np.zeros((0, layout.columns), np.int32), *map(np.asarray, blocks)])[:n]

    def _skeleton(self, codec: TableCodec, found: Arrays) -> dict[str, tuple[int, ...]]:
        return shapes_of(self._builder(codec.layout, found))

    def _check_settings(self) -> None:
        if self.steps is not None and self.minutes is not None:
            raise InputError("steps and minutes are both set; give one of them")
        for name in ("steps", "minutes", "batch", "hidden", "latent", *self.positive):
            value = getattr(self, name)
            if value is not None and not (isinstance(value, Real) and 0 < float(value) < float("inf")):
                raise InputError(f"{name}={value!r} is not a number above 0; give one")


def _export(drafted: Draft, state: Any, place: Path) -> None:
    """Write the synthesizer of this moment, which `equipoise.load` reads, beside the state."""
    drafted(arrays_of(state.average)).save(place / "model.eq")


def _context(codec: TableCodec) -> Context:
    return Context(jnp.asarray(codec.log_prior()), jnp.asarray(codec.scores()))


@partial(jax.jit, static_argnames=("layout",), compiler_options={"xla_backend_optimization_level": 1})
def _block(network: Any, layout: Layout, key: jax.Array, block: int, context: Context) -> jax.Array:
    return codes_of(layout, network(jax.random.fold_in(key, block), _BLOCK, context))
