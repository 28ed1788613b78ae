"""L1 logistic regression, 5 folds x 100 alphas, golub and 10,000 x 1,000 (row 7), against glmnet."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from _common import R, gaussian, microarray, race, table

import equipoise as eq
from equipoise.losses import Logistic
from equipoise.penalties import L1
from equipoise.selection import alpha_grid
from equipoise.solvers import Problem, objective


def main(X: np.ndarray, y: np.ndarray, title: str, repeats: int) -> None:
    problem = Problem(X, y.astype(float), Logistic(), L1(), np.full(len(y), 1 / len(y)))
    alphas = alpha_grid(problem, 100)

    def ours() -> Any:
        model = eq.LogisticRegression(alpha=eq.CrossValidation(cv=5, alphas=alphas), penalty=L1())
        return model.fit(X, y)

    script = (
        "f <- cv.glmnet(X, y, family='binomial', lambda=alphas, nfolds=5, standardize=FALSE);"
        "c(rbind(as.numeric(f$glmnet.fit$a0), as.matrix(f$glmnet.fit$beta)))"
    )
    glmnet = R(script, X=X, y=y.astype(float), alphas=alphas)
    contestants: dict[str, Callable[[], Any]] = {"equipoise": ours, "glmnet": glmnet}

    def quality(answer: Any) -> str:
        if isinstance(answer, dict):
            rows = answer["out"].reshape(-1, X.shape[1] + 1)
            k = len(rows) - 1
            value = objective(problem, rows[k, 1:], float(rows[k, 0]), alphas[k])
            return f"{len(rows)} alphas, objective at its last {value:.9f}"
        path = answer.path_
        points = {k: objective(problem, path.coefs[k], float(path.intercepts[k]), alphas[k]) for k in range(40, 100, 3)}
        shown = ", ".join(f"{k}: {v:.9f}" for k, v in points.items())
        return f"gap {path.gaps.max():.1e}, objectives {shown}"

    table(title, race(contestants, repeats), quality, "equipoise")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    which = sys.argv[1:] or ["golub", "tall"]
    if "golub" in which:
        main(*microarray("golub"), "L1 logistic, 5 folds x 100 alphas, golub 72 x 7129", 5)
    if "tall" in which:
        X, z = gaussian(10_000, 1_000)
        main(X, (z > 0).astype(int), "L1 logistic, 5 folds x 100 alphas, 10,000 x 1,000", 1)
