"""Classification trees over slots as flat arrays: one tree a column, whose leaves hold counts of the column's slots.

Node i sends a row to `left[i]` where the rank of the row's slot in column `feature[i]` is at most `threshold[i]`,
otherwise to `right[i]`. Slots of a number are ranked by size. Slots of a category have no order: each tree ranks them
by the first principal component of their shares of its classes, which loses little against trying all subsets
(Coppersmith, Hong and Hosking, *Partitioning nominal attributes in decision trees* (1999), section 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equipoise.tables.association import coarse

__all__ = ["FlatTree", "grow", "join_trees", "principal_ranks", "split_trees"]

_SHARE = 0.8  # of the inputs; half of them costs where columns hang together closely (bills of six months, say)

Codes = NDArray[np.int32]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FlatTree:
    """One tree.

    Parameters
    ----------
    rank : ndarray of shape (size,)
        Rank of every slot of every column, in layout order.
    feature, threshold, left, right : ndarray of shape (nodes,)
        Column that a node asks for, -1 in a leaf; children come after their parent.
    start : ndarray of shape (nodes + 1,)
        Entries ``start[i]`` to ``start[i + 1]`` of `slot` and `count` are those of leaf i.
    slot, count : ndarray of shape (entries,)
    """

    rank: NDArray[np.float32]
    feature: Codes
    threshold: NDArray[np.float32]
    left: Codes
    right: Codes
    start: Codes
    slot: Codes
    count: Codes

    def leaves(self, codes: Codes, offsets: Ints) -> Ints:
        """Return the leaf of every row; only the columns that the tree asks for are read."""
        node = np.zeros(len(codes), np.int64)
        rows = np.arange(len(codes))
        while len(rows):
            rows = rows[self.feature[node[rows]] >= 0]
            here = node[rows]
            column = self.feature[here]
            value = self.rank[offsets[column] + codes[rows, column]]
            node[rows] = np.where(value <= self.threshold[here], self.left[here], self.right[here])
        return node

    def draw(self, leaf: Ints, uniform: Floats, weight: Floats | None = None) -> tuple[Codes, Floats]:
        """Return a slot for every row, and the mean weight of its leaf.

        Parameters
        ----------
        leaf, uniform : ndarray of shape (n,)
        weight : ndarray of shape (width,), optional
            Factor of the probability of each slot. Where a leaf has no weight, the slot is arbitrary.
        """
        mass = self.count.astype(float) if weight is None else self.count * weight[self.slot]
        running, whole = _running(mass), _running(self.count)
        first, end = self.start[leaf], self.start[leaf + 1]
        found = running[first] + uniform * (running[end] - running[first])
        entry = np.clip(np.searchsorted(running, found, side="right") - 1, first, end - 1)
        return self.slot[entry], (running[end] - running[first]) / (whole[end] - whole[first])

    def probability(self, leaf: Ints, slots: Codes, prior: Floats) -> Floats:
        """Return the probability of a slot in a leaf, to whose counts one row of the prior is added."""
        width = len(prior)
        keys = np.repeat(np.arange(len(self.feature)), np.diff(self.start)) * width + self.slot
        place = np.searchsorted(keys, leaf * width + slots).clip(max=len(keys) - 1)
        found = np.where(keys[place] == leaf * width + slots, self.count[place], 0)
        whole = _running(self.count)
        return np.asarray((found + prior[slots]) / (whole[self.start[leaf + 1]] - whole[self.start[leaf]] + 1.0))

    def heaviest(self, weight: Floats) -> float:
        """Return the largest mean weight of a leaf."""
        leaf = np.flatnonzero(self.feature < 0)
        return float(self.draw(leaf, np.zeros(len(leaf)), weight)[1].max())

    def is_sound(self, widths: Ints, column: int) -> bool:
        """Whether every index points to where it should, so that no row can be led astray or in circles."""
        nodes = np.arange(len(self.feature))
        inner, leaf = self.feature >= 0, np.diff(self.start)
        return bool(
            len(nodes)
            and (self.feature < len(widths)).all()
            and all((nodes < side)[inner].all() and (side < len(nodes)).all() for side in (self.left, self.right))
            and self.start[0] == 0
            and self.start[-1] == len(self.slot)
            and ((leaf > 0) == ~inner).all()
            and (leaf >= 0).all()
            and ((self.slot >= 0) & (self.slot < widths[column])).all()
            and (self.count > 0).all()
        )


def grow(
    codes: Codes, target: int, inputs: Sequence[int], scores: Sequence[Floats], leaf: int, seed: int | None = None
) -> FlatTree:
    """Grow a tree for one column on others.

    Parameters
    ----------
    codes : ndarray of shape (n, columns)
    target : int
    inputs : sequence of int
        Columns to ask for; none gives a single leaf.
    scores : sequence of ndarray of shape (width,)
        Ranks of the slots of each column; all 0 for a category, whose ranks follow from the target.
    leaf : int
        Fewest rows of a leaf.
    seed : int, optional
        Where given, each split asks for the best of a random 80 % of the inputs: trees of several seeds differ, and
        their mean law is closer to the data's than that of one (Breiman, *Random forests* (2001)).
    """
    from sklearn.tree import DecisionTreeClassifier

    # the split criterion costs time by the class; the leaves count all slots
    classes = coarse(codes[:, target], scores[target])
    rank = [known.astype(np.float32) for known in scores]
    for column in inputs:
        if not rank[column].any():
            rank[column] = principal_ranks(codes[:, column], classes, len(rank[column]))
    node: Ints = np.zeros(len(codes), np.int64)
    parts: tuple[NDArray[Any], ...] = (np.array([-1]), np.zeros(1), np.zeros(1, int), np.zeros(1, int))
    if len(inputs) and len(codes) >= 2 * leaf:
        X = np.stack([rank[column][codes[:, column]] for column in inputs], axis=1)
        tree = DecisionTreeClassifier(
            criterion="entropy",
            min_samples_leaf=leaf,
            max_features=None if seed is None else _SHARE,
            random_state=seed or 0,
        )
        tree = tree.fit(X, classes).tree_
        node, inner = tree.apply(X), tree.children_left >= 0
        feature = np.where(inner, np.asarray(inputs)[np.where(inner, tree.feature, 0)], -1)
        parts = (feature, _down(tree.threshold), tree.children_left.clip(0), tree.children_right.clip(0))
    feature, threshold, left, right = parts
    whole = (np.asarray(part, np.int32) for part in (left, right, *_entries(node, codes[:, target], len(feature))))
    return FlatTree(np.concatenate(rank), feature.astype(np.int32), threshold.astype(np.float32), *whole)


def join_trees(trees: Sequence[FlatTree]) -> dict[str, NDArray[np.generic]]:
    """Return the trees as one array a field, with the number of nodes and entries of each."""
    joined: dict[str, NDArray[np.generic]] = {
        field.name: np.concatenate([getattr(tree, field.name) for tree in trees]) for field in fields(FlatTree)
    }
    joined["nodes"] = np.array([len(tree.feature) for tree in trees], np.int32)
    joined["entries"] = np.array([len(tree.slot) for tree in trees], np.int32)
    return joined


def split_trees(arrays: dict[str, NDArray[np.generic]]) -> list[FlatTree]:
    """Return the trees that `join_trees` joined."""
    nodes, entries = arrays["nodes"].astype(np.int64), arrays["entries"].astype(np.int64)
    size = len(arrays["rank"]) // len(nodes)
    lengths = dict.fromkeys(("feature", "threshold", "left", "right"), nodes) | {
        "rank": np.full(len(nodes), size), "start": nodes + 1, "slot": entries, "count": entries
    }  # fmt: skip
    parts = {name: np.split(arrays[name], np.cumsum(length)[:-1]) for name, length in lengths.items()}
    return [FlatTree(**{name: part[i] for name, part in parts.items()}) for i in range(len(nodes))]


def _running(values: NDArray[np.generic]) -> Floats:
    return np.concatenate([[0.0], np.cumsum(values, dtype=float)])


def _down(values: Floats) -> NDArray[np.float32]:
    """Round to float32, never up: single ranks are then parted as by the double threshold."""
    single = values.astype(np.float32)
    return np.where(single > values, np.nextafter(single, np.float32(-np.inf)), single)


def principal_ranks(slots: Codes, classes: Ints, width: int) -> NDArray[np.float32]:
    """Rank the slots of a category by the first principal component of their shares of the classes."""
    table = np.zeros((width, classes.max(initial=0) + 1))
    np.add.at(table, (slots, classes), 1.0)
    rows = table.sum(axis=1)
    shares = table / np.maximum(rows, 1.0)[:, None] - table.sum(axis=0) / rows.sum()
    shares[rows == 0] = 0.0
    _, vectors = np.linalg.eigh((shares * rows[:, None]).T @ shares)
    first = vectors[:, -1] * np.sign(vectors[np.abs(vectors[:, -1]).argmax(), -1])
    return np.asarray(shares @ first, np.float32)


def _entries(node: Ints, slots: Codes, nodes: int) -> tuple[Ints, Ints, Ints]:
    """Return start, slot and count of the leaves."""
    width = int(slots.max(initial=0)) + 1
    keys, count = np.unique(node * width + slots, return_counts=True)
    start = np.searchsorted(keys, np.arange(nodes + 1) * width)
    return start, keys % width, count
