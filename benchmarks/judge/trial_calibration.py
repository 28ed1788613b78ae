"""Whether the trial is calibrated and sees what is there, on tables whose law is known.

    placebo   three arms that add rows of one generator, against a fourth that adds rows of the same one: only the draw
              differs, and every `helps` is false
    copies    every row twice, for a learner that copies cannot change
    planted   rows of the true law added to 30 real ones, ten for each: `helps` is right

Run: python benchmarks/judge/trial_calibration.py [--only placebo] [--seeds 200]
"""

from __future__ import annotations

import argparse
from collections import Counter

import numpy as np

from equipoise.augment import Augmenter
from equipoise.data import Column, Table
from equipoise.judge import Trial, trial
from equipoise.tables import TableTrees

CASES = ("copies", "placebo", "planted")
WEIGHTS = np.array([2.0, -2.0, 2.0, 2.0, 0.0, 0.0, 0.0, 0.0])


def planted(rows: int, seed: int) -> Table:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, len(WEIGHTS)))
    y = x @ WEIGHTS + rng.logistic(size=rows) > 0
    features = (Column(f"x{j}", "number", x[:, j]) for j in range(len(WEIGHTS)))
    return Table((*features, Column("y", "category", y.astype(np.int32), ("no", "yes"))))


class TrueLaw:
    """A generator that has nothing to learn."""

    seed = 0

    def fit(self, rows: Table) -> TrueLaw:
        return self

    def sample(self, n: int, where: object = None, seed: int = 0) -> Table:
        return planted(n, seed)


def run(case: str, seed: int) -> Trial:
    options = {"seed": seed}
    if case == "copies":
        return trial(planted(200, seed), "y", learners="logistic", arms=["real", "duplicates"], **options)
    if case == "placebo":
        arms = {name: TableTrees() for name in "abcd"}
        return trial(planted(200, seed), "y", learners=["logistic", "knn"], arms=arms, baseline="a", **options)
    arms = ["real", {"perfect": Augmenter(TrueLaw(), multiple=10.0, when="all")}]
    return trial(planted(300, seed), "y", learners=["logistic", "knn", "forest"], arms=arms, rows=30, **options)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=CASES)
    parser.add_argument("--seeds", type=int, default=200)
    options = parser.parse_args()
    for case in [options.only] if options.only else CASES:
        said: Counter[str] = Counter()
        rows: Counter[tuple[str, str]] = Counter()
        for seed in range(options.seeds):
            found = run(case, seed)
            said[found.verdict] += 1
            rows.update((row.learner, row.verdict) for row in found.rows)
            print(f"{case}, {seed + 1} seeds: {dict(said)}; rows {dict(sorted(rows.items()))}", flush=True)


if __name__ == "__main__":
    main()
