"""A discriminator at the door: rows of any synthesizer, accepted the likelier the more they look real.

A classifier between real rows and drawn ones has the log odds log p(x) / q(x) where it is at its best, so that drawing
x from q and accepting it with probability proportional to p(x) / q(x) gives p (Azadi et al., *Discriminator rejection
sampling* (2019), section 3). Each round learns from rows that passed the door so far, and its log odds are added. Drawn
rows cost little, so that each round sees more of them than real ones. What is seen of a row: `sight`.

A door that knows real rows too well lets pass what is nearest to them. After the first the rounds end where the rows
that pass repeat training rows, slot by slot, more often than these repeat each other and than the synthesizer's do.

Of the rows that pass, a tenth is left out so that single columns agree with the training rows (`calibration`).

The number of trees follows from the number of rows. Held-out rows cannot choose it where the synthesizer has seen
them: its rows lie closer to those that it learned from than fresh ones do, and no tree at all would look best.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from os import PathLike
from typing import Any, ClassVar, Self, final

import numpy as np
from numpy.typing import NDArray

from equipoise.data import Column, Table, align, read_table
from equipoise.data.column import level_order
from equipoise.errors import InputError
from equipoise.evaluate import among, most_repeated
from equipoise.tables import boosted
from equipoise.tables.calibration import SPARE, calibrated
from equipoise.tables.codec import TableCodec, default_bins
from equipoise.tables.conditions import Condition, condition
from equipoise.tables.sight import Sight
from equipoise.tables.synthesizer import Arrays, Draft, Fitted, Synthesizer, child_seed
from equipoise.training.randomness import Stream, check_seed, numpy_generator

__all__ = ["Refined"]

_BINS = 256
_TREES, _DEPTH, _LEAF, _SHARE = 100, 9, 30, 0.5
_WAY, _RATE = 0.3, 0.1  # rates of all rounds together; the most of one
_ROWS = 200  # real rows for each tree: where rows are few, the door stays open
_POOL = 6  # drawn rows for one real row, from which every round takes those that pass
_A_ROUND = 2  # or so many for each round, if these are more
_MOST_POOL = 400_000
_FAKES = 2  # drawn rows that a round learns from, for one real row
_CAP = 0.999  # log odds above this quantile count as the quantile: a few rows must not close the door to all others
_MOST_DRAWS = 1_000  # rows drawn for one accepted


@final
class Refined(Synthesizer):
    """Rejection by boosted classifiers of real against drawn rows, around any synthesizer.

    Parameters
    ----------
    synthesizer : Synthesizer, or object with ``fit(table)`` and ``sample(n, seed=...)``
        Fitted by `fit`. One of your own gets what `fit` is given and returns rows with the same columns; it cannot be
        saved with the door.
    rounds : int
        Most classifiers, one after the other; fewer where more would let copies pass.
    seed : int
        The same seed and data give the same door.

    Attributes
    ----------
    acceptance_ : float
        Share of the drawn rows that pass.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> from equipoise.tables import TableMarginals
    >>> refined = Refined(TableMarginals(), rounds=1).fit(embedded("iris"))
    >>> len(refined.sample(10)), 0 < refined.acceptance_ < 1
    (10, True)
    """

    id: ClassVar[str] = "refined"
    settings: ClassVar[tuple[str, ...]] = ("rounds", "seed")
    dtypes: ClassVar[Mapping[str, type[np.generic]]] = {
        **boosted.JOINED, **Sight.dtypes, "cap": np.float64, "acceptance": np.float64
    }  # fmt: skip

    def __init__(self, synthesizer: Any, rounds: int = 5, seed: int = 0) -> None:
        self.synthesizer, self.rounds, self.seed, self.bins = synthesizer, rounds, seed, _BINS

    @property
    def acceptance_(self) -> float:
        """Share of the drawn rows that pass."""
        return float(self._check_fitted().arrays["acceptance"][0])

    @classmethod
    def _made(cls, settings: dict[str, Any], inner: Synthesizer | None) -> Self:
        if inner is None:
            raise InputError("it lacks the synthesizer that was refined")
        return cls(inner, **settings)

    def fit(self, table: Any) -> Self:
        """Fit the synthesizer, then the door to its rows.

        Parameters
        ----------
        table : Table, data frame or path

        Returns
        -------
        self

        Raises
        ------
        InputError
            If the table or a setting cannot be used, or the synthesizer's rows lack columns of the table.
        """
        check_seed(self.seed)
        if not isinstance(self.rounds, int | np.integer) or self.rounds < 1:
            raise InputError(f"rounds={self.rounds!r} is not a number of classifiers; give a whole number from 1 on")
        for name in ("fit", "sample"):
            if not callable(getattr(self.synthesizer, name, None)):
                raise InputError(f"{self.synthesizer!r} has no method {name}; give a synthesizer with fit and sample")
        self.synthesizer.fit(table)
        return self._around(table)

    def _around(self, table: Any) -> Self:
        """Fit the door alone, to a synthesizer that was fitted on the table."""
        source = read_table(table)
        codec = TableCodec.fit(source, _BINS)
        inner = self.synthesizer if isinstance(self.synthesizer, Synthesizer) else None
        fitted = Fitted(codec, source.origin, not isinstance(table, Table), {}, inner)
        trees = self._door(fitted, source)
        self._fitted = Fitted(codec, source.origin, fitted.as_frame, trees, inner)
        return self

    def _door(self, fitted: Fitted, source: Table) -> Arrays:
        n = len(source)
        random = numpy_generator(self.seed, Stream.STEP)
        count, rate = min(_TREES, max(1, n // _ROWS)), min(_RATE, _WAY / self.rounds)
        size = max(n, min(max(_POOL, _A_ROUND * int(self.rounds)) * n, _MOST_POOL))
        fold = Sight.folds(n, random)
        sight = Sight.fit(fitted.codec, source, fold, count, self.seed)
        real = sight(source, fold)
        drawn = self._proposed(fitted, size, child_seed(self.seed, 0))
        pool, copied, most = sight(drawn, Sight.folds(size, random)), *_copied(source, drawn)
        odds, cap, trees, shares = np.zeros(size), 0.0, list[Arrays](), np.ones(size)
        for position in range(self.rounds):
            passed = np.flatnonzero(random.random(size) < shares)
            X = np.concatenate([real, pool[random.permutation(passed)[: _FAKES * n]]])
            grown = boosted.boost(X, np.arange(len(X)) < n, position, count, _DEPTH, rate, leaf=_LEAF, share=_SHARE)
            then = odds + boosted.margins(pool, grown)
            at = float(np.quantile(then, _CAP))
            passing = np.exp(np.minimum(then - at, 0.0))
            if position and float(passing @ copied) > most * float(passing.sum()):
                break
            odds, cap, shares, trees = then, at, passing, trees + grown
        whole = boosted.join_trees(trees) | sight.arrays()
        return whole | {"cap": np.array([cap]), "acceptance": np.array([shares.mean()])}

    def _proposed(self, fitted: Fitted, n: int, seed: int, where: Condition | None = None) -> Table:
        """Return rows that have not come to the door yet."""
        if fitted.inner is not None:
            within = fitted.inner._check_fitted()
            return fitted.inner._table(within, n, seed, None if where is None else condition(within.codec, where.where))
        drawn = read_table(self.synthesizer.sample(n, seed=seed))
        if len(drawn) != n:
            raise InputError(f"sample({n}) of {self.synthesizer!r} gave {len(drawn)} rows")
        return align(drawn, fitted.codec.empty())

    def _table(self, fitted: Fitted, n: int, seed: int, where: Condition | None = None) -> Table:
        trees, cap = boosted.split_trees(fitted.arrays), fitted.arrays["cap"][0]
        sight = Sight.from_arrays(fitted.codec, fitted.arrays)
        found, position, drawn, rate = None, 0, 0, max(self.acceptance_, 1e-3)
        random, wanted = numpy_generator(seed, Stream.STEP), n if where is not None else n + int(SPARE * n)
        while found is None or len(found) < wanted:
            passing = 0 if found is None else len(found)
            if drawn > _MOST_DRAWS * max(n, 100):
                raise InputError(f"of {drawn:,} rows only {passing} passed the door; refine another synthesizer")
            lacking = wanted - passing
            size = min(int(1.1 * lacking / rate) + 64, 4 * _MOST_POOL)
            rows = self._proposed(fitted, size, child_seed(seed, position), where)
            odds = boosted.margins(sight(rows, Sight.folds(size, random)), trees)
            passed = random.random(size) < np.exp(np.minimum(odds - cap, 0.0))
            if where is not None and fitted.inner is None:
                passed &= where.holds(rows)
            rows = rows.take(np.flatnonzero(passed)[:lacking])
            found = rows if found is None else _joined(found, rows)
            position, drawn = position + 1, drawn + size
            rate = max(len(found) / drawn, 1e-3)
        if wanted == n:
            return found
        return found.take(calibrated(fitted.codec, fitted.codec.encode(found), n, random))

    def save(self, path: str | PathLike[str]) -> None:
        """Write door and synthesizer to one file, all or nothing; `equipoise.load` reads it back.

        Raises
        ------
        InputError
            If nothing was fitted, the synthesizer is one of your own, or the file cannot be written.
        """
        if self._check_fitted().inner is None:
            raise InputError(
                f"{self.synthesizer!r} is none of this library's, so that it cannot be saved with its door"
            )
        super().save(path)

    def _learn(self, codec: TableCodec, codes: NDArray[np.int32], drafted: Draft) -> Arrays:
        raise NotImplementedError  # the door needs tables, not slots: see fit

    def _draw(self, fitted: Fitted, n: int, seed: int) -> NDArray[np.int32]:
        return fitted.codec.encode(self._table(fitted, n, seed))

    def _skeleton(self, codec: TableCodec, found: Arrays) -> dict[str, tuple[int, ...]]:
        shapes = {**boosted.skeleton(found), **Sight.skeleton(codec, found)}
        return {**shapes, "cap": (1,), "acceptance": (1,)}

    def _is_sound(self, codec: TableCodec, arrays: Arrays) -> bool:
        if arrays["nodes"].min(initial=1) < 1 or not 0 < arrays["acceptance"][0] <= 1:
            return False
        if not Sight.is_sound(codec, arrays):
            return False
        return all(boosted.is_sound(tree, Sight.features(codec)) for tree in boosted.split_trees(arrays))


def _copied(source: Table, drawn: Table) -> tuple[NDArray[np.bool_], float]:
    """Return which drawn rows repeat a training row slot by slot, and what share of them is the most."""
    codec = TableCodec.fit(source, default_bins(len(source)))
    codes = codec.encode(source)
    copied = among(codes, codec.encode(drawn))
    return copied, max(most_repeated(codes), float(copied.mean()))


def _joined(first: Table, second: Table) -> Table:
    """Append rows, whose texts are labels of their own."""
    columns = []
    for column, other in zip(first.columns, second.columns, strict=True):
        if column.levels == other.levels:
            columns.append(replace(column, values=np.concatenate([column.values, other.values])))
        else:
            levels, codes = level_order(np.concatenate([column.labels(), other.labels()]))
            columns.append(Column(column.name, column.kind, codes, levels))
    return Table(tuple(columns), first.origin)
