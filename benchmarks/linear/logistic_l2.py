"""L2 logistic regression, 10 alphas x 5 folds: golub (2 classes), khan and su (4), 10,000 x 1,000 (rows 5 and 6).

The peer is scikit-learn's LogisticRegressionCV (lbfgs) on the same folds and C = 1 / (n alpha). Quality is the mean
held-out log loss at the best alpha, and the objective at the middle alpha on all rows.
"""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np
from _common import R, gaussian, microarray, race, table
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold

import equipoise as eq


def main(X: np.ndarray, y: np.ndarray, alphas: np.ndarray, title: str, repeats: int) -> None:
    n = len(y)
    folds = list(StratifiedKFold(5, shuffle=True, random_state=0).split(X, y))
    middle = len(alphas) // 2

    def ours() -> Any:
        return eq.LogisticRegression(alpha=eq.CrossValidation(cv=folds, alphas=alphas)).fit(X, y)

    def sklearn() -> Any:
        settings = {"cv": folds, "Cs": 1.0 / (0.8 * n * alphas), "scoring": "neg_log_loss", "max_iter": 10_000}
        return LogisticRegressionCV(**settings, n_jobs=2, use_legacy_attributes=False, l1_ratios=(0.0,)).fit(X, y)

    contestants = {"equipoise": ours, "scikit-learn LogisticRegressionCV": sklearn}
    if R.available():
        family = "binomial" if len(np.unique(y)) == 2 else "multinomial"
        script = (
            f"f <- cv.glmnet(X, y, family='{family}', alpha=0, lambda=alphas, nfolds=5, standardize=FALSE); min(f$cvm)"
        )
        contestants["glmnet"] = R(script, X=X, y=y.astype(float), alphas=alphas)

    def objective(coef: np.ndarray, proba: np.ndarray) -> float:
        # two classes: one vector of coefficients
        return log_loss(y, proba) + 0.5 * alphas[middle] * float(np.sum(coef**2))

    def quality(answer: Any) -> str:
        if isinstance(answer, eq.LogisticRegression):
            fixed = eq.LogisticRegression(alpha=float(alphas[middle])).fit(X, y)
            value = objective(fixed.coef_, fixed.predict_proba(X))
            best = float(answer.selection_.mean.min())
            return f"log loss {best:.5f}, gap {answer.path_.gaps.max():.1e}, objective {value:.9f}"
        if isinstance(answer, dict):
            return f"cvm {answer['out'][0]:.5f} (its deviance is twice the log loss; own folds)"
        fixed = LogisticRegression(C=1.0 / (n * alphas[middle]), max_iter=10_000).fit(X, y)
        value = objective(fixed.coef_, fixed.predict_proba(X))
        return f"log loss {-np.max(np.mean(answer.scores_, axis=0)):.5f}, objective {value:.9f}"

    table(title, race(contestants, repeats), quality, "equipoise")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    which = sys.argv[1:] or ["golub", "khan", "su", "tall"]
    for name in ("golub", "khan", "su"):
        if name in which:
            X, y = microarray(name)
            title = f"L2 logistic, 10 alphas x 5 folds, {name} {X.shape[0]} x {X.shape[1]}, {y.max() + 1} classes"
            main(X, y, np.logspace(3, -3, 10), title, 3)
    if "tall" in which:
        X, z = gaussian(10_000, 1_000)
        y = (z > 0).astype(int)
        main(X, y, np.logspace(0, -5, 10), "L2 logistic, 10 alphas x 5 folds, 10,000 x 1,000", 3)
