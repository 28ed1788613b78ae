"""Planted answers on Adult: what the judge says of tables whose faults are known.

    fresh      held-out rows that stand in for synthetic ones
    copier     the training rows themselves
    half       training rows and fresh rows, one half each
    jitter     training rows whose numbers are moved by a hundredth of their spread
    shuffled   columns drawn independently
    dropped    fresh rows without the most frequent occupation

The official test part is divided: one half plays the synthesizer's fresh rows, the other is held out.

Run: EQUIPOISE_DATA=... python benchmarks/tables/planted.py [--seeds 1]
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import numpy as np
from _sets import parts

import equipoise as eq
from equipoise.data import Table

COLUMNS = ("shape", "trend", "density", "coverage", "c2st", "near_copies", "nearer_to_train", "membership", "dcr")


def planted(train: Table, fresh: Table, seed: int) -> dict[str, Table]:
    random = np.random.default_rng(seed)
    most = np.bincount(fresh["occupation"].values[~fresh["occupation"].missing]).argmax()
    half = [table.take(random.choice(len(table), len(fresh) // 2, replace=False)) for table in (train, fresh)]
    return {
        "fresh": fresh,
        "copier": train,
        "half": Table.concat(*half),
        "jitter": replace(train, columns=tuple(_moved(column, random) for column in train.columns)),
        "shuffled": replace(train, columns=tuple(c.take(random.permutation(len(c))) for c in train.columns)),
        "dropped": fresh.take(fresh["occupation"].values != most),
    }


def _moved(column: eq.data.Column, random: np.random.Generator) -> eq.data.Column:
    if column.coded:
        return column
    step = 0.01 * float(np.nanstd(column.values))
    return replace(column, values=column.values + random.normal(0.0, step, len(column)), kind="number")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=1)
    options = parser.parse_args()
    train, test, _ = parts("adult")
    print("| planted |", " | ".join(COLUMNS), "| says | s |")
    print("|---" * (len(COLUMNS) + 3) + "|")
    for seed in range(options.seeds):
        order = np.random.default_rng(seed).permutation(len(test))
        fresh, held = test.take(order[::2]), test.take(order[1::2])
        for name, drawn in planted(train, fresh, seed).items():
            start = time.perf_counter()
            report = eq.evaluate_tables(train, drawn, held, seed=seed)
            says = report.conclusions[0].answer + "; " + report.conclusions[2].answer
            figures = " | ".join(f"{report.values[column]:.3f}" for column in COLUMNS)
            print(f"| {name} | {figures} | {says} | {time.perf_counter() - start:.0f} |", flush=True)


if __name__ == "__main__":
    main()
