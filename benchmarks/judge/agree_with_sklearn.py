"""The arms of a study against an independent script of plain scikit-learn.

For german, adult, diabetes and wine: cross-validated loss of the unpenalised, L2, L1 and boosting arms, by pandas and
scikit-learn alone (own folds, own encoding, own choice of alpha) and by `equipoise.judge.study`. Two
figures agree if their difference is within twice the standard errors of both (corrected for overlapping training rows).

Run: EQUIPOISE_DATA=... python benchmarks/judge/agree_with_sklearn.py [german diabetes ...] [--folds 5]
"""

from __future__ import annotations

import argparse
import math
import os
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.datasets import load_diabetes, load_wine
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LassoCV, LinearRegression, LogisticRegression, LogisticRegressionCV, RidgeCV
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from equipoise.judge import study

ARMS = {"none": "No penalty", "l2-best": "L2", "l1-best": "L1", "boosting": "Boosting"}


def data(name: str) -> tuple[pd.DataFrame, str, str]:
    """Frame, target and budget."""
    folder = Path(os.environ.get("EQUIPOISE_DATA", ".")) / "tables"
    if name == "german":
        frame = pd.read_csv(folder / "german.csv", header=None)
        return frame.rename(columns=str).astype({"20": str}), "20", "standard"
    if name == "adult":
        frame = pd.read_csv(folder / "adult.train.csv", header=None, skipinitialspace=True, na_values="?")
        return frame.rename(columns=str), "14", "quick"
    load = {"diabetes": load_diabetes, "wine": load_wine}[name]
    frame = load(as_frame=True).frame
    return (frame if name == "diabetes" else frame.astype({"target": str})), "target", "standard"


def linear_columns():
    words = make_pipeline(SimpleImputer(strategy="constant", fill_value="?"), OneHotEncoder(handle_unknown="ignore"))
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    kinds = make_column_selector(dtype_include="number"), make_column_selector(dtype_exclude="number")
    return make_column_transformer((numbers, kinds[0]), (words, kinds[1]), sparse_threshold=0)


def models(regression: bool, many: bool) -> dict[str, object]:
    """The four arms; all columns scaled to unit variance, as in the study."""

    def scaled(model: object) -> object:
        return make_pipeline(linear_columns(), StandardScaler(), model)

    if regression:
        return {
            "none": scaled(LinearRegression()),
            "l2-best": scaled(RidgeCV(np.logspace(-3, 5, 50))),
            "l1-best": scaled(LassoCV(cv=5)),
            "boosting": HistGradientBoostingRegressor(),
        }
    common = {
        "Cs": np.logspace(-4, 2, 10),
        "cv": 3 if many else 5,
        "scoring": "neg_log_loss",
        "use_legacy_attributes": False,
    }
    return {
        "none": scaled(LogisticRegression(C=np.inf, max_iter=5000)),
        "l2-best": scaled(LogisticRegressionCV(l1_ratios=(0.0,), max_iter=1000, **common)),
        "l1-best": scaled(LogisticRegressionCV(l1_ratios=(1.0,), solver="saga", tol=1e-3, max_iter=500, **common)),
        "boosting": HistGradientBoostingClassifier(categorical_features="from_dtype"),
    }


def plain(frame: pd.DataFrame, target: str, folds: int) -> dict[str, tuple[float, float]]:
    """Mean loss and corrected standard error of each arm by scikit-learn alone."""
    y = frame[target]
    regression = pd.api.types.is_numeric_dtype(y)
    X = frame.drop(columns=target)
    typed = X.apply(lambda column: column if pd.api.types.is_numeric_dtype(column) else column.astype("category"))
    splitter = (KFold if regression else StratifiedKFold)(folds, shuffle=True, random_state=1)
    scoring = "neg_mean_squared_error" if regression else "neg_log_loss"
    found = {}
    for name, model in models(regression, len(X) > 10_000).items():
        start = time.perf_counter()
        losses = -cross_val_score(model, typed if name == "boosting" else X, y, cv=splitter, scoring=scoring)
        error = losses.std(ddof=1) * math.sqrt(1 / folds + 1 / (folds - 1))
        found[name] = float(losses.mean()), float(error)
        print(f"  scikit-learn {name}: {time.perf_counter() - start:.1f} s", flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=["german", "diabetes", "wine", "adult"])
    parser.add_argument("--folds", type=int, default=5)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    for name in options.names:
        frame, target, budget = data(name)
        start = time.perf_counter()
        record = study(frame, target, budget=budget, synthesizers=[]).record
        seconds = time.perf_counter() - start
        reference = plain(frame, target, options.folds)
        ours = {arm["name"]: arm["cv"][record["metric"]["primary"]] for arm in record["arms"]}
        print(f"{name} ({record['metric']['label']}; study without generators: {seconds:.0f} s)")
        print(f"  {'':12}{'study':>22}{'scikit-learn':>22}  agree")
        for key, label in ARMS.items():
            (a, b), (c, d) = (ours[key]["mean"], ours[key]["se"]), reference[key]
            agree = "yes" if abs(a - c) <= 2 * math.hypot(b, d) else "NO"
            print(f"  {label:12}{f'{a:.4g} ± {b:.2g}':>22}{f'{c:.4g} ± {d:.2g}':>22}  {agree}", flush=True)


if __name__ == "__main__":
    main()
