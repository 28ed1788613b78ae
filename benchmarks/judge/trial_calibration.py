"""Whether the trial is calibrated and sees what is there, on tables whose law is known.

    placebo   three arms that add rows of one generator, against a fourth that adds rows of the same one: only the draw
              differs, and every `helps` is false
    copies    every row twice, for a learner that copies cannot change
    planted   rows of the true law added to 30 real ones, ten for each: `helps` is right

The verdict is about log loss, which no threshold touches: thresholds are not chosen. The generator of the placebo is a
cheap one, independent columns by default: what it draws does not matter as long as all four arms draw from it.

Run: python benchmarks/judge/trial_calibration.py [--only placebo] [--seeds 200] [--out seeds.jsonl]
With --out, one line a seed is kept, and the same command goes on from there.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import RandomForestClassifier

from equipoise.augment import Augmenter
from equipoise.data import Column, Table
from equipoise.judge import Trial, trial
from equipoise.tables import TableCopula, TableMarginals, TableTrees

CASES = ("copies", "placebo", "planted")
GENERATORS = {"marginals": TableMarginals, "copula": TableCopula, "trees": TableTrees}
TREES = 25  # a quarter of the trial's own forest, in a third of the time
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


def run(case: str, seed: int, generator: str) -> Trial:
    options: dict[str, Any] = {"seed": seed, "thresholds": False}
    if case == "copies":
        return trial(planted(200, seed), "y", learners="logistic", arms=["real", "duplicates"], **options)
    if case == "placebo":
        arms = {name: GENERATORS[generator]() for name in "abcd"}
        return trial(planted(200, seed), "y", learners=["logistic", "knn"], arms=arms, baseline="a", **options)
    given = ["real", {"perfect": Augmenter(TrueLaw(), multiple=10.0, when="all")}]
    learners = ["logistic", "knn", {"forest": RandomForestClassifier(TREES, random_state=seed)}]
    return trial(planted(300, seed), "y", learners=learners, arms=given, rows=30, **options)


def verdicts(case: str, seeds: int, generator: str, out: Path | None) -> Iterator[dict[str, Any]]:
    """What each seed said, from the file where it stands there."""
    known = {}
    if out is not None and out.exists():
        lines = map(json.loads, out.read_text().splitlines())
        known = {line["seed"]: line for line in lines if (line["case"], line["generator"]) == (case, generator)}
    for seed in range(seeds):
        if seed not in known:
            found = run(case, seed, generator)
            rows = [(row.learner, row.verdict) for row in found.rows]
            known[seed] = {"case": case, "generator": generator, "seed": seed, "said": found.verdict, "rows": rows}
            if out is not None:
                with out.open("a") as handle:
                    handle.write(json.dumps(known[seed]) + "\n")
        yield known[seed]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=CASES)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--generator", choices=GENERATORS, default="marginals")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    for case in [options.only] if options.only else CASES:
        said: Counter[str] = Counter()
        rows: Counter[tuple[str, str]] = Counter()
        for line in verdicts(case, options.seeds, options.generator, options.out):
            said[line["said"]] += 1
            rows.update((learner, verdict) for learner, verdict in line["rows"])
            print(f"{case}, {line['seed'] + 1} seeds: {dict(said)}; rows {dict(sorted(rows.items()))}", flush=True)


if __name__ == "__main__":
    main()
