"""Lasso, 5 folds x 100 alphas: golub 72 x 7129, dense 10,000 x 1,000 and 50,000 x 500 (rows 1 to 3).

Peers on the same grid of alphas: scikit-learn, celer and glmnet. Quality is the largest relative duality gap over ten
points of the path that each fitted on all rows, by the same NumPy code for all.
"""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np
from _common import R, gaussian, microarray, race, table
from sklearn.linear_model import LassoCV, lasso_path

import equipoise as eq
from equipoise.losses import Squared
from equipoise.penalties import L1
from equipoise.selection import alpha_grid
from equipoise.solvers import Problem, relative_gap


def gaps(problem: Problem, alphas: np.ndarray, coefs: np.ndarray) -> float:
    """Largest relative gap over ten points of a path; the intercept is the best one for the coefficients."""
    chosen = np.linspace(0, len(alphas) - 1, 10).astype(int)
    y_mean, means = problem.weight @ problem.y, problem.means
    return max(relative_gap(problem, coefs[k], float(y_mean - means @ coefs[k]), alphas[k]) for k in chosen)


def main(X: np.ndarray, y: np.ndarray, title: str, tol: float, repeats: int, peers: bool = True) -> None:
    problem = Problem(X, y, Squared(), L1(), np.full(len(y), 1 / len(y)))
    alphas = alpha_grid(problem, 100)
    centred = np.asfortranarray(X - X.mean(axis=0))

    def ours() -> Any:
        return eq.Lasso(alpha=eq.CrossValidation(cv=5, alphas=alphas)).fit(X, y)

    def sklearn() -> Any:
        return LassoCV(cv=5, alphas=alphas, tol=tol, n_jobs=2, max_iter=100_000).fit(X, y)

    def celer() -> Any:
        from celer import celer_path
        from sklearn.model_selection import KFold

        for train, _ in KFold(5, shuffle=True, random_state=0).split(X):
            A = np.asfortranarray(X[train] - X[train].mean(axis=0))
            celer_path(A, y[train] - y[train].mean(), pb="lasso", alphas=alphas, tol=1e-6)
        return celer_path(centred, y - y.mean(), pb="lasso", alphas=alphas, tol=1e-6)[1].T

    contestants = {"equipoise": ours, "scikit-learn LassoCV, n_jobs=2": sklearn}
    if peers:
        contestants["celer"] = celer
    if R.available():
        script = "f <- cv.glmnet(X, y, lambda=alphas, nfolds=5, standardize=FALSE); as.matrix(f$glmnet.fit$beta)"
        contestants["glmnet"] = R(script, X=X, y=y, alphas=alphas)

    sk_coefs = lasso_path(centred, y - y.mean(), alphas=alphas, tol=tol, max_iter=100_000)[1].T

    def quality(answer: Any) -> str:
        if isinstance(answer, eq.Lasso):
            return f"gap {gaps(problem, alphas, answer.path_.coefs):.1e}, alpha {answer.alpha_:.4g}"
        if isinstance(answer, dict):
            coefs = answer["out"].reshape(-1, X.shape[1])
            return f"gap {gaps(problem, alphas[: len(coefs)], coefs):.1e}, {len(coefs)} alphas"
        if isinstance(answer, LassoCV):
            return f"gap {gaps(problem, alphas, sk_coefs):.1e}, alpha {answer.alpha_:.4g}"
        return f"gap {gaps(problem, alphas, answer):.1e}"

    table(title, race(contestants, repeats), quality, "equipoise")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    which = sys.argv[1:] or ["1", "2", "3"]
    if "1" in which:
        X, y = microarray("golub")
        main(X, y * 2.0 - 1.0, "Lasso, 5 folds x 100 alphas, golub 72 x 7129", 1e-4, 5)
    if "2" in which:
        main(*gaussian(10_000, 1_000), "Lasso, 5 folds x 100 alphas, 10,000 x 1,000", 1e-4, 3, peers=False)
    if "3" in which:
        main(*gaussian(50_000, 500), "Lasso, 5 folds x 100 alphas, 50,000 x 500", 1e-4, 3, peers=False)
