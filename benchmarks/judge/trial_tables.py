"""The trial on real tables: all arms and learners, from 20, 50, 200 real rows and more.

Each cell is the mean log loss over the folds; h marks `helps`, x marks `hurts`, by the verdict of that row. The oracle
has as many real rows again, held back from all other arms. Of large tables a random part is taken (--most), which the
folds are made of; how many rows an arm learns from is another matter. Thresholds are not chosen, for no loss depends
on them, and so the arm of that name is left out.

Full size is `--rows 0 --most 0`: every arm learns from all rows of the training part, and none is left for the oracle.
`--rows -1 --most 0 --arms real oracle` learns from half of them, and the oracle from all.

Run: EQUIPOISE_DATA=... python benchmarks/judge/trial_tables.py [--data german mammography] [--rows 20 50 200]
     [--learners logistic knn boosting] [--arms real smote] [--repeats 3] [--folds 5] [--most 4000] [--out DIR]
With --out, what is done is kept, and the same command goes on from there; `--summary DIR` then prints what each arm
adds to log loss, to log loss after the shares are put right, and to ROC AUC, mean over the tables, by learner and
number of rows.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

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
TRIED = [arm for arm in ARMS if arm != "threshold"]
METRICS = ("log_loss", "log_loss_corrected", "roc_auc")
SIGNS = {"helps": " h", "hurts": " x", "no evidence": ""}


def summary(folder: Path) -> None:
    """Print differences from the real rows, mean over the tables that are there."""
    found: dict[tuple[str, str, str, str], list[float]] = {}
    for path in sorted(folder.glob("*/done.jsonl")):
        rows = path.parent.name.rpartition("-")[2]
        cells = {line["key"]: line["value"] for line in map(json.loads, path.read_text().splitlines()[1:])}
        for learner, metric in product(LEARNERS, METRICS):
            means = {arm: _mean(cells, arm, learner, metric) for arm in TRIED}
            for arm, mean in means.items():
                if mean is not None and means["real"] is not None:
                    found.setdefault((rows, arm, learner, metric), []).append(mean - means["real"])
    for rows, metric in product(sorted({key[0] for key in found}), METRICS):
        print(f"\n{rows} rows, {metric} minus that of the real rows\n")
        print("| arm |", " | ".join(LEARNERS), "| tables |")
        print("|---" * (len(LEARNERS) + 2) + "|")
        for arm in TRIED[1:]:
            values = [found.get((rows, arm, learner, metric), []) for learner in LEARNERS]
            shown = " | ".join(f"{np.mean(each):+.3f}" if each else "-" for each in values)
            print(f"| {arm} | {shown} | {max(map(len, values))} |")


def _mean(cells: dict[str, Any], arm: str, learner: str, metric: str) -> float | None:
    """Mean over the folds where it is defined."""
    folds = [value.get(learner) for key, value in cells.items() if key.split("/")[0] == arm]
    known = [fold[metric] for fold in folds if fold is not None and fold[metric] is not None]
    return float(np.mean(known)) if known else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="*", choices=FILES, default=list(FILES))
    parser.add_argument("--rows", nargs="*", type=int, default=[20, 50, 200], help="0 for all, -1 for half")
    parser.add_argument("--arms", nargs="*", choices=TRIED, default=TRIED)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--learners", nargs="*", choices=LEARNERS, default=list(LEARNERS))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--most", type=int, default=4000, help="rows of a table; 0 for all")
    parser.add_argument("--summary", type=Path, help="print what a folder of kept runs says, and run nothing")
    parser.add_argument("--out", type=Path, help="folder that runs are kept in, and go on from")
    options = parser.parse_args()
    if options.summary is not None:
        summary(options.summary)
        return
    for rows in options.rows:
        for name in options.data:
            file, target, header = FILES[name]
            table = eq.data.read_table(Path(os.environ["EQUIPOISE_DATA"]) / "tables" / file, header=header)
            if 0 < options.most < len(table):
                table = table.take(np.sort(np.random.default_rng(0).permutation(len(table))[: options.most]))
            arms = [arm for arm in options.arms if rows or arm != "oracle"]
            start, word = time.process_time(), {0: "all", -1: "half"}.get(rows, str(rows))
            found = eq.trial(
                table, target, learners=options.learners, arms=arms, rows=rows if rows > 0 else None,
                folds=options.folds, repeats=options.repeats, thresholds=False,
                keep=None if options.out is None else options.out / f"{name}-{word}",
            )  # fmt: skip
            print(f"\n{name}, {word} rows: {found.reason} ({time.process_time() - start:.0f} s)\n")
            print("| arm |", " | ".join(options.learners), "|")
            print("|---" * (len(options.learners) + 1) + "|")
            verdicts = {(row.learner, row.candidate): SIGNS[row.verdict] for row in found.rows}
            losses = {(each.learner, each.arm): each.scores["log_loss"] for each in found.arms}
            for arm in arms:
                cells = [
                    f"{losses[learner, arm]:.3f}{verdicts.get((learner, arm), '')}" if (learner, arm) in losses else "-"
                    for learner in options.learners
                ]
                print(f"| {arm} |", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
