"""Small problems that share their shapes, so that few programs are compiled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def problem(task: str, n: int = 120, p: int = 5, seed: int = 0) -> tuple[Numbers, NDArray]:
    """Columns of several scales, and a target that is linear in two of them but for noise."""
    random = np.random.default_rng(seed)
    X = random.standard_normal((n, p)) * np.geomspace(0.1, 100.0, p) + 7.0
    z = (X - X.mean(axis=0)) / X.std(axis=0)
    signal = 1.5 * z[:, 0] - z[:, 1]
    if task == "regression":
        return X, 30.0 + 5.0 * (signal + 0.5 * random.standard_normal(n))
    noisy = np.column_stack([signal, z[:, 1], -signal])[:, : 3 if task == "multiclass" else 2]
    if task == "binary":
        noisy[:, 1] = 0.0
    return X, np.argmax(noisy + random.gumbel(size=noisy.shape), axis=1)
