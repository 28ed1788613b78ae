"""Some epochs of multilayer perceptrons by Adam in compiled code, without JAX and without a wait for a compiler.

It is `equipoise.neural.step.one_step` for what most fits ask for: Adam, L2 or decoupled decay, no chance within a step.
`equipoise.neural.kernel` says for what exactly, and calls it.
"""

from __future__ import annotations

from typing import Any, Final

from equipoise.solvers import _native

__all__ = ["BENDS", "TASKS", "train_nets"]

BENDS: Final = ("identity", "logistic", "relu", "tanh")
TASKS: Final = ("regression", "binary", "multiclass")


def train_nets(*, bend: str, task: str, **arguments: Any) -> None:
    """Train C members in place.

    Parameters
    ----------
    bend, task : str
        Of `BENDS` and `TASKS`.
    **arguments
        Those of the kernel: ``sizes`` of the layers, ``batch``, ``decoupled``, ``cautious``, ``biases``, ``cosine`` and
        ``stopping``; the table ``X``, ``target``, ``weight``; ``orders`` of shape (decks, epochs, L) and ``held`` of
        shape (decks, V), where numbers beyond the table fill up; for each member ``deck``, ``steps``, ``alpha``,
        ``rate``, ``share``, ``mean``, ``inverse``, ``shift``, ``spread``; ``first`` epoch and ``total``; and what is
        written: ``weights``, ``moments``, ``squares``, ``best`` of shape (C, D), ``taken`` and ``lowest`` of shape
        (C,), ``curve`` of shape (C, epochs now).

    Examples
    --------
    >>> import numpy as np
    >>> single = lambda *shape: np.zeros(shape, np.float32)
    >>> X, order = np.array([[1.0], [-1.0]], np.float32), np.array([[[0, 1]]], np.int32)
    >>> members = {"deck": np.zeros(1, np.int32), "steps": np.ones(1, np.int32), "alpha": single(1)}
    >>> members |= {"rate": single(1) + 0.1, "share": single(1) + 1, "mean": single(1, 1), "inverse": single(1, 1) + 1}
    >>> state = {name: single(1, 2) for name in ("weights", "moments", "squares", "best")}
    >>> state |= {"taken": np.zeros(1, np.int32), "lowest": single(1), "curve": single(1, 1)}
    >>> flags = dict.fromkeys(("decoupled", "cautious", "biases", "cosine", "stopping"), False)
    >>> data = {"X": X, "target": X, "weight": single(2) + 1, "orders": order, "held": order[0], "first": 0, "total": 1}
    >>> shape = {"sizes": [1, 1], "batch": 2, "shift": single(1, 1), "spread": single(1, 1) + 1}
    >>> train_nets(bend="relu", task="regression", **shape, **flags, **data, **members, **state)
    >>> state["weights"].astype(float).round(3).tolist(), state["curve"].tolist()  # a first step as long as the rate
    ([[0.1, 0.0]], [[0.5]])
    """
    _native.train_nets(bend=BENDS.index(bend), task=TASKS.index(task), **arguments)
