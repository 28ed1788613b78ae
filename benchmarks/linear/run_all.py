"""Run all benchmarks of the linear half, one after the other, and collect what they print: `make bench-linear`.

Writes benchmarks/results/linear-runs.md; benchmarks/results/linear.md draws the conclusions. A benchmark that fails or
takes longer than its limit is listed as such.

Run: EQUIPOISE_DATA=... python benchmarks/linear/run_all.py [row ...]
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE.parent / "results"
LIMIT = 900
ROWS = {
    "1": ["lasso_cv.py", "1"],
    "2": ["lasso_cv.py", "2"],
    "3": ["lasso_cv.py", "3"],
    "4": ["ridge_loo.py"],
    "4b": ["many_targets.py"],
    "5": ["logistic_l2.py", "golub", "khan", "su"],
    "6": ["logistic_l2.py", "tall"],
    "6b": ["approximate_loo.py"],
    "7a": ["logistic_l1.py", "golub"],
    "7b": ["logistic_l1.py", "tall"],
    "8": ["poisson_cox.py"],
    "9": ["nonconvex_group.py"],
    "10": ["svm.py"],
    "11": ["first_fit.py"],
    "12": ["memory.py"],
    "13": ["nested.py"],
}


def run(row: str) -> str:
    """What one benchmark printed, under a title, with what went wrong."""
    file, *words = ROWS[row]
    start = time.perf_counter()
    try:
        done = subprocess.run(
            [sys.executable, str(HERE / file), *words], capture_output=True, text=True, timeout=LIMIT, check=False
        )
        text = done.stdout if done.returncode == 0 else f"{done.stdout}\nfailed:\n\n    {done.stderr.strip()[-500:]}"
    except subprocess.TimeoutExpired as late:
        text = f"{(late.stdout or b'').decode()}\nstopped after {LIMIT} s"
    took = time.perf_counter() - start
    return f"## Row {row}: `benchmarks/linear/{' '.join([file, *words])}` ({took:.0f} s)\n\n{text.strip()}\n"


def main() -> None:
    place = RESULTS / "linear-runs.md"
    RESULTS.mkdir(exist_ok=True)
    head = f"# What the benchmarks of the linear half printed\n\n{os.cpu_count()} cores, {platform.machine()}.\n"
    known = {}
    if place.exists():  # rows that are not asked for keep their last figures
        for part in place.read_text(encoding="utf-8").split("\n## Row ")[1:]:
            known[part.split(":", 1)[0]] = f"## Row {part.strip()}\n"
    for row in sys.argv[1:] or ROWS:
        known[row] = run(row)
        print(known[row], flush=True)
        place.write_text("\n".join([head, *(known[key] for key in ROWS if key in known)]), encoding="utf-8")


if __name__ == "__main__":
    main()
