"""Boosted trees that tell real rows from others, kept as flat arrays: what the door of `Refined` asks.

Grown by scikit-learn's histogram boosting, whose compiled predictor also reads them back; the arrays are checked first,
for the predictor follows its indices without looking.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["FIELDS", "JOINED", "boost", "is_sound", "join_trees", "margins", "skeleton", "split_trees"]

FIELDS: Final[dict[str, type[np.generic]]] = {
    "value": np.float64, "feature_idx": np.int32, "num_threshold": np.float64, "missing_go_to_left": np.int32,
    "left": np.int32, "right": np.int32, "is_leaf": np.int32,
}  # fmt: skip

JOINED: Final[dict[str, type[np.generic]]] = {**FIELDS, "nodes": np.int32}
"""Names and types of the arrays of many trees: their fields one after the other, and how many nodes each has."""

Arrays = dict[str, NDArray[Any]]
Floats = NDArray[np.float64]


def boost(
    X: Floats,
    real: NDArray[np.bool_],
    seed: int,
    trees: int,
    depth: int,
    rate: float,
    *,
    leaf: int = 20,
    share: float = 1.0,
) -> list[Arrays]:
    """Return trees whose sum is the log odds of a real row, but for a constant.

    Parameters
    ----------
    X : ndarray of shape (n, p)
        NaN where missing.
    real : ndarray of shape (n,)
    seed, trees, depth, rate
        As for scikit-learn.
    leaf : int
        Fewest rows of a leaf.
    share : float
        Each split asks for the best of a random share of the columns: the sum is steadier.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    X = np.where(np.isnan(X).all(axis=0), 0.0, X)  # scikit-learn cannot bin a column without any value
    model = HistGradientBoostingClassifier(
        max_iter=trees, max_depth=depth, max_leaf_nodes=None, learning_rate=rate, random_state=seed,
        min_samples_leaf=leaf, max_features=share, early_stopping=False,
    ).fit(X, real)  # fmt: skip
    nodes = [predictor.nodes for (predictor,) in model._predictors]
    grown = [{name: tree[name].astype(dtype) for name, dtype in FIELDS.items()} for tree in nodes]
    # a split of missing from present values has the threshold infinity, which no file may hold
    return [tree | {"num_threshold": np.minimum(tree["num_threshold"], np.finfo(float).max)} for tree in grown]


def margins(X: Floats, trees: list[Arrays]) -> Floats:
    """Return the sum of the trees at each row, shape (n,)."""
    from sklearn.ensemble._hist_gradient_boosting.common import PREDICTOR_RECORD_DTYPE
    from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor
    from sklearn.utils._openmp_helpers import _openmp_effective_n_threads

    nothing = np.zeros((0, 8), np.uint32)
    used = np.zeros(X.shape[1], np.uint32)
    threads = _openmp_effective_n_threads()
    total = np.zeros(len(X))
    for tree in trees:
        nodes = np.zeros(len(tree["value"]), PREDICTOR_RECORD_DTYPE)
        for name in FIELDS:
            nodes[name] = tree[name]
        total += TreePredictor(nodes, nothing, nothing).predict(X, nothing, used, threads)
    return total


def join_trees(trees: list[Arrays]) -> Arrays:
    """Return the trees as one array a field, and the number of nodes of each; `split_trees` takes them apart."""
    joined: Arrays = {
        name: np.concatenate([np.zeros(0, dtype), *(tree[name] for tree in trees)]) for name, dtype in FIELDS.items()
    }
    return joined | {"nodes": np.array([len(tree["value"]) for tree in trees], np.int32)}


def split_trees(arrays: Arrays) -> list[Arrays]:
    """Return the trees that `join_trees` joined."""
    nodes = arrays["nodes"]
    if not len(nodes):
        return []
    parts = {name: np.split(arrays[name], np.cumsum(nodes)[:-1]) for name in FIELDS}
    return [{name: part[i] for name, part in parts.items()} for i in range(len(nodes))]


def skeleton(found: Arrays, prefix: str = "") -> dict[str, tuple[int, ...]]:
    """Return the shapes of joined trees, whose number and sizes are read off a file's own array of nodes."""
    nodes = found[prefix + "nodes"]
    return {**dict.fromkeys(FIELDS, (int(nodes.sum()),)), "nodes": (len(nodes),)}


def is_sound(tree: Arrays, features: int) -> bool:
    """Whether every row comes to a leaf: children after their parent, all indices within bounds."""
    nodes = np.arange(len(tree["value"]))
    inner = tree["is_leaf"] == 0
    return bool(
        len(nodes)
        and not inner[-1]
        and (tree["is_leaf"][~inner] == 1).all()
        and ((tree["feature_idx"] >= 0) & (tree["feature_idx"] < features))[inner].all()
        and all(((nodes < tree[side]) & (tree[side] < len(nodes)))[inner].all() for side in ("left", "right"))
        and np.isin(tree["missing_go_to_left"], (0, 1)).all()
    )
