"""What a door sees of a row: its values, orders of its categories, and what other values say of columns with two.

* Numbers as they are, categories as slots.
* A category's slots ordered twice, by the first two principal components of what goes with them in the other columns:
  a tree parts an order by one question, a set of levels by many.
* For a column with two values, the log odds of the greater one given the rest of the row, and the same with the sign of
  the value that is there. A classifier learns them, for what one column owes to all others together is more than trees
  find that look at whole rows. It must not have seen the row that it speaks of, or real rows would look righter than
  new ones: real rows are asked of a model of the other folds, drawn rows of that of a fold by chance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray

from equipoise.data import Table
from equipoise.tables import boosted
from equipoise.tables.codec import TableCodec
from equipoise.tables.slots import ColumnSlots
from equipoise.tables.synthesizer import Arrays

__all__ = ["Sight"]

_COARSE = 16  # slots of a number, where it is something that goes with a category
_ORDERS = 2
_FEWEST_SLOTS = 4  # of a category that is ordered: two levels and "missing" fill so many
_PRIOR_ROWS = 20.0  # of the mean law, added to each level: rare ones lie in the middle
_FOLDS = 3
_COLUMNS = 6  # with two values, the most even ones
_LEAST_ROWS = 30  # of the rarer value
_TREES, _DEPTH, _RATE = 100, 5, 0.1

_GUESS: Final = "guess_"  # what names of arrays of the models begin with

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sight:
    """Orders of slots, and models of the columns with two values.

    Parameters
    ----------
    codec : TableCodec
    orders : ndarray of shape (slots of the ordered categories, 2)
    models : sequence of (baseline, trees)
        For each column with two values one a fold.
    """

    codec: TableCodec
    orders: Floats
    models: tuple[tuple[float, list[Arrays]], ...]

    dtypes: ClassVar[Mapping[str, type[np.generic]]] = {
        "orders": np.float64,
        _GUESS + "sizes": np.int32,
        _GUESS + "base": np.float64,
        **{_GUESS + name: dtype for name, dtype in boosted.JOINED.items()},
    }

    @classmethod
    def fit(cls, codec: TableCodec, table: Table, fold: NDArray[np.int64], trees: int, seed: int) -> Self:
        """Learn from real rows.

        Parameters
        ----------
        codec : TableCodec
            Fitted on the table.
        table : Table
        fold : ndarray of shape (n,)
            From `folds`: a model of a fold learns from the rows of the others.
        trees : int
            Most trees of a model.
        seed : int
        """
        plain = cls(codec, _orders(codec, table), ())
        X, models = plain._plain(table), list[tuple[float, list[Arrays]]]()
        for j, lesser in _two_valued(codec).items():
            kept, present = X[:, j].copy(), ~table.columns[j].missing
            greater = kept > lesser
            X[:, j] = 0.0  # a constant is never asked for
            for k in range(_FOLDS):
                rows = present & (fold != k)
                grown = boosted.boost(X[rows], greater[rows], seed, min(trees, _TREES), _DEPTH, _RATE)
                share = np.clip(greater[rows].mean(), 1e-6, 1 - 1e-6)
                models.append((float(np.log(share / (1 - share))), grown))
            X[:, j] = kept
        return cls(codec, plain.orders, tuple(models))

    @staticmethod
    def folds(n: int, random: np.random.Generator) -> NDArray[np.int64]:
        """Return a fold for each row, by chance."""
        return random.integers(_FOLDS, size=n)

    def __call__(self, table: Table, fold: NDArray[np.int64]) -> Floats:
        """Return what is seen of rows, shape (n, features); the fold of a row says whose model it is asked of."""
        X = self._plain(table)
        seen = [X]
        for position, (j, lesser) in enumerate(_two_valued(self.codec).items()):
            odds = np.zeros(len(X))
            for k in range(_FOLDS):
                baseline, trees = self.models[position * _FOLDS + k]
                rows = fold == k
                odds[rows] = baseline + boosted.margins(X[rows], trees)
            sign = np.where(table.columns[j].missing, np.nan, np.where(X[:, j] > lesser, 1.0, -1.0))
            seen.append(np.stack([odds, sign * odds], axis=1))
        return np.concatenate(seen, axis=1)

    @staticmethod
    def features(codec: TableCodec) -> int:
        """Return the number of features."""
        return _plain_features(codec) + 2 * len(_two_valued(codec))

    def _plain(self, table: Table) -> Floats:
        """Return values and orders, shape (n, features without models)."""
        slots = [known.encode(column) for known, column in zip(self.codec.columns, table.columns, strict=True)]
        seen = [
            column.values if known.ordered else slot.astype(float)
            for known, column, slot in zip(self.codec.columns, table.columns, slots, strict=True)
        ]
        first = 0
        for j, known in _ordered(self.codec).items():
            seen.extend(self.orders[first + slots[j]].T)
            first += known.width
        return np.stack(seen, axis=1)

    def arrays(self) -> Arrays:
        """Return what a file keeps; `from_arrays` reads it."""
        trees = [tree for _, grown in self.models for tree in grown]
        joined = {_GUESS + name: array for name, array in boosted.join_trees(trees).items()}
        return {
            "orders": self.orders,
            _GUESS + "sizes": np.array([len(grown) for _, grown in self.models], np.int32),
            _GUESS + "base": np.array([baseline for baseline, _ in self.models], np.float64),
            **joined,
        }

    @classmethod
    def from_arrays(cls, codec: TableCodec, arrays: Arrays) -> Self:
        """Return the sight that was kept."""
        trees = boosted.split_trees({name: arrays[_GUESS + name] for name in boosted.JOINED})
        ends = np.cumsum(arrays[_GUESS + "sizes"])
        parts = [trees[end - size : end] for size, end in zip(arrays[_GUESS + "sizes"], ends, strict=True)]
        return cls(codec, arrays["orders"], tuple(zip(arrays[_GUESS + "base"].tolist(), parts, strict=True)))

    @staticmethod
    def skeleton(codec: TableCodec, found: Arrays) -> dict[str, tuple[int, ...]]:
        """Return name and shape of every array of a file."""
        models = _FOLDS * len(_two_valued(codec))
        shapes = {_GUESS + name: shape for name, shape in boosted.skeleton(found, _GUESS).items()}
        return {
            "orders": (sum(column.width for column in _ordered(codec).values()), _ORDERS),
            _GUESS + "sizes": (models,),
            _GUESS + "base": (models,),
            **shapes,
        }

    @classmethod
    def is_sound(cls, codec: TableCodec, arrays: Arrays) -> bool:
        """Whether the trees of a file lead every row to a leaf, and all numbers are finite."""
        sizes = arrays[_GUESS + "sizes"]
        if not (np.isfinite(arrays["orders"]).all() and np.isfinite(arrays[_GUESS + "base"]).all()):
            return False
        if (sizes < 0).any() or int(sizes.sum()) != len(arrays[_GUESS + "nodes"]):
            return False
        if arrays[_GUESS + "nodes"].min(initial=1) < 1:
            return False
        models, features = cls.from_arrays(codec, arrays).models, _plain_features(codec)
        return all(boosted.is_sound(tree, features) for _, trees in models for tree in trees)


def _plain_features(codec: TableCodec) -> int:
    return len(codec.columns) + _ORDERS * len(_ordered(codec))


def _ordered(codec: TableCodec) -> dict[int, ColumnSlots]:
    """Return the categories that are ordered, by their place in the table."""
    return {
        j: column
        for j, column in enumerate(codec.columns)
        if column.levels is not None and column.width > _FEWEST_SLOTS
    }


def _two_valued(codec: TableCodec) -> Mapping[int, float]:
    """Return the lesser value of the columns that have two, by their place in the table."""
    found = dict[int, tuple[int, float]]()
    for j, column in enumerate(codec.columns):
        used = np.flatnonzero(column.counts[:-1])
        pools = [np.unique(column.pool[column.starts[s] : column.starts[s + 1]]) for s in used[:2].tolist()]
        if column.kind != "text" and len(used) == 2 and all(len(pool) == 1 for pool in pools):
            found[j] = int(column.counts[used].min()), min(float(pool[0]) for pool in pools)
    even = sorted((j for j in found if found[j][0] >= _LEAST_ROWS), key=lambda j: -found[j][0])[:_COLUMNS]
    return {j: found[j][1] for j in sorted(even)}


def _orders(codec: TableCodec, table: Table) -> Floats:
    """Return two coordinates of every slot of the ordered categories: what goes with it in the other columns."""
    ordered = _ordered(codec)
    parts = [np.zeros((0, _ORDERS))]
    small = TableCodec.fit(table, _COARSE)
    classes = [known.encode(column) for known, column in zip(small.columns, table.columns, strict=True)]
    for j, known in ordered.items():
        slots = known.encode(table.columns[j])
        rows = known.counts.astype(float)[:, None]
        tables = [
            _counts(slots, known.width, classes[i], small.columns[i].width) for i in range(len(classes)) if i != j
        ]
        together = np.concatenate([np.zeros((known.width, 0)), *tables], axis=1)
        mean = together.sum(axis=0) / len(table)
        shares = (together + _PRIOR_ROWS * mean) / (rows + _PRIOR_ROWS) - mean
        shares /= np.sqrt(np.maximum(mean, 1.0 / len(table)))
        _, _, axes = np.linalg.svd(np.sqrt(rows) * shares, full_matrices=False)
        coordinates = np.zeros((known.width, _ORDERS))
        found = shares @ axes[:_ORDERS].T
        coordinates[:, : found.shape[1]] = found
        parts.append(coordinates)
    return np.concatenate(parts)


def _counts(slots: NDArray[np.int64], width: int, classes: NDArray[np.int64], others: int) -> Floats:
    found = np.bincount(slots * others + classes, minlength=width * others)
    return found.reshape(width, others).astype(float)
