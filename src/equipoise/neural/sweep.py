"""The host's side of a sweep: folds become decks of rows, members are dealt to lanes, blocks of epochs run in threads.

What a block does is up to the program of JAX, or to the compiled kernel where it knows every part of the step.

The order of rows is a function of (seed, epoch), the start of (seed), and chance within a step of (seed, deck, step):
members that differ in alpha alone differ in nothing else, whoever trains beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, final

import jax
import numpy as np
from joblib import cpu_count
from numpy.typing import NDArray

from equipoise.neural import kernel
from equipoise.neural.inputs import Inputs
from equipoise.neural.network import Network
from equipoise.neural.program import BLOCK, advance, begin, harvest
from equipoise.neural.recipe import Lanes, Recipe
from equipoise.neural.views import Rows, View, power, shared_of
from equipoise.neural.wiring import Wiring, filled
from equipoise.training import Stream, numpy_generator
from equipoise.training.compile_cache import use_compile_cache

__all__ = ["Deck", "Member", "Sweep", "padded"]

_LANES: Final = 16  # members at a time in the program on a CPU, if they fit
_SOME: Final = 4  # members at a time in the kernel, which takes one after the other
_CACHE: Final = 1 << 21  # bytes of weights and two moments that stay in the cache of a core
_Rows = NDArray[np.intp]


@final
@dataclass(frozen=True, eq=False)
class Deck:
    """The rows that a member trains on, and the seed of their order and of its start.

    Parameters
    ----------
    rows : array of int
    held : array of int
        Rows for the validation loss; none if it is not looked at.
    seed : int
    """

    rows: _Rows
    held: _Rows
    seed: int


@final
@dataclass(frozen=True)
class Member:
    """One net of the sweep; `deck` is a place in the list of decks."""

    deck: int
    alpha: float
    rate: float = 1e-3
    dropout: float = 0.0
    noise: float = 0.0
    mixup: float = 0.0
    smoothing: float = 0.0
    sharpness: float = 0.0


class Sweep:
    """Members that train side by side.

    Parameters
    ----------
    recipe : Recipe
        With the true number of columns; it is filled up here.
    rows : Rows
    decks : sequence of Deck
    members : sequence of Member
    epochs : int
        In all.
    standardize : bool
        Whether columns have mean 0 and variance 1 on each deck's own rows; a target of numbers always does.
    n_jobs : int, optional
        Threads; as many as there are cores if not given.
    inputs : Inputs, optional
        What becomes of the columns; they are taken as they are if it is not given.

    Attributes
    ----------
    curves : array of shape (epochs done, members)
        Mean training loss of each epoch.
    """

    def __init__(
        self, recipe: Recipe, rows: Rows, decks: Sequence[Deck], members: Sequence[Member], epochs: int,
        standardize: bool = True, n_jobs: int | None = None, inputs: Inputs | None = None,
    ) -> None:  # fmt: skip
        use_compile_cache()
        self.epochs, self.done = epochs, 0
        inputs = Inputs.plain(recipe.sizes[0]) if inputs is None else inputs
        self.members, self.curves = list(members), np.zeros((0, len(members)))
        self.decks, self._workers = decks, n_jobs if n_jobs is not None and n_jobs > 0 else cpu_count()
        counts = [-(-len(deck.rows) // recipe.batch) for deck in decks]
        self._wiring = Wiring(inputs, replace(recipe, ragged=len(set(counts)) > 1))
        self.recipe = self._wiring.recipe
        self._steps = max(counts)
        self._views = [View.of(rows, deck.rows, recipe.task, inputs.scaled(standardize)) for deck in decks]
        # decks of the same rows, from several starts, share pieces and sheet
        same: dict[bytes, int] = {}
        self._sheets = [same.setdefault(deck.rows.tobytes(), len(same)) for deck in decks]
        first = [self._sheets.index(sheet) for sheet in range(len(same))]
        fitted = [
            inputs.fit(rows.X[own], rows.weight[own], view.mean, view.inverse)
            for own, view in ((decks[k].rows, self._views[k]) for k in first)
        ]
        self._pieces = [fitted[sheet] for sheet in self._sheets]
        encoded = [pieces(rows.X) for pieces in fitted if pieces is not None] if self.recipe.sheets else []
        self._shared = shared_of(rows, self._wiring.columns, recipe.task, encoded, **self._wiring.constants())
        self._native = kernel.suits(self.recipe)
        self._table = jax.tree.map(np.asarray, self._shared.table) if self._native else self._shared.table
        self._size = len(self._table.weight)
        self._held = padded([deck.held for deck in decks], self._size)
        self._batches: list[_Part] = []
        starts: dict[int, Any] = {}
        for deck in decks:
            random = numpy_generator(deck.seed, Stream.INIT)
            starts.setdefault(deck.seed, self._wiring.start(random))
        self._deal([(k, starts[decks[m.deck].seed]) for k, m in enumerate(self.members)], begun=False)

    def run(self, until: int | None = None) -> None:
        """Train all members up to an epoch, the last one if not given."""
        until = self.epochs if until is None else until
        with ThreadPoolExecutor(max(1, min(self._workers, len(self._batches)))) as pool:
            while self.done < until:
                count = min(BLOCK, until - self.done)
                orders = self._orders(self.done, count)
                orders = orders if self._native else jax.device_put(orders)
                curves = list(pool.map(partial(self._advance, orders, count), self._batches))
                block = np.full((count, len(self.members)), np.nan)
                for part, curve in zip(self._batches, curves, strict=True):
                    block[:, part.places] = np.asarray(curve)[:count, : len(part.places)]
                self.curves = np.concatenate([self.curves, block])
                self.done += count

    def keep(self, places: Sequence[int]) -> None:
        """Go on with some members only, by their numbers."""
        wanted, kept = set(places), []
        for part in self._batches:
            state = jax.tree.map(np.asarray, part.state)
            kept += [(k, _pick(state, i)) for i, k in enumerate(part.places) if k in wanted]
        self._deal(kept, begun=True)

    def networks(self) -> dict[int, Network]:
        """The nets of the members that are still there, by their numbers, in the units of the data."""
        found = {}
        for part in self._batches:
            ended = (kernel.harvest if self._native else harvest)(self.recipe, part.state)
            layers = jax.tree.map(np.asarray, ended)
            for i, k in enumerate(part.places):
                deck = self.members[k].deck
                found[k] = self._wiring.network(_pick(layers, i), self._views[deck], self._pieces[deck])
        return found

    def _deal(self, kept: list[tuple[int, Any]], begun: bool) -> None:
        """Put members, by their states or their first layers, into parts of one size."""
        lanes = _SOME if self._native else _lanes(self.recipe, len(kept))
        self._batches = []
        for first in range(0, len(kept), lanes):
            some = kept[first : first + lanes]
            places = [k for k, _ in some]
            if not self._native:
                some = [*some, *[some[-1]] * (lanes - len(some))]  # copies of the last one fill up
            state = jax.tree.map(lambda *parts: np.stack(parts), *[tree for _, tree in some])
            if not begun:
                state = kernel.begin(state) if self._native else begin(self.recipe, state)
            lanes_of = self._arguments([k for k, _ in some])
            self._batches.append(_Part(places, lanes_of if self._native else jax.device_put(lanes_of), state))

    def _arguments(self, places: Sequence[int]) -> Lanes:
        members = [self.members[k] for k in places]
        views = [self._views[m.deck] for m in members]
        numbers: dict[str, NDArray[Any]] = {
            name: np.array([getattr(m, name) for m in members], np.float32)
            for name in ("alpha", "rate", "dropout", "noise", "mixup", "smoothing", "sharpness")
        }
        wide, shared = (self._wiring.columns,), self._shared
        if self.recipe.sheets:  # what varies is encoded already
            seen = [(np.zeros_like(view.mean), np.sign(view.inverse)) for view in views]
            numbers["sheet"] = np.array([self._sheets[m.deck] for m in members], np.int32)
        else:
            seen = [((view.mean - shared.mean) / shared.scale, view.inverse * shared.scale) for view in views]
        return Lanes(
            **numbers,
            seed=np.array([_seed(self.decks[m.deck], m.deck) for m in members], np.uint32),
            deck=np.array([m.deck for m in members], np.int32),
            steps=np.array([-(-len(self.decks[m.deck].rows) // self.recipe.batch) for m in members], np.int32),
            mean=np.stack([filled(mean, wide) for mean, _ in seen]),
            inverse=np.stack([filled(inverse, wide) for _, inverse in seen]),
            shift=np.stack([(view.shift - shared.level) / shared.spread for view in views]).astype(np.float32),
            spread=np.stack([shared.spread / view.spread for view in views]).astype(np.float32),
            share=np.array([view.share for view in views], np.float32),
            unit=np.stack([filled(view.unit, wide) for view in views]),
            **self._wiring.lanes([self._pieces[m.deck] for m in members], views),
        )  # fmt: skip

    def _advance(self, orders: Any, count: int, part: _Part) -> NDArray[Any]:
        data = (self.recipe, self._table, part.lanes, part.state, orders, self._held)
        if self._native:
            return kernel.advance(*data, self.done, count, self.epochs)
        numbers = (np.int32(self.done), np.int32(count), np.int32(self.epochs), np.int32(self._steps))
        part.state, curve = advance(*data, *numbers)
        return np.asarray(curve)  # waits for the end

    def _orders(self, first: int, count: int) -> NDArray[np.int32]:
        """Rows of `count` epochs, in batches of almost equal size."""
        batch = self.recipe.batch
        length = power(self._steps * batch)
        orders = np.full((power(len(self.decks), 1), BLOCK, length), self._size, np.int32)
        for d, deck in enumerate(self.decks):
            slots = np.concatenate(list(_slots(len(deck.rows), batch)))
            for k in range(count):
                orders[d, k, slots] = numpy_generator(deck.seed, Stream.ORDER, first + k).permutation(deck.rows)
        return orders


@dataclass
class _Part:
    places: list[int]
    lanes: Lanes
    state: Any  # a `State` of the program, or a `Flat` of the kernel


def padded(lists: Sequence[_Rows], filler: int) -> NDArray[np.int32]:
    """Lists of rows as one array, filled up with a number.

    Examples
    --------
    >>> import numpy as np
    >>> padded([np.array([0, 1]), np.array([2])], 9).shape
    (2, 256)
    """
    table = np.full((power(len(lists), 1), power(max(map(len, lists)))), filler, np.int32)
    for row, values in zip(table, lists, strict=False):
        row[: len(values)] = values
    return table


def _slots(rows: int, batch: int) -> Iterator[NDArray[np.intp]]:
    """Places of each batch's rows among those of an epoch."""
    count = -(-rows // batch)
    edges = np.arange(count + 1) * rows // count
    for k in range(count):
        yield k * batch + np.arange(edges[k + 1] - edges[k])


def _lanes(recipe: Recipe, members: int) -> int:
    """How many members go through the program at a time."""
    if members == 1:
        return 1
    if jax.default_backend() != "cpu":
        return members
    pairs = zip(recipe.sizes, recipe.sizes[1:], strict=False)
    size = 12 * sum(inputs * outputs + outputs for inputs, outputs in pairs)
    lanes = _LANES
    while lanes > 1 and lanes * size > _CACHE:
        lanes //= 2
    return lanes


def _seed(deck: Deck, place: int) -> int:
    return int(np.random.SeedSequence([deck.seed, place, int(Stream.STEP)]).generate_state(1)[0])


def _pick(tree: Any, place: int) -> Any:
    return jax.tree.map(lambda part: part[place], tree)
