"""Poisson and Cox lasso, 5 folds x 100 alphas, 2,000 x 500 and 10,000 x 200 (row 8), against glmnet.

Both on the same grid of alphas and the same folds; glmnet stops where its explained deviance no longer grows, and its
time is for the alphas that it did. Quality: the number of alphas, and the objective at three of them, the last one that
glmnet reached among them (lower is better; ours is certified to 1e-6 of the null model's).
"""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np
from _common import R, race, table

import equipoise as eq
from equipoise.losses import Cox, Poisson
from equipoise.losses.cox import signed_ranks
from equipoise.penalties import L1
from equipoise.selection import alpha_grid
from equipoise.solvers import Problem, objective


def design(n: int, p: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    """Independent columns, the signal of twenty of them, and the generator."""
    rng = np.random.default_rng(seed)
    X = np.asfortranarray(rng.standard_normal((n, p)))
    return X, X[:, :20] @ np.tile([0.3, -0.3], 10), rng


def folds(n: int) -> tuple[np.ndarray, list[tuple[np.ndarray, np.ndarray]]]:
    """Number of the fold of each row, from 1, and the folds as (train, test)."""
    number = np.random.default_rng(1).permutation(np.arange(n) % 5) + 1
    return number, [(np.flatnonzero(number != k), np.flatnonzero(number == k)) for k in range(1, 6)]


def report(problem: Problem, alphas: np.ndarray, coefs: np.ndarray, intercepts: np.ndarray, reached: int) -> str:
    """Objectives at a third, two thirds and the end of what both reached."""
    points = [(reached - 1) // 3, 2 * (reached - 1) // 3, reached - 1]
    values = [objective(problem, coefs[k], float(intercepts[k]), float(alphas[k])) for k in points]
    return f"{len(coefs)} alphas, objectives {', '.join(f'{v:.9f}' for v in values)}"


def compare(problem: Problem, title: str, run: Any, script: str, repeats: int, **arrays: np.ndarray) -> None:
    """One race: `run` gives a fitted estimator for a strategy, `script` rows of (intercept, coefficients)."""
    alphas = alpha_grid(problem, 100)
    number, splits = folds(problem.n)
    strategy = eq.CrossValidation(cv=splits, alphas=alphas)
    contestants = {"equipoise": lambda: run(strategy)}
    if R.available():
        contestants["glmnet"] = R(script, X=problem.X, alphas=alphas, fold=number.astype(float), **arrays)
    results = race(contestants, repeats)
    rows = {name: answer["out"].reshape(-1, problem.p + 1) for name, (_, answer) in results.items() if name == "glmnet"}
    reached = min((len(r) for r in rows.values()), default=100)

    def quality(answer: Any) -> str:
        if isinstance(answer, dict):
            return report(problem, alphas, rows["glmnet"][:, 1:], rows["glmnet"][:, 0], reached)
        path = answer.path_
        return f"gap {path.gaps.max():.0e}, " + report(problem, alphas, path.coefs, path.intercepts, reached)

    table(title, results, quality, "equipoise")


def poisson(n: int, p: int, repeats: int) -> None:
    """Counts with a mean of about 1."""
    X, signal, rng = design(n, p)
    y = rng.poisson(np.exp(0.7 * signal)).astype(float)
    script = (
        "f <- cv.glmnet(X, y, family='poisson', lambda=alphas, foldid=fold, standardize=FALSE);"
        "rbind(f$glmnet.fit$a0, as.matrix(f$glmnet.fit$beta))"
    )
    problem = Problem(X, y, Poisson(), L1(), np.full(n, 1 / n))
    title = f"Poisson lasso, 5 folds x 100 alphas, {n:,} x {p}"
    compare(problem, title, lambda a: eq.PoissonRegressor(a, penalty=L1()).fit(X, y), script, repeats, y=y)


def cox(n: int, p: int, repeats: int) -> None:
    """Exponential times, a third of them censored."""
    X, signal, rng = design(n, p)
    time, censored = rng.exponential(np.exp(-signal)), rng.exponential(2.0, size=n)
    y = np.column_stack([np.minimum(time, censored), time <= censored])
    script = (
        "s <- survival::Surv(y[, 1], y[, 2]);"
        "f <- cv.glmnet(X, s, family='cox', lambda=alphas, foldid=fold, standardize=FALSE);"
        "rbind(0, as.matrix(f$glmnet.fit$beta))"
    )
    problem = Problem(X, signed_ranks(y[:, 0], y[:, 1]), Cox("breslow"), L1(), np.full(n, 1 / n), False)

    def run(strategy: Any) -> Any:
        return eq.CoxRegressor(strategy, penalty=L1(), ties="breslow").fit(X, y)

    compare(problem, f"Cox lasso, 5 folds x 100 alphas, {n:,} x {p}", run, script, repeats, y=y)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    which = sys.argv[1:] or ["poisson", "cox"]
    rounds = 3
    for shape in ((2_000, 500), (10_000, 200)):
        for name, race_of in (("poisson", poisson), ("cox", cox)):
            if name in which:
                race_of(*shape, rounds)
