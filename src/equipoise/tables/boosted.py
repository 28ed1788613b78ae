"""Boosted trees that tell real rows from others, kept as flat arrays: what the door of `Refined` asks.

Grown by scikit-learn's histogram boosting, whose compiled predictor also reads them back; the arrays are checked first,
for the predictor follows its indices without looking.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["FIELDS", "boost", "is_sound", "margins"]

FIELDS: Final[dict[str, type[np.generic]]] = {
    "value": np.float64, "feature_idx": np.int32, "num_threshold": np.float64, "missing_go_to_left": np.int32,
    "left": np.int32, "right": np.int32, "is_leaf": np.int32,
}  # fmt: skip

Arrays = dict[str, NDArray[Any]]
Floats = NDArray[np.float64]


def boost(X: Floats, real: NDArray[np.bool_], seed: int, trees: int, depth: int, rate: float) -> list[Arrays]:
    """Return trees whose sum is the log odds of a real row, but for a constant.

    Parameters
    ----------
    X : ndarray of shape (n, p)
        NaN where missing.
    real : ndarray of shape (n,)
    seed, trees, depth, rate
        As for scikit-learn.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    X = np.where(np.isnan(X).all(axis=0), 0.0, X)  # scikit-learn cannot bin a column without any value
    model = HistGradientBoostingClassifier(
        max_iter=trees, max_depth=depth, max_leaf_nodes=None, learning_rate=rate, random_state=seed,
        early_stopping=False,
    ).fit(X, real)  # fmt: skip
    nodes = [predictor.nodes for (predictor,) in model._predictors]
    return [{name: tree[name].astype(dtype) for name, dtype in FIELDS.items()} for tree in nodes]


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
