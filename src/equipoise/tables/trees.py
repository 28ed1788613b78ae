"""Sequential forests: every column drawn from the mean law of some classification trees on the columns before it.

    p(x) = p(x_1) p(x_2 | x_1) p(x_3 | x_1, x_2) ...,    p(x_j | ...) = mean over trees of the law of a leaf

A leaf is the law of a slot among at least `leaf` rows, which bounds how far single rows can be told. Use it where
columns are mixed and time is short. See Reiter, *Using CART to generate partially synthetic public use microdata*
(2005), section 3. Columns come in the order of the mutual information that they share with all others.

Leaves hold more rows where drawn rows would repeat training rows more often than these repeat each other: first all,
then those of columns with many slots in use (a number that all but names its row), by their number of slots.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import ClassVar, final

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from equipoise.errors import InputError
from equipoise.evaluate import most_repeated, repeated
from equipoise.tables.association import coarse, informed_order, mutual_information
from equipoise.tables.codec import TableCodec
from equipoise.tables.conditions import Condition
from equipoise.tables.flat_trees import FlatTree, grow, join_trees, split_trees
from equipoise.tables.products import draw_slots
from equipoise.tables.rejection import accepted
from equipoise.tables.synthesizer import Arrays, Draft, Fitted, Synthesizer, child_seed
from equipoise.training.randomness import Stream, numpy_generator

__all__ = ["TableTrees"]

Codes = NDArray[np.int32]
Floats = NDArray[np.float64]

# rows of a leaf, the next where the one before copies: times `leaf`, and for each slot in use
_STEPS = ((1, 0), (2, 0), (2, 1), (2, 2), (2, 3), (2, 5), (2, 8))
_FEWEST = 20_000  # rows drawn to see how often they repeat training rows
_DRAWS = 32  # of each row with missing values
_HARDLY = 1e-9  # weight of what is chosen only where there is nothing else
_BEFORE_ALL = -100.0  # rank of a missing number: below every normal score


@final
class TableTrees(Synthesizer):
    """Sequential classification trees, on tables with mixed types and missing values.

    Parameters
    ----------
    leaf : int
        Fewest rows of a leaf: fewer fit closer, and come closer to copying. Columns with many values get more.
    seed : int
        The same seed and data give the same trees.
    bins : int, optional
        Most slots of a column, a power of two; by default by the number of rows.
    trees : int
        Trees of each column. One asks for the best column at each split, several for the best of a random 80 %.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> trees = TableTrees().fit(embedded("iris"))
    >>> trees.sample(3).names[-1]
    'target'
    """

    id: ClassVar[str] = "table-trees"
    settings: ClassVar[tuple[str, ...]] = ("leaf", "seed", "bins", "trees")
    dtypes: ClassVar[Mapping[str, type[np.generic]]] = dict.fromkeys(
        ("order", "nodes", "entries", "feature", "left", "right", "start", "slot", "count"), np.int32
    )

    def __init__(self, leaf: int = 20, seed: int = 0, bins: int | None = None, trees: int = 5) -> None:
        self.leaf, self.seed, self.bins, self.trees = leaf, seed, bins, trees

    def _learn(self, codec: TableCodec, codes: Codes, drafted: Draft) -> Arrays:
        del drafted
        for name, what in (("leaf", "rows"), ("trees", "trees")):
            value = getattr(self, name)
            if not isinstance(value, int | np.integer) or value < 1:
                raise InputError(f"{name}={value!r} is not a number of {what}; give a whole number from 1 on")
        scores = [column.scores() for column in codec.placed]
        for column, known in zip(codec.placed, scores, strict=True):
            if known.any():
                known[column.width - 1] = _BEFORE_ALL
        classes = [coarse(codes[:, column], known) for column, known in enumerate(scores)]
        order = informed_order(mutual_information(classes))
        used = [_in_use(column.counts) for column in codec.placed]
        before = {column: order[:place] for place, column in enumerate(order)}

        @cache  # most leaves stay as they are from step to step
        def tree(column: int, leaf: int, position: int) -> FlatTree:
            differs = self.trees > 1 and bool(before[column])
            random = numpy_generator(self.seed, Stream.INIT, column * int(self.trees) + position)
            seed = int(random.integers(2**31)) if differs else None
            return grow(codes, column, before[column], scores, leaf, seed)

        def forests(scale: int, floor: int, count: int) -> Forests:
            leaves = [max(scale * int(self.leaf), round(floor * slots)) for slots in used]
            places = [(column, position) for column in order for position in range(count if before[column] else 1)]
            jobs = (delayed(tree)(column, leaves[column], position) for column, position in places)
            grown = Parallel(n_jobs=-1, backend="threading")(jobs)
            return _together([column for column, _ in places], grown)

        most = most_repeated(codes)
        size = max(2 * len(codes), _FEWEST)

        def copies(found: Forests) -> bool:
            drawn = _drawn(found, size, codec.offsets, numpy_generator(self.seed, Stream.STEP))
            return bool(repeated(codes, drawn) > most)

        for step in _STEPS:
            # mostly one tree of each forest shows it already
            if not any(copies(forests(*step, count)) for count in sorted({1, int(self.trees)})):
                break
        pairs = [(column, tree) for column, forest in forests(*step, int(self.trees)) for tree in forest]
        order_of_trees = np.array([column for column, _ in pairs], np.int32)
        return {"order": order_of_trees} | join_trees([tree for _, tree in pairs])

    def _draw(self, fitted: Fitted, n: int, seed: int) -> Codes:
        return _drawn(_forests(fitted.arrays), n, fitted.codec.offsets, numpy_generator(seed, Stream.SAMPLE))

    def _draw_where(self, fitted: Fitted, n: int, seed: int, where: Condition) -> Codes:
        """Draw bound columns within their bounds, and accept a row by how much of its leaves that is: exact."""
        forests, offsets = _forests(fitted.arrays), fitted.codec.offsets
        most = {
            column: max(tree.heaviest(where.of(column)) for tree in forest)
            for column, forest in forests
            if column in where.columns
        }

        def propose(size: int, position: int) -> tuple[Codes, Floats]:
            random = numpy_generator(child_seed(seed, position), Stream.SAMPLE)
            codes, probability = np.zeros((size, len(forests)), np.int32), np.ones(size)
            for column, forest in forests:
                weight = where.of(column) if column in most else None
                codes[:, column], mean = _from_forest(forest, codes, offsets, random, weight)
                probability *= mean / most.get(column, 1.0)
            return codes, probability

        return accepted(propose, n, numpy_generator(seed, Stream.STEP))

    def _fill(self, fitted: Fitted, codes: Codes, unknown: NDArray[np.bool_], seed: int) -> Codes:
        """Draw each row several times and choose one by the probability of what is known (importance resampling)."""
        random, offsets, n = numpy_generator(seed, Stream.SAMPLE), fitted.codec.offsets, len(codes)
        drawn, hidden, logs = np.repeat(codes, _DRAWS, axis=0), np.repeat(unknown, _DRAWS, axis=0), np.zeros(n * _DRAWS)
        for column, forest in _forests(fitted.arrays):
            counts, fill = fitted.codec.placed[column].counts, hidden[:, column]
            known, prior = drawn[~fill], _smoothed(counts)
            laws = [tree.probability(tree.leaves(known, offsets), known[:, column], prior) for tree in forest]
            logs[~fill] += np.log(np.mean(laws, axis=0))
            present = np.ones(len(counts))
            present[-1] = _HARDLY
            slots, mean = _from_forest(forest, drawn[fill], offsets, random, present)
            logs[fill] += np.log(mean)
            # a leaf may hold missing values only: then any value of the column
            stuck = slots == len(counts) - 1
            law = counts[:-1] / max(counts[:-1].sum(), 1)
            slots[stuck] = random.choice(len(law), int(stuck.sum()), p=law) if stuck.any() else 0
            drawn[fill, column] = slots
        table = logs.reshape(n, _DRAWS)
        weights = np.exp(table - table.max(axis=1, keepdims=True))
        chosen = draw_slots(weights, np.arange(n), random.random(n))
        return drawn.reshape(n, _DRAWS, -1)[np.arange(n), chosen]

    def _skeleton(self, codec: TableCodec, found: Arrays) -> dict[str, tuple[int, ...]]:
        trees, nodes, entries = len(found["nodes"]), int(found["nodes"].sum()), int(found["entries"].sum())
        lengths = (
            dict.fromkeys(("feature", "threshold", "left", "right"), nodes)
            | dict.fromkeys(("slot", "count"), entries)
            | dict.fromkeys(("order", "nodes", "entries"), trees)
            | {"rank": trees * int(codec.offsets[-1]), "start": nodes + trees}
        )
        return {name: (length,) for name, length in lengths.items()}

    def _is_sound(self, codec: TableCodec, arrays: Arrays) -> bool:
        widths = np.diff(codec.offsets)
        if min(arrays["nodes"].min(), arrays["entries"].min()) < 1:
            return False
        forests = _forests(arrays)
        if sorted(column for column, _ in forests) != list(range(len(widths))):
            return False
        return all(tree.is_sound(widths, column) for column, forest in forests for tree in forest)


Forests = Sequence[tuple[int, Sequence[FlatTree]]]


def _forests(arrays: Arrays) -> Forests:
    """Return the columns in their order, each with its trees."""
    return _together(arrays["order"].tolist(), split_trees(arrays))


def _together(columns: Iterable[int], trees: Iterable[FlatTree]) -> Forests:
    pairs = zip(columns, trees, strict=True)
    return [(column, [tree for _, tree in same]) for column, same in groupby(pairs, key=lambda pair: pair[0])]


def _drawn(forests: Forests, n: int, offsets: NDArray[np.int64], random: np.random.Generator) -> Codes:
    codes = np.zeros((n, len(forests)), np.int32)
    for column, forest in forests:
        codes[:, column], _ = _from_forest(forest, codes, offsets, random)
    return codes


def _from_forest(
    forest: Sequence[FlatTree],
    codes: Codes,
    offsets: NDArray[np.int64],
    random: np.random.Generator,
    weight: Floats | None = None,
) -> tuple[Codes, Floats]:
    """Draw each row from one of the trees, all alike probable: from their mean law."""
    n = len(codes)
    slots, mean, chosen = np.zeros(n, np.int32), np.zeros(n), random.integers(len(forest), size=n)
    for position, tree in enumerate(forest):
        rows = np.flatnonzero(chosen == position)
        leaf = tree.leaves(codes[rows], offsets)
        slots[rows], mean[rows] = tree.draw(leaf, random.random(len(rows)), weight)
    return slots, mean


def _in_use(counts: NDArray[np.int64]) -> float:
    """Return the effective number of slots, exp of the entropy."""
    shares = counts[counts > 0] / counts.sum()
    return float(np.exp(-np.sum(shares * np.log(shares))))


def _smoothed(counts: NDArray[np.int64]) -> Floats:
    return np.asarray((counts + 0.5) / (counts + 0.5).sum())
