"""L2 logistic regression, leave-one-out over 10 alphas (row 6): our approximate one against exact refits.

The peer is scikit-learn's LogisticRegression (lbfgs, warm along the alphas), refitted without each of a few rows drawn
at random; its seconds are those times n over the rows drawn. Quality is the log loss of these rows when left out, at
the alpha in the middle, and our own by exact refits of the same rows.
"""

from __future__ import annotations

import sys
import time
import warnings
from typing import Any

import numpy as np
from _common import gaussian, race, table
from sklearn.linear_model import LogisticRegression

import equipoise as eq
from equipoise.losses import Logistic
from equipoise.selection.approximate import exact_without
from equipoise.solvers import Problem

ALPHAS = np.logspace(0, -5, 10)
ROWS = 5


def main(n: int, p: int) -> None:
    X, z = gaussian(n, p)
    y = (z > 0).astype(int)
    drawn = np.random.default_rng(1).choice(n, ROWS, replace=False)
    middle = len(ALPHAS) // 2

    def loss(eta: np.ndarray) -> float:
        return float(np.mean(Logistic().value(y[drawn].astype(float), eta)))

    def ours() -> Any:
        strategy = eq.LeaveOneOut(alphas=ALPHAS, rule="best", check=0)
        return eq.LogisticRegression(alpha=strategy).fit(X, y).selection_.scores[drawn, middle].mean()

    def sklearn() -> Any:
        start, etas = time.perf_counter(), []
        for row in drawn:
            others = np.delete(np.arange(n), row)
            A, b, model = X[others], y[others], LogisticRegression(warm_start=True, max_iter=10_000)
            for k, alpha in enumerate(ALPHAS):
                model.set_params(C=1.0 / ((n - 1) * alpha)).fit(A, b)
                if k == middle:
                    etas.append(model.decision_function(X[[row]])[0])
        return {"seconds": (time.perf_counter() - start) * n / ROWS, "loss": loss(np.array(etas))}

    def quality(answer: Any) -> str:
        if isinstance(answer, dict):
            return f"log loss of the rows {answer['loss']:.8f}"
        problem = Problem(X, y.astype(float), Logistic(), eq.penalties.L2(), np.full(n, 1.0 / n))
        exact = loss(np.array([exact_without(problem, int(row), float(ALPHAS[middle]), 1e-12) for row in drawn]))
        return f"log loss of the rows {answer:.8f}, by exact refits of ours {exact:.8f}"

    title = f"L2 logistic, leave-one-out over 10 alphas, {n:,} x {p:,}: exact extrapolated from {ROWS} rows"
    table(
        title,
        race({"equipoise, approximate": ours, "scikit-learn, exact": sklearn}, 1),
        quality,
        "equipoise, approximate",
    )


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(*([int(a) for a in sys.argv[1:]] or [10_000, 1_000]))
