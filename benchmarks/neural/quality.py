"""Nested cross-validation of our nets against scikit-learn's, each with alpha tuned inside at the same budget.

Seven tables, at most 2,000 rows each. Outer folds: 5. Inside: 3 folds, 9 alphas (ours from `MLPClassifier`'s own range,
scikit-learn's from 1e-5 to 1e3), two hidden layers of 64, at most 100 epochs, batches of 128, columns of unit variance,
a standardised target. Everything else is each library's default; scikit-learn ends a fit when the loss stands still.
Both get the same design matrix. Histogram boosting at its defaults stands beside them.

The difference is theirs minus ours, of log loss or of squared error over the variance of the target, with Nadeau and
Bengio's corrected interval; "s.e." is the standard error of their score over the rows.

With `--encodings` no other library takes part: ours, on the frame, with the numeric encodings and with embeddings of
its categories; the difference is that to numbers as they are and a column for each level.

Run: EQUIPOISE_DATA=... python benchmarks/neural/quality.py [german ...] [--penalties l2 decoupled]
     EQUIPOISE_DATA=... python benchmarks/neural/quality.py magic shoppers default --encodings
"""

from __future__ import annotations

import argparse
import os
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold
from sklearn.neural_network import MLPClassifier as TheirClassifier
from sklearn.neural_network import MLPRegressor as TheirRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import equipoise as eq
from equipoise.judge.verdict import corrected_error

NAMES = ("breast_cancer", "diabetes", "german", "mammography", "magic", "shoppers", "default")
ALPHAS, INNER, OUTER, ROWS = 9, 3, 5, 2000
NET = {"hidden_layer_sizes": (64, 64), "batch_size": 128, "max_iter": 100, "random_state": 0}


ENCODINGS = {
    "standard": {},
    "quantile": {"numeric_encoding": "quantile"},
    "piecewise, 8 bins": {"numeric_encoding": "piecewise", "n_bins": 8},
    "piecewise, 16 bins": {"numeric_encoding": "piecewise"},
    "embedding": {"embedding": "auto"},
    "quantile, embedding": {"numeric_encoding": "quantile", "embedding": "auto"},
    "piecewise, embedding": {"numeric_encoding": "piecewise", "embedding": "auto"},
}


def frame_of(name: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Columns, and class codes or a number."""
    if name in ("breast_cancer", "diabetes"):
        return {"breast_cancer": load_breast_cancer, "diabetes": load_diabetes}[name](return_X_y=True, as_frame=True)
    tables = Path(os.environ["EQUIPOISE_DATA"]) / "tables"
    plain = name in ("german", "mammography")
    frame = pd.read_csv(tables / f"{name}{'' if plain else '.train'}.csv", header=None if plain else "infer")
    frame = frame.sample(min(ROWS, len(frame)), random_state=0).rename(columns=str)
    target = frame.columns[-1]
    for column in ("OperatingSystems", "Browser", "Region", "TrafficType", "SEX", "EDUCATION", "MARRIAGE"):
        if column in frame:
            frame[column] = frame[column].astype(str)
    return frame.drop(columns=target).reset_index(drop=True), np.unique(frame[target], return_inverse=True)[1]


def data(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Design matrix, and class codes or a number."""
    frame, y = frame_of(name)
    return eq.DesignEncoder().fit_transform(frame), np.asarray(y)


def theirs(classes: bool) -> object:
    net = make_pipeline(StandardScaler(), (TheirClassifier if classes else TheirRegressor)(**NET))
    name = "mlpclassifier__alpha" if classes else "regressor__mlpregressor__alpha"
    model = net if classes else TransformedTargetRegressor(net, transformer=StandardScaler())
    scoring = "neg_log_loss" if classes else "neg_mean_squared_error"
    return GridSearchCV(model, {name: np.geomspace(1e-5, 1e3, ALPHAS)}, scoring=scoring, cv=_folds(classes, INNER))


def ours(classes: bool, penalty: str, starts: int, **more: object) -> object:
    kind = eq.MLPClassifier if classes else eq.MLPRegressor
    return kind(eq.CrossValidation(INNER, alphas=ALPHAS), penalty=penalty, starts=starts, n_jobs=1, **NET, **more)


def boosting(classes: bool) -> object:
    return (HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor)(random_state=0)


def _folds(classes: bool, count: int) -> object:
    return (StratifiedKFold if classes else KFold)(count, shuffle=True, random_state=0)


def _rows(X: object, rows: np.ndarray) -> object:
    return X.iloc[rows] if isinstance(X, pd.DataFrame) else X[rows]


def losses(model: object, X: object, y: np.ndarray, spread: float) -> np.ndarray:
    """Loss of each row."""
    if not hasattr(model, "predict_proba"):
        return (model.predict(X) - y) ** 2 / spread
    p = model.predict_proba(X)[np.arange(len(y)), y]
    return -np.log(np.maximum(p, 1e-15))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--penalties", nargs="+", default=["l2"])
    parser.add_argument("--starts", type=int, nargs="+", default=[1, 5])
    parser.add_argument("--without-theirs", action="store_true")
    parser.add_argument("--encodings", action="store_true")
    given = parser.parse_args()
    difference = "standard - this" if given.encodings else "theirs - ours"
    print(f"| data | rows | contestant | loss | {difference} | 95 % interval | s.e. | seconds |")
    print("|---|---|---|---|---|---|---|---|")
    for name in given.names:
        X, y = data(name)
        X = frame_of(name)[0] if given.encodings else X
        classes = y.dtype.kind in "iu"
        spread = 1.0 if classes else float(np.var(y))
        models = {} if given.without_theirs else {"scikit-learn": lambda: theirs(classes)}  # noqa: B023
        models |= {
            f"ours, {penalty}" + (f", {starts} starts" if starts > 1 else ""): (
                lambda p=penalty, s=starts, c=classes: ours(c, p, s)
            )
            for penalty in given.penalties
            for starts in given.starts
        }
        models["boosting"] = lambda: boosting(classes)  # noqa: B023
        if given.encodings:
            penalty = given.penalties[0]
            models = {
                label: lambda more=more, c=classes, p=penalty: ours(c, p, 1, **more)
                for label, more in ENCODINGS.items()
            }
        splits = list(_folds(classes, OUTER).split(X, y))
        rows, taken = {}, {}
        for label, make in models.items():
            start, found = time.perf_counter(), np.empty(len(y))
            for train, test in splits:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    found[test] = losses(make().fit(_rows(X, train), y[train]), _rows(X, test), y[test], spread)
            rows[label], taken[label] = found, time.perf_counter() - start
        base = rows[next(iter(rows))]
        error = base.std() / np.sqrt(len(base))
        for label, found in rows.items():
            d = np.array([np.mean(base[test] - found[test]) for _, test in splits])
            half = stats.t.ppf(0.975, OUTER - 1) * corrected_error(d, 1.0 / (OUTER - 1))
            print(
                f"| {name} | {len(y)} | {label} | {found.mean():.4f} | {d.mean():+.4f} | {d.mean() - half:+.4f} to "
                f"{d.mean() + half:+.4f} | {error:.4f} | {taken[label]:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
