"""Synthetic Adult: how close the synthesizers come, what their rows teach, how often they copy, and how long they take.

    shape, trend  against the training part (equipoise.evaluate)
    c2st          1 - (2 max(AUC, 1/2) - 1), trained on real training rows and synthetic ones, scored on the test part
                  and others: by XGBoost (100 trees, depth 6, rate .3) where it is installed, otherwise the lowest of
                  the library's three classifiers
    tstr          AUC on the test part of a classifier (the same XGBoost, or histogram boosting) that learned on
                  synthetic rows
    exact, near   copies of training rows, as a multiple of what the test part shows
    fit s, draw s seconds to fit, and to draw as many rows as both parts have

Medians over the seeds, on the official split in the folder EQUIPOISE_DATA/tables.

Run: EQUIPOISE_DATA=... python benchmarks/tables/adult.py [--seeds 3] [--only TableTrees]
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import numpy as np

import equipoise as eq
from equipoise.data import Column, Table, align, read_table
from equipoise.evaluate import c2st, copies, shape, trend

NAMES = [
    "age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation", "relationship", "race",
    "sex", "capital-gain", "capital-loss", "hours-per-week", "native-country", "income",
]  # fmt: skip
MAKERS = {
    "TableMarginals": lambda seed: eq.TableMarginals(seed=seed),
    "TableCopula": lambda seed: eq.TableCopula(seed=seed),
    "TableMixture": lambda seed: eq.TableMixture(seed=seed),
    "TableTrees": lambda seed: eq.TableTrees(seed=seed),
    "Refined(TableMixture)": lambda seed: eq.Refined(eq.TableMixture(seed=seed), seed=seed),
    "Refined(TableTrees)": lambda seed: eq.Refined(eq.TableTrees(seed=seed), seed=seed),
    "TableSynthesizer": lambda seed: eq.TableSynthesizer(seed=seed),
    "TableVAE": lambda seed: eq.TableVAE(seed=seed),
    "TableGAN": lambda seed: eq.TableGAN(seed=seed),
}
COLUMNS = ("shape", "trend", "c2st", "tstr", "exact", "near", "fit s", "draw s")


def adult() -> tuple[Table, Table]:
    folder = Path(os.environ["EQUIPOISE_DATA"]) / "tables"
    train, test = (_read(folder / f"adult.{part}.csv") for part in ("train", "test"))
    return train, align(test, train)


def _read(path: Path) -> Table:
    import pandas as pd

    frame = pd.read_csv(path, header=None, names=NAMES, comment="|", skipinitialspace=True, na_values="?")
    frame["income"] = frame["income"].str.rstrip(".")
    return read_table(frame)


def auc(train: Table, test: Table, target: Column, truth: Column, seed: int) -> float:
    """AUC on `test` of a classifier of `target` that learned on `train`."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score

    X, Z = (_matrix(table) for table in (train, test))
    try:
        import xgboost
    except ImportError:
        model = HistGradientBoostingClassifier(random_state=seed).fit(X, target.values)
        return float(roc_auc_score(truth.values, model.predict_proba(Z)[:, 1]))
    types = ["c" if column.coded else "q" for column in train.columns]
    first, second = (
        xgboost.DMatrix(part, values, feature_types=types, enable_categorical=True)
        for part, values in ((X, target.values), (Z, truth.values))
    )
    model = xgboost.train({"objective": "binary:logistic", "max_depth": 6, "eta": 0.3, "seed": seed}, first, 100)
    return float(roc_auc_score(truth.values, model.predict(second)))


def _matrix(table: Table) -> np.ndarray:
    return np.stack([np.where(column.missing, np.nan, column.values) for column in table.columns], axis=1)


def told_apart(train: Table, test: Table, drawn: Table, seed: int) -> float:
    try:
        import xgboost  # noqa: F401
    except ImportError:
        return c2st(train, test, drawn, seed)
    n, m = len(train), len(test)
    sides = [train.concat(drawn.take(np.arange(n))), test.concat(drawn.take(np.arange(n, n + m)))]
    real = [Column("real", "number", np.r_[np.ones(size), np.zeros(size)]) for size in (n, m)]
    return 2 - 2 * max(auc(*sides, *real, seed), 0.5)


def measured(name: str, train: Table, test: Table, seed: int) -> dict[str, float]:
    start = time.perf_counter()
    synthesizer = MAKERS[name](seed).fit(train)
    middle = time.perf_counter()
    drawn = synthesizer.sample(len(train) + len(test), seed=seed)
    end = time.perf_counter()
    if name == "TableSynthesizer":
        print(f"seed {seed}: {synthesizer.chosen_}", flush=True)
    return scores(train, test, drawn, seed) | {"fit s": middle - start, "draw s": end - middle}


def scores(train: Table, test: Table, drawn: Table, seed: int) -> dict[str, float]:
    some, found = drawn.take(np.arange(len(train))), copies(train, drawn, test)
    features = [table.drop("income") for table in (some, test)]
    return {
        "shape": shape(train, some),
        "trend": trend(train, some),
        "c2st": told_apart(train, test, drawn, seed),
        "tstr": auc(*features, some["income"], test["income"], seed),
        "exact": found.exact / max(found.fresh_exact, 1 / len(test)),
        "near": found.near / max(found.fresh_near, 1 / len(test)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", nargs="*", choices=MAKERS)
    options = parser.parse_args()
    train, test = adult()
    print("| synthesizer |", " | ".join(COLUMNS), "|")
    print("|---" * (len(COLUMNS) + 1) + "|")
    for name in options.only or MAKERS:
        runs = [measured(name, train, test, seed) for seed in range(options.seeds)]
        medians = [float(np.median([run[column] for run in runs])) for column in COLUMNS]
        print(f"| {name} |", " | ".join(f"{value:.4g}" for value in medians), "|", flush=True)


if __name__ == "__main__":
    main()
