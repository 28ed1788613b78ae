"""Sequential trees: every column drawn from a classification tree on the columns before it.

    p(x) = p(x_1) p(x_2 | x_1) p(x_3 | x_1, x_2) ...

A leaf is the law of a slot among at least `leaf` rows, which bounds how far single rows can be told. Use it where
columns are mixed and time is short. See Reiter, *Using CART to generate partially synthetic public use microdata*
(2005), section 3. Columns come in the order of the mutual information that they share with all others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray

from equipoise.errors import InputError
from equipoise.tables.association import coarse, informed_order, mutual_information
from equipoise.tables.codec import TableCodec
from equipoise.tables.conditions import Condition
from equipoise.tables.flat_trees import FlatTree, grow, join_trees, split_trees
from equipoise.tables.products import draw_slots
from equipoise.tables.rejection import accepted
from equipoise.tables.synthesizer import Arrays, Draft, Fitted, Synthesizer, child_seed
from equipoise.training.randomness import Stream, numpy_generator

__all__ = ["TableTrees"]

Floats = NDArray[np.float64]

_DRAWS = 32  # of each row with missing values
_HARDLY = 1e-9  # weight of what is chosen only where there is nothing else
_BEFORE_ALL = -100.0  # rank of a missing number: below every normal score


@final
class TableTrees(Synthesizer):
    """Sequential classification trees, on tables with mixed types and missing values.

    Parameters
    ----------
    leaf : int
        Fewest rows of a leaf: fewer fit closer, and come closer to copying.
    seed : int
        Part of the common interface; fitting uses no chance.
    bins : int, optional
        Most slots of a column, a power of two; by default by the number of rows.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> trees = TableTrees().fit(embedded("iris"))
    >>> trees.sample(3).names[-1]
    'target'
    """

    id: ClassVar[str] = "table-trees"
    settings: ClassVar[tuple[str, ...]] = ("leaf", "seed", "bins")
    dtypes: ClassVar[Mapping[str, type[np.generic]]] = dict.fromkeys(
        ("order", "nodes", "entries", "feature", "left", "right", "start", "slot", "count"), np.int32
    )

    def __init__(self, leaf: int = 20, seed: int = 0, bins: int | None = None) -> None:
        self.leaf, self.seed, self.bins = leaf, seed, bins

    def _learn(self, codec: TableCodec, codes: NDArray[np.int32], drafted: Draft) -> Arrays:
        del drafted
        leaf = self.leaf
        if not isinstance(leaf, int | np.integer) or leaf < 1:
            raise InputError(f"leaf={leaf!r} is not a number of rows; give a whole number from 1 on")
        scores = [column.scores() for column in codec.placed]
        for column, known in zip(codec.placed, scores, strict=True):
            if known.any():
                known[column.width - 1] = _BEFORE_ALL
        classes = [coarse(codes[:, column], known) for column, known in enumerate(scores)]
        order = informed_order(mutual_information(classes))
        trees = [grow(codes, column, order[:place], scores, leaf) for place, column in enumerate(order)]
        return {"order": np.array(order, np.int32)} | join_trees(trees)

    def _draw(self, fitted: Fitted, n: int, seed: int) -> NDArray[np.int32]:
        random = numpy_generator(seed, Stream.SAMPLE)
        codes, offsets = np.zeros((n, len(fitted.codec.columns)), np.int32), fitted.codec.offsets
        for column, tree in _pairs(fitted.arrays):
            codes[:, column], _ = tree.draw(tree.leaves(codes, offsets), random.random(n))
        return codes

    def _draw_where(self, fitted: Fitted, n: int, seed: int, where: Condition) -> NDArray[np.int32]:
        """Draw bound columns within their bounds, and accept a row by how much of its leaves that is: exact."""
        pairs, offsets = _pairs(fitted.arrays), fitted.codec.offsets
        most = {column: tree.heaviest(where.of(column)) for column, tree in pairs if column in where.columns}

        def propose(size: int, position: int) -> tuple[NDArray[np.int32], Floats]:
            random = numpy_generator(child_seed(seed, position), Stream.SAMPLE)
            codes, probability = np.zeros((size, len(pairs)), np.int32), np.ones(size)
            for column, tree in pairs:
                weight = where.of(column) if column in most else None
                codes[:, column], mean = tree.draw(tree.leaves(codes, offsets), random.random(size), weight)
                probability *= mean / most.get(column, 1.0)
            return codes, probability

        return accepted(propose, n, numpy_generator(seed, Stream.STEP))

    def _fill(
        self, fitted: Fitted, codes: NDArray[np.int32], unknown: NDArray[np.bool_], seed: int
    ) -> NDArray[np.int32]:
        """Draw each row several times and choose one by the probability of what is known (importance resampling)."""
        random, offsets, n = numpy_generator(seed, Stream.SAMPLE), fitted.codec.offsets, len(codes)
        drawn, hidden, logs = np.repeat(codes, _DRAWS, axis=0), np.repeat(unknown, _DRAWS, axis=0), np.zeros(n * _DRAWS)
        for column, tree in _pairs(fitted.arrays):
            counts = fitted.codec.placed[column].counts
            leaf, fill = tree.leaves(drawn, offsets), hidden[:, column]
            logs += np.where(fill, 0.0, np.log(tree.probability(leaf, drawn[:, column], _smoothed(counts))))
            present = np.ones(len(counts))
            present[-1] = _HARDLY
            slots, mean = tree.draw(leaf[fill], random.random(int(fill.sum())), present)
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
        columns, nodes, entries = len(codec.columns), int(found["nodes"].sum()), int(found["entries"].sum())
        lengths = (
            dict.fromkeys(("feature", "threshold", "left", "right"), nodes)
            | dict.fromkeys(("slot", "count"), entries)
            | dict.fromkeys(("order", "nodes", "entries"), columns)
            | {"rank": columns * int(codec.offsets[-1]), "start": nodes + columns}
        )
        return {name: (length,) for name, length in lengths.items()}

    def _is_sound(self, codec: TableCodec, arrays: Arrays) -> bool:
        widths = np.diff(codec.offsets)
        if min(arrays["nodes"].min(), arrays["entries"].min()) < 1:
            return False
        if sorted(arrays["order"].tolist()) != list(range(len(widths))):
            return False
        return all(tree.is_sound(widths, column) for column, tree in _pairs(arrays))


def _smoothed(counts: NDArray[np.int64]) -> Floats:
    return np.asarray((counts + 0.5) / (counts + 0.5).sum())


def _pairs(arrays: Arrays) -> list[tuple[int, FlatTree]]:
    return list(zip(arrays["order"].tolist(), split_trees(arrays), strict=True))
