"""What the benchmarks of the linear half share: data, peers, and a fair clock.

Every contestant runs in the same process on the same data, in turn, five times; what counts is the ratio of the medians
and how good each answer is. glmnet runs in R and takes its own time, without start-up and reading.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

DATA = Path(os.environ.get("EQUIPOISE_DATA", "data"))


def microarray(name: str) -> tuple[np.ndarray, np.ndarray]:
    """golub, alon, khan or su, columns standardised as every peer's own benchmark does."""
    with np.load(DATA / "arrays" / f"{name}.npz", allow_pickle=False) as file:
        X, y = np.asarray(file["X"], dtype=np.float64), file["y"]
    X = X - X.mean(axis=0)
    spread = X.std(axis=0)
    X /= np.where(spread > 0, spread, 1.0)
    return np.asfortranarray(X), np.unique(y, return_inverse=True)[1]


def gaussian(n: int, p: int, seed: int = 0, informative: int = 50, snr: float = 3.0) -> tuple[np.ndarray, np.ndarray]:
    """Independent columns, `informative` weights of +-1, noise for the given signal-to-noise ratio (of variances)."""
    rng = np.random.default_rng(seed)
    X = np.asfortranarray(rng.standard_normal((n, p)))
    w = np.zeros(p)
    w[rng.choice(p, min(informative, p), replace=False)] = rng.choice([-1.0, 1.0], min(informative, p))
    signal = X @ w
    return X, signal + rng.standard_normal(n) * signal.std() / np.sqrt(snr)


def race(contestants: Mapping[str, Callable[[], Any]], repeats: int = 5) -> dict[str, tuple[float, Any]]:
    """Median seconds and the last answer of each contestant; they take turns. One warm-up round is not counted.

    A contestant may return a dict with its own "seconds" (a peer in another process).
    """
    times: dict[str, list[float]] = {name: [] for name in contestants}
    answers: dict[str, Any] = {}
    for turn in range(repeats + 1):
        for name, run in contestants.items():
            start = time.perf_counter()
            answers[name] = run()
            seconds = time.perf_counter() - start
            if isinstance(answers[name], dict) and "seconds" in answers[name]:
                seconds = answers[name]["seconds"]
            if turn:
                times[name].append(seconds)
    return {name: (statistics.median(t), answers[name]) for name, t in times.items()}


def table(title: str, results: Mapping[str, tuple[float, Any]], quality: Callable[[Any], str], ours: str) -> None:
    """Print one Markdown table: seconds, ratio to ours, quality."""
    base = results[ours][0]
    print(f"\n### {title}\n\n| contestant | seconds | times ours | quality |\n|---|---|---|---|")
    for name, (seconds, answer) in results.items():
        print(f"| {name} | {seconds:.4g} | {seconds / base:.2f} | {quality(answer)} |")


class R:
    """An R script with matrices passed as raw doubles; returns its own seconds and the arrays that it wrote."""

    def __init__(self, script: str, **arrays: np.ndarray) -> None:
        self.script, self.arrays = script, arrays

    @staticmethod
    def available() -> bool:
        """Whether Rscript and glmnet are there."""
        if shutil.which("Rscript") is None:
            return False
        return subprocess.run(["Rscript", "-e", "library(glmnet)"], capture_output=True).returncode == 0

    def __call__(self) -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as folder:
            lines = ["suppressMessages(library(glmnet))"]
            for name, a in self.arrays.items():
                a = np.asfortranarray(a, dtype=np.float64)
                a.ravel(order="F").tofile(f"{folder}/{name}.bin")
                dims = f"dim(x) <- c({', '.join(map(str, a.shape))});" if a.ndim > 1 else ""
                lines.append(f'x <- readBin("{folder}/{name}.bin", "double", {a.size}); {dims} {name} <- x')
            lines += [
                f"t0 <- proc.time()[['elapsed']]; for (i in 1:3) out <- {{ {self.script} }}",
                "cat('SECONDS', (proc.time()[['elapsed']] - t0) / 3, '\\n')",
                f'writeBin(as.double(out), "{folder}/out.bin")',
            ]
            Path(folder, "run.R").write_text("\n".join(lines))
            done = subprocess.run(["Rscript", f"{folder}/run.R"], capture_output=True, text=True, check=True)
            seconds = float(next(line for line in done.stdout.splitlines() if "SECONDS" in line).split()[1])
            return {"seconds": seconds, "out": np.fromfile(f"{folder}/out.bin")}
