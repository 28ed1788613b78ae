"""Ridge of 1,000 targets, 5 folds, an alpha for each target, against himalaya's RidgeCV (row 4b).

himalaya sums where this package takes means, and has no intercept by default: its alphas are n times as large, the
columns of X and Y are centred. It computes in the precision of X: once in float64, as here, once in float32.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from _common import race, table
from himalaya.ridge import RidgeCV
from sklearn.model_selection import KFold

import equipoise as eq


def main(n: int, p: int, targets: int, repeats: int) -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, p)) * np.logspace(0, -2, p)
    W = rng.standard_normal((p, targets))
    Y = X @ W + rng.standard_normal((n, targets)) * np.logspace(-1, 2, targets)
    X, Y = X - X.mean(axis=0), Y - Y.mean(axis=0)
    alphas = np.logspace(1, -5, 10)
    folds = KFold(5, shuffle=True, random_state=0)
    small = [a.astype(np.float32) for a in (X, Y)]

    def ours() -> Any:
        strategy = eq.CrossValidation(folds, alphas)
        return eq.Ridge(strategy, fit_intercept=False).fit(X, Y)

    def himalaya() -> Any:
        return RidgeCV(alphas=alphas * n * 0.8, cv=folds).fit(X, Y)

    def himalaya_32() -> Any:
        return RidgeCV(alphas=alphas * n * 0.8, cv=folds).fit(*small)

    def quality(answer: Any) -> str:
        mine = isinstance(answer, eq.Ridge)
        best, coef = (answer.alpha_, answer.coef_.T) if mine else (answer.best_alphas_ / (0.8 * n), answer.coef_)
        residual = Y - X @ np.asarray(coef, float)
        gap = f", gap {answer.gap_:.1e}" if mine else ""
        R2 = 1 - np.mean(residual**2, axis=0) / np.mean(Y**2, axis=0)
        return f"geometric mean of alpha {np.exp(np.mean(np.log(best))):.5g}, mean R2 {R2.mean():.6f}{gap}"

    contestants = {"equipoise": ours, "himalaya, float64": himalaya, "himalaya, float32": himalaya_32}
    title = f"Ridge, {targets:,} targets, 5 folds, 10 alphas, {n:,} x {p:,}"
    table(title, race(contestants, repeats), quality, "equipoise")


if __name__ == "__main__":
    sizes = [int(a) for a in sys.argv[1:]]
    for n, p in [sizes[:2]] if sizes else [(5_000, 500), (1_000, 3_000)]:
        main(n, p, 1_000, repeats=1)
