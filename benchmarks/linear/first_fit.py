"""Import and first fit on 100 x 10, in a fresh process (row 11), against scikit-learn; and the bare import."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

DATA = (
    "import numpy as np; r = np.random.default_rng(0); X = r.normal(size=(100, 10)); y = X[:, 0] + r.normal(size=100);"
)
PROGRAMS = {
    "import sklearn.linear_model": "import sklearn.linear_model",
    "import equipoise": "import equipoise",
    "scikit-learn, import and LassoCV": DATA + "from sklearn.linear_model import LassoCV; LassoCV().fit(X, y)",
    "equipoise, import and Lasso": DATA + "import equipoise as eq; eq.Lasso().fit(X, y)",
}


def main(repeats: int = 7) -> None:
    times: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for turn in range(repeats + 1):
        for name, program in PROGRAMS.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", program], check=True)
            if turn:
                times[name].append(time.perf_counter() - start)
    print("\n### Import and first fit, 100 x 10, fresh process\n\n| program | seconds |\n|---|---|")
    for name, seconds in times.items():
        print(f"| {name} | {statistics.median(seconds):.3f} |")


if __name__ == "__main__":
    main()
