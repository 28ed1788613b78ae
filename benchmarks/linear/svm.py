"""Linear support vector machine over a grid of 20 alphas, dense and sparse (row 10), against liblinear.

Hinge loss with an L2 penalty. liblinear penalises the intercept as the weight of a column of ones, so that both solve
the problem without an intercept, the only one that is the same. It has no warm start for hinge loss and starts anew for
each alpha (-s 3: dual coordinate descent with shrinking); its tolerance is its default, 0.1, and 1e-4. Quality: the
largest distance to the lowest objective known, relative to the loss of the null model.
"""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np
from _common import microarray, race, table
from scipy import sparse

from equipoise.losses import Hinge
from equipoise.penalties import L2
from equipoise.solvers import Problem, objective, solve_path

try:
    from liblinear.liblinearutil import parameter, train
    from liblinear.liblinearutil import problem as liblinear_problem
except ImportError:
    train = None


def dense(n: int, p: int) -> tuple[Any, np.ndarray]:
    """Two classes that overlap: a tenth of the labels is turned."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, p))
    y = (X @ rng.standard_normal(p) > 0).astype(float)
    turned = rng.random(n) < 0.1
    y[turned] = 1.0 - y[turned]
    return np.asfortranarray(X), y


def words(n: int, p: int, length: int = 80) -> tuple[Any, np.ndarray]:
    """Documents as rows of unit length: words by Zipf's law, two classes with tastes of their own, a tenth turned."""
    rng = np.random.default_rng(0)
    frequency = 1.0 / np.arange(1, p + 1)
    y = rng.integers(2, size=n).astype(float)
    taste = np.exp(0.5 * rng.standard_normal((2, p)))
    rows, columns = [], []
    for k in (0, 1):
        share = frequency * taste[k]
        mine = np.flatnonzero(y == k)
        columns.append(rng.choice(p, size=len(mine) * length, p=share / share.sum()))
        rows.append(np.repeat(mine, length))
    turned = rng.random(n) < 0.1
    y[turned] = 1.0 - y[turned]
    counts = sparse.csc_array((np.ones(n * length), (np.concatenate(rows), np.concatenate(columns))), shape=(n, p))
    counts.sum_duplicates()
    norm = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1))).ravel()
    return sparse.csc_array(sparse.diags_array(1.0 / norm) @ counts), y


def compare(title: str, X: Any, y: np.ndarray, alphas: np.ndarray, repeats: int) -> None:
    n = len(y)
    task = Problem(X, y, Hinge(), L2(), np.full(n, 1.0 / n), False)

    def ours() -> list[np.ndarray]:
        return list(solve_path(task, alphas, 1e-6).coefs)

    contestants: dict[str, Any] = {"equipoise": ours}
    if train is not None:
        rows = sparse.csr_matrix(X)
        data = liblinear_problem(2.0 * y - 1.0, rows)

        def peer(tolerance: float) -> list[np.ndarray]:
            found = []
            for alpha in alphas:
                model = train(data, parameter(f"-s 3 -c {1.0 / (alpha * n)} -e {tolerance} -B -1 -q"))
                sign = 1.0 if model.get_labels()[0] == 1 else -1.0
                w = np.zeros(X.shape[1])
                w[: model.nr_feature] = sign * np.ctypeslib.as_array(model.w, (model.nr_feature,))
                found.append(w)
            return found

        contestants |= {f"liblinear, -e {e}": lambda e=e: peer(e) for e in (0.1, 1e-4)}
    results = race(contestants, repeats)
    values = {
        name: np.array([objective(task, w, 0.0, float(alpha)) for w, alpha in zip(answer, alphas, strict=True)])
        for name, (_, answer) in results.items()
    }
    lowest = np.min(list(values.values()), axis=0)

    def quality(answer: list[np.ndarray]) -> str:
        (name,) = (name for name, (_, known) in results.items() if known is answer)
        return f"{np.max(values[name] - lowest) / task.null.objective:.1e} above the lowest objective"

    table(title, results, quality, "equipoise")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    which = sys.argv[1:] or ["dense", "sparse", "wide"]
    if "dense" in which:
        compare("linear SVM, 20 alphas, dense 10,000 x 100", *dense(10_000, 100), np.logspace(0, -4, 20), 3)
    if "wide" in which:
        X, y = microarray("golub")
        compare("linear SVM, 20 alphas, golub 72 x 7129", X, y.astype(float), np.logspace(4, 0, 20), 5)
    if "sparse" in which:
        compare("linear SVM, 20 alphas, sparse 20,000 x 30,000", *words(20_000, 30_000), np.logspace(-2, -4, 20), 1)
