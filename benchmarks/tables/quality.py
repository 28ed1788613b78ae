"""Synthetic tables: how close synthesizers come, what their rows teach, how often they copy, and how long they take.

    shape, trend  against the training part (equipoise.evaluate)
    c2st          1 - (2 max(AUC, 1/2) - 1), trained on real training rows and synthetic ones, scored on the test part
                  and others, by XGBoost (100 trees, depth 6, rate .3)
    boosting, trees, perceptron
                  the same by the library's three classifiers
    tstr          AUC on the test part of that XGBoost, learned on synthetic rows
    tuned         the same of the best of 36 XGBoosts, chosen on a ninth of the synthetic rows (see _learners.py)
    exact, near   copies of training rows, as a multiple of what the test part shows
    pooled        near copies as a multiple of what the test part and each training row against the others show
    fit s, draw s seconds to fit, and to draw as many rows as both parts have

Medians over the seeds. In the row "real" the test part stands for synthetic rows (shape, trend), one half of both parts
is told from the other (c2st), and the training part teaches: the ceilings.

Run: EQUIPOISE_DATA=... python benchmarks/tables/quality.py [--data adult] [--seeds 3] [--only TableTrees] [--minutes 2]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
from _learners import classified, tuned
from _sets import TARGETS, parts

import equipoise as eq
from equipoise.data import Column, Table
from equipoise.evaluate import c2st_scores, copies, shape, trend

MAKERS = {
    "TableMarginals": lambda seed, _: eq.TableMarginals(seed=seed),
    "TableCopula": lambda seed, _: eq.TableCopula(seed=seed),
    "TableMixture": lambda seed, _: eq.TableMixture(seed=seed),
    "TableTrees": lambda seed, _: eq.TableTrees(seed=seed),
    "Refined(TableMixture)": lambda seed, _: eq.Refined(eq.TableMixture(seed=seed), seed=seed),
    "Refined(TableTrees)": lambda seed, _: eq.Refined(eq.TableTrees(seed=seed), seed=seed),
    "TableSynthesizer": lambda seed, _: eq.TableSynthesizer(seed=seed),
    "TableVAE": lambda seed, minutes: eq.TableVAE(minutes=minutes, seed=seed),
    "TableGAN": lambda seed, minutes: eq.TableGAN(minutes=minutes, seed=seed),
    "Refined(TableVAE)": lambda seed, minutes: eq.Refined(eq.TableVAE(minutes=minutes, seed=seed), seed=seed),
    "Refined(TableGAN)": lambda seed, minutes: eq.Refined(eq.TableGAN(minutes=minutes, seed=seed), seed=seed),
}
COLUMNS = (
    "shape", "trend", "c2st", "boosting", "trees", "perceptron", "tstr", "tuned", "exact", "near", "pooled",
    "fit s", "draw s"
)  # fmt: skip


def told_apart(train: Table, test: Table, drawn: Table, seed: int) -> float:
    n, m = len(train), len(test)
    sides = [train.concat(drawn.take(np.arange(n))), test.concat(drawn.take(np.arange(n, n + m)))]
    real = [Column("real", "number", np.r_[np.ones(size), np.zeros(size)]) for size in (n, m)]
    return 2 - 2 * max(classified(sides[0], sides[1], real[0], real[1], seed), 0.5)


def taught(teacher: Table, test: Table, target: str, seed: int, by: Callable[..., float] = classified) -> float:
    return by(teacher.drop(target), test.drop(target), teacher[target], test[target], seed)


def likeness(train: Table, test: Table, drawn: Table, target: str, seed: int) -> dict[str, float]:
    some = drawn.take(np.arange(len(train)))
    return {
        "shape": shape(train, some),
        "trend": trend(train, some),
        "c2st": told_apart(train, test, drawn, seed),
        "tstr": taught(some, test, target, seed),
    }


def measured(name: str, train: Table, test: Table, target: str, seed: int, minutes: float) -> dict[str, float]:
    start = time.perf_counter()
    synthesizer = MAKERS[name](seed, minutes).fit(train)
    middle = time.perf_counter()
    drawn = synthesizer.sample(len(train) + len(test), seed=seed)
    end = time.perf_counter()
    if name == "TableSynthesizer":
        print(f"seed {seed}: {synthesizer.chosen_}", flush=True)
    some, found = drawn.take(np.arange(len(train))), copies(train, drawn, test)
    pooled = copies(train, drawn, test, pool=True)
    return {
        **likeness(train, test, drawn, target, seed),
        **c2st_scores(train, test, drawn, seed),
        "tuned": taught(some, test, target, seed, tuned),
        "exact": found.exact / max(found.fresh_exact, 1 / len(test)),
        "near": found.near / max(found.fresh_near, 1 / len(test)),
        "pooled": pooled.near / max(pooled.fresh_near, 1 / pooled.fresh_rows),
        "fit s": middle - start,
        "draw s": end - middle,
    }


def real(train: Table, test: Table, target: str, seed: int) -> dict[str, float]:
    random = np.random.default_rng(seed)
    order, other = random.permutation(len(train)), random.permutation(len(test))
    first, second = train.take(order[::2]), test.take(other[::2])
    rest = train.take(order[1::2]).concat(test.take(other[1::2]))
    rest = rest.concat(rest.take(np.array([0, 1])))  # odd numbers of rows leave one half a row short
    return {
        "shape": shape(train, test),
        "trend": trend(train, test),
        "c2st": told_apart(first, second, rest, seed),
        **c2st_scores(first, second, rest, seed),
        "tstr": taught(train, test, target, seed),
        "tuned": taught(train, test, target, seed, tuned),
        "exact": 1.0,
        "near": 1.0,
        "pooled": 1.0,
        "fit s": 0.0,
        "draw s": 0.0,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", choices=TARGETS, default="adult")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", nargs="*", choices=["real", *MAKERS])
    parser.add_argument("--minutes", type=float, default=2.0, help="for the two that train networks")
    options = parser.parse_args()
    train, test, target = parts(options.data)
    print(f"| {options.data} |", " | ".join(COLUMNS), "|")
    print("|---" * (len(COLUMNS) + 1) + "|")
    for name in options.only or ["real", *MAKERS]:
        runs = [
            real(train, test, target, seed)
            if name == "real"
            else measured(name, train, test, target, seed, options.minutes)
            for seed in range(options.seeds)
        ]
        medians = [float(np.median([run[column] for run in runs])) for column in COLUMNS]
        print(f"| {name} |", " | ".join(f"{value:.4g}" for value in medians), "|", flush=True)


if __name__ == "__main__":
    main()
