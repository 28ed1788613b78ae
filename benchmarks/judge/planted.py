"""Three tables whose truth is known, and what the study says about them.

    sparse        100 rows x 60 columns, five weights of 1, noise 2: constraining helps
    plentiful     2,000 rows x 5 columns, all weights 1, noise 1: no evidence that constraining helps
    independent   150 rows x 8 columns, a target of noise alone: no arm beats the constant, generating does not help

Run: python benchmarks/judge/planted.py [--seeds 10] [--only sparse] [--budget standard]
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from equipoise.data import Column, Table
from equipoise.judge import study

CASES = ("sparse", "plentiful", "independent")
ALL = ("TableMarginals", "TableVAE", "TableGAN")


def planted(case: str, seed: int) -> Table:
    rng = np.random.default_rng(seed)
    rows, columns, weights, noise = {
        "sparse": (100, 60, np.r_[np.ones(5), np.zeros(55)], 2.0),
        "plentiful": (2000, 5, np.ones(5), 1.0),
        "independent": (150, 8, np.zeros(8), 1.0),
    }[case]
    x = rng.normal(size=(rows, columns))
    y = x @ weights + noise * rng.normal(size=rows)
    features = (Column(f"x{j}", "number", x[:, j]) for j in range(columns))
    return Table((*features, Column("y", "number", y)))


def answers(case: str, seed: int, budget: str) -> dict[str, dict]:
    """Run a study; generators are left out where the fact is about constraining alone."""
    generators = ALL if case == "independent" else ()
    found = study(planted(case, seed), "y", budget=budget, seed=seed, synthesizers=generators)
    return {entry["question"]: entry for entry in found.record["verdicts"]} | {"best": found.best}


def right(case: str, found: dict[str, dict]) -> dict[str, bool]:
    if case == "independent":
        return {
            "no arm is claimed to beat the constant": found["signal"]["verdict"] != "helps",
            "generating is not claimed to help": found["generate"]["verdict"] != "helps",
        }
    wanted = "helps" if case == "sparse" else "no evidence"
    return {f"constraining: {wanted}": found["constrain"]["verdict"] == wanted}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--budget", default="standard")
    parser.add_argument("--only", choices=CASES)
    options = parser.parse_args()
    for case in [options.only] if options.only else CASES:
        counts: dict[str, int] = {}
        start = time.perf_counter()
        for seed in range(options.seeds):
            found = answers(case, seed, options.budget)
            shown = {k: v["verdict"] for k, v in found.items() if k != "best"}
            lead = found["constrain"]
            print(f"  {case} {seed}: {shown}, best {found['best']}; "
                  f"constrain {lead['effect']:.4g} ({lead['low']:.4g} to {lead['high']:.4g})", flush=True)  # fmt: skip
            for fact, holds in right(case, found).items():
                counts[fact] = counts.get(fact, 0) + holds
        for fact, count in counts.items():
            print(f"{case}: {fact}: {count} of {options.seeds}")
        print(f"{case}: {(time.perf_counter() - start) / options.seeds:.1f} s a study")


if __name__ == "__main__":
    main()
