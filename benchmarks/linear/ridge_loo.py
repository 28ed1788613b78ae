"""Ridge, leave-one-out over 100 alphas, 50,000 x 500 (row 4), against scikit-learn's RidgeCV."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np
from _common import gaussian, race, table
from sklearn.linear_model import RidgeCV

import equipoise as eq


def main(n: int, p: int, repeats: int) -> None:
    X, y = gaussian(n, p)
    alphas = np.logspace(2, -4, 100)

    def ours() -> Any:
        return eq.Ridge(alpha=eq.LeaveOneOut(alphas=alphas)).fit(X, y)

    def sklearn() -> Any:
        # its ridge is a sum and not a mean, and left-out rows keep it: n * alpha * (1 - 1/n) is the same problem
        return RidgeCV(alphas=alphas * (n - 1)).fit(X, y)

    def quality(answer: Any) -> str:
        scale = 1.0 if isinstance(answer, eq.Ridge) else 1.0 / (n - 1)
        gap = f", gap {answer.gap_:.1e}" if isinstance(answer, eq.Ridge) else ""
        return f"alpha {answer.alpha_ * scale:.4g}, R2 {answer.score(X, y):.8f}{gap}"

    results = race({"equipoise": ours, "scikit-learn RidgeCV": sklearn}, repeats)
    table(f"Ridge, leave-one-out, 100 alphas, {n:,} x {p:,}", results, quality, "equipoise")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    rows, columns = [int(a) for a in sys.argv[1:]] or [50_000, 500]
    main(rows, columns, repeats=1)
