"""Extra peak memory of a lasso with 5 folds x 100 alphas, in units of X (row 12), each in a process of its own."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import resource, warnings
import numpy as np
warnings.simplefilter("ignore")
import equipoise as eq
from equipoise.linear import Lasso
from sklearn.linear_model import LassoCV
rng = np.random.default_rng(0)
small = np.asfortranarray(rng.normal(size=(200, 20)))
Lasso().fit(small, small[:, 0] + rng.normal(size=200)), LassoCV(alphas=10).fit(small, small[:, 0])
n, p = {n}, {p}
X = np.empty((n, p), order="F")
for j in range(p):
    X[:, j] = rng.standard_normal(n)
y = X[:, :10].sum(axis=1) + rng.standard_normal(n)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
{fit}
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print((after - before) * 1024 / X.nbytes)
"""
FITS = {
    "equipoise Lasso": "Lasso().fit(X, y)",
    "scikit-learn LassoCV, n_jobs=1": "LassoCV(cv=5, alphas=100).fit(X, y)",
    "scikit-learn LassoCV, n_jobs=2": "LassoCV(cv=5, alphas=100, n_jobs=2).fit(X, y)",
}


def main(n: int = 50_000, p: int = 500) -> None:
    print(f"\n### Extra peak memory of 5-fold cross-validation, {n:,} x {p:,}\n\n| contestant | times X |\n|---|---|")
    for name, fit in FITS.items():
        program = PROGRAM.format(n=n, p=p, fit=fit)
        done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
        print(f"| {name} | {float(done.stdout.split()[-1]):.2f} |")


if __name__ == "__main__":
    main()
