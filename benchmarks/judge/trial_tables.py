"""The trial on real tables: all arms and learners, from 20, 50, 200 real rows and more.

Each cell is the mean log loss over the folds; h marks `helps`, x marks `hurts`, by the verdict of that row. The oracle
has as many real rows again, held back from all other arms.

Run: EQUIPOISE_DATA=... python benchmarks/judge/trial_tables.py [--data german mammography] [--rows 20 50 200]
     [--learners logistic knn boosting] [--repeats 3] [--out DIR]
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import equipoise as eq
from equipoise.judge.trial_arms import ARMS
from equipoise.judge.trial_learners import LEARNERS

FILES = {  # file, target, whether it has a header
    "german": ("german.csv", "20", False),
    "mammography": ("mammography.csv", "6", False),
    "default": ("default.train.csv", "default payment next month", True),
    "shoppers": ("shoppers.train.csv", "Revenue", True),
    "magic": ("magic.train.csv", "class", True),
}
SIGNS = {"helps": " h", "hurts": " x", "no evidence": ""}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="*", choices=FILES, default=list(FILES))
    parser.add_argument("--rows", nargs="*", type=int, default=[20, 50, 200])
    parser.add_argument("--learners", nargs="*", choices=LEARNERS, default=list(LEARNERS))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out", type=Path, help="folder that runs are kept in, and go on from")
    options = parser.parse_args()
    for name in options.data:
        file, target, header = FILES[name]
        path = Path(os.environ["EQUIPOISE_DATA"]) / "tables" / file
        for rows in options.rows:
            start = time.perf_counter()
            found = eq.trial(
                path, target, header=header, learners=options.learners, arms=list(ARMS), rows=rows,
                repeats=options.repeats, keep=None if options.out is None else options.out / f"{name}-{rows}",
            )  # fmt: skip
            print(f"\n{name}, {rows} rows: {found.reason} ({time.perf_counter() - start:.0f} s)\n")
            print("| arm |", " | ".join(options.learners), "|")
            print("|---" * (len(options.learners) + 1) + "|")
            verdicts = {(row.learner, row.candidate): SIGNS[row.verdict] for row in found.rows}
            losses = {(each.learner, each.arm): each.scores["log_loss"] for each in found.arms}
            for arm in ARMS:
                cells = [
                    f"{losses[learner, arm]:.3f}{verdicts.get((learner, arm), '')}" if (learner, arm) in losses else "-"
                    for learner in options.learners
                ]
                print(f"| {arm} |", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
