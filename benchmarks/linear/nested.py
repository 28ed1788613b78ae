"""The whole procedure on rows that it never saw: L1 logistic with alpha by 5 inner folds (row 13), against cv.glmnet.

Ten outer folds; inside each, both choose alpha by their own inner folds, by the best and by the one-standard-error
rule. Compared are the deviances of the held-out rows (mean log loss times 2), pairwise; the interval is that of
the corrected resampled t (Nadeau and Bengio 2003), and the standard error beside it the one of glmnet's mean.
"""

from __future__ import annotations

import sys
import time
import warnings

import numpy as np
from _common import R, microarray
from scipy import stats
from sklearn.model_selection import StratifiedKFold

import equipoise as eq

OUTER = 10
SCRIPT = """
family <- if (classes == 2) 'binomial' else 'multinomial'; res <- c()
for (k in 1:10) {
  train <- fold != k
  f <- cv.glmnet(X[train, ], factor(y[train]), family=family, foldid=inner[train, k], standardize=FALSE)
  for (s in c('lambda.min', 'lambda.1se')) {
    P <- predict(f, X[!train, ], s=s, type='response'); B <- coef(f, s=s)
    if (classes == 2) { used <- sum(as.matrix(B)[-1] != 0); P <- cbind(1 - P, P) } else {
      P <- P[, , 1]; used <- sum(Reduce(`|`, lapply(B, function(b) as.matrix(b)[-1] != 0))) }
    p <- P[cbind(seq_len(sum(!train)), y[!train] + 1)]
    res <- c(res, mean(-2 * log(pmax(p, 1e-15))), used)
  }
}
res
"""


def ours(X: np.ndarray, y: np.ndarray, fold: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """(fold, rule, (deviance, features))."""
    found = np.empty((OUTER, 2, 2))
    for k in range(OUTER):
        rows = np.flatnonzero(fold != k + 1)
        test = np.flatnonzero(fold == k + 1)
        numbers = inner[rows, k]
        splits = [(np.flatnonzero(numbers != j), np.flatnonzero(numbers == j)) for j in range(1, 6)]
        model = eq.LogisticRegression(eq.CrossValidation(cv=splits), penalty=eq.penalties.L1())
        model.fit(X[rows], y[rows])
        chosen = model.selection_
        for rule, index in enumerate((chosen.best, chosen.one_se)):
            eta = X[test] @ model.path_.coefs[index].T + model.path_.intercepts[index]
            if eta.ndim == 1:
                eta = np.column_stack([np.zeros(len(test)), eta])
            log = eta - np.logaddexp.reduce(eta, axis=1, keepdims=True)
            used = np.any(np.atleast_2d(model.path_.coefs[index]) != 0, axis=0).sum()
            found[k, rule] = np.mean(-2.0 * np.maximum(log[np.arange(len(test)), y[test]], np.log(1e-15))), used
    return found


def main(name: str) -> None:
    X, y = microarray(name)
    fold, inner = np.zeros(len(y)), np.zeros((len(y), OUTER))
    for k, (train, test) in enumerate(StratifiedKFold(OUTER, shuffle=True, random_state=0).split(X, y)):
        fold[test] = k + 1
        for j, (_, held) in enumerate(StratifiedKFold(5, shuffle=True, random_state=1).split(X[train], y[train])):
            inner[train[held], k] = j + 1
    start = time.perf_counter()
    mine = ours(X, y, fold, inner)
    seconds = time.perf_counter() - start
    peer = R(SCRIPT, X=X, y=y.astype(float), fold=fold, inner=inner, classes=np.array([float(y.max() + 1)]))()
    theirs = peer["out"].reshape(OUTER, 2, 2)
    print(f"\n### nested cross-validation, L1 logistic, {name} {X.shape[0]} x {X.shape[1]}, {y.max() + 1} classes\n")
    print(f"equipoise {seconds:.3g} s, glmnet {peer['seconds']:.3g} s\n")
    print("| rule | deviance | glmnet's | difference (95 %) | 1 SE of glmnet's | features | glmnet's |")
    print("|---|---|---|---|---|---|---|")
    for k, rule in enumerate(("best", "1-SE")):
        gain = mine[:, k, 0] - theirs[:, k, 0]
        half = stats.t.ppf(0.975, OUTER - 1) * gain.std(ddof=1) * np.sqrt(1.0 / OUTER + 1.0 / (OUTER - 1))
        error = theirs[:, k, 0].std(ddof=1) / np.sqrt(OUTER)
        print(
            f"| {rule} | {mine[:, k, 0].mean():.3f} | {theirs[:, k, 0].mean():.3f} | {gain.mean():.3f} "
            f"({gain.mean() - half:.3f} to {gain.mean() + half:.3f}) | {error:.3f} | {mine[:, k, 1].mean():.1f} | "
            f"{theirs[:, k, 1].mean():.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for name in sys.argv[1:] or ["golub", "alon", "khan", "su"]:
        main(name)
