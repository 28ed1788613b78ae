"""Defaults of the nets on tables that no goal is about: other rates, several starts, decoupled decay.

Nine tables of 150 to 800 rows, 5 outer folds, 9 alphas on 3 inner folds, otherwise the defaults of `MLPClassifier`:
mean log loss of the rows held out. It is here that a default may be chosen; `quality.py` says how it does elsewhere.

Run: EQUIPOISE_DATA=... python benchmarks/neural/defaults.py
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.datasets import load_digits, load_iris, load_wine, make_classification
from sklearn.model_selection import StratifiedKFold

import equipoise as eq

SETTINGS: dict[str, dict[str, Any]] = {
    "default": {},
    "rate .001": {"learning_rate_init": 0.001},
    "4 starts": {"starts": 4},
    "decoupled": {"penalty": "decoupled"},
}
MADE = ((400, 20, 5, 1.0, 0.05), (300, 40, 10, 2.0, 0.0), (800, 15, 8, 0.7, 0.1), (500, 30, 4, 1.5, 0.02))


def encoded(frame: pd.DataFrame, target: str, dropped: list[str]) -> tuple[np.ndarray, np.ndarray]:
    X = eq.DesignEncoder().fit_transform(frame.drop(columns=dropped))
    return X, np.unique(frame[target], return_inverse=True)[1]


def tables() -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    folder = Path(os.environ["EQUIPOISE_DATA"]) / "tables"
    adult = pd.read_csv(folder / "adult.train.csv", header=None, skipinitialspace=True, na_values="?")
    adult = adult.sample(400, random_state=0).rename(columns=str).reset_index(drop=True)
    yield "adult", *encoded(adult, "14", ["14"])
    yield "wine", *load_wine(return_X_y=True)
    yield "iris", *load_iris(return_X_y=True)
    X, y = load_digits(return_X_y=True)
    some = np.random.default_rng(0).permutation(len(y))[:600]
    yield "digits", X[some], y[some]
    for seed, (n, p, informative, apart, flipped) in enumerate(MADE):
        X, y = make_classification(
            n, p, n_informative=informative, n_redundant=p // 4, class_sep=apart, flip_y=flipped, random_state=seed
        )
        yield f"made, {n} x {p}", X, y
    horse = pd.read_csv(folder / "horse-colic.csv", header=None, na_values="?").rename(columns=str)
    horse = horse[horse["23"].notna()].reset_index(drop=True)
    yield "horse-colic", *encoded(horse, "23", ["23", "2"])


def main() -> None:
    warnings.simplefilter("ignore")
    print("| data |", " | ".join(SETTINGS), "|")
    print("|---" * (len(SETTINGS) + 1) + "|")
    for name, X, y in tables():
        means = []
        for settings in SETTINGS.values():
            found = np.empty(len(y))
            for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(X, y):
                strategy = eq.CrossValidation(3, alphas=9)
                model = eq.MLPClassifier(strategy, batch_size=128, n_jobs=1, **settings).fit(X[train], y[train])
                p = model.predict_proba(X[test])[np.arange(len(test)), y[test]]
                found[test] = -np.log(np.maximum(p, 1e-15))
            means.append(f"{found.mean():.4f}")
        print(f"| {name} |", " | ".join(means), "|", flush=True)


if __name__ == "__main__":
    main()
