"""Nested cross-validation of our nets against scikit-learn's, each with alpha tuned inside at the same budget.

Seven tables, at most 2,000 rows each. Outer folds: 5, drawn anew at each repeat, with other seeds of all
contestants. Inside: 3 folds, 9 alphas (ours from `MLPClassifier`'s own range,
scikit-learn's from 1e-5 to 1e3), two hidden layers of 64, at most 100 epochs, batches of 128, columns of unit variance,
a standardised target. Everything else is each library's default; scikit-learn ends a fit when the loss stands still.
Both get the same design matrix. Histogram boosting at its defaults stands beside them.

The difference is theirs minus ours, of log loss or of squared error over the variance of the target, with Nadeau and
Bengio's corrected interval; "s.e." is the standard error of their score over the rows, each by its mean over the
repeats. Seconds are those of the processor, for one repeat.

With `--out DIR` the losses of every fold are kept, and the same command goes on from there.

With `--encodings` no other library takes part: ours, on the frame, with the numeric encodings and with embeddings of
its categories; the difference is that to numbers as they are and a column for each level.

Run: EQUIPOISE_DATA=... python benchmarks/neural/quality.py [german ...] [--repeats 4] [--penalties l2 decoupled]
     EQUIPOISE_DATA=... python benchmarks/neural/quality.py magic shoppers default --encodings
"""

from __future__ import annotations

import argparse
import json
import os
import time
import warnings
from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

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
NET = {"hidden_layer_sizes": (64, 64), "batch_size": 128, "max_iter": 100}


ENCODINGS: dict[str, dict[str, Any]] = {
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


def theirs(classes: bool, seed: int) -> Any:
    kind = TheirClassifier if classes else TheirRegressor
    net = make_pipeline(StandardScaler(), kind(**NET, random_state=seed))
    name = "mlpclassifier__alpha" if classes else "regressor__mlpregressor__alpha"
    model = net if classes else TransformedTargetRegressor(net, transformer=StandardScaler())
    scoring = "neg_log_loss" if classes else "neg_mean_squared_error"
    return GridSearchCV(model, {name: np.geomspace(1e-5, 1e3, ALPHAS)}, scoring=scoring, cv=_folds(classes, INNER))


def ours(classes: bool, seed: int, penalty: str, starts: int, **more: Any) -> Any:
    kind = eq.MLPClassifier if classes else eq.MLPRegressor
    settings = {**NET, "penalty": penalty, "starts": starts, "n_jobs": 1, "random_state": seed, **more}
    return kind(eq.CrossValidation(INNER, alphas=ALPHAS), **settings)


def boosting(classes: bool, seed: int) -> Any:
    return (HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor)(random_state=seed)


def _folds(classes: bool, count: int, seed: int = 0) -> KFold | StratifiedKFold:
    return (StratifiedKFold if classes else KFold)(count, shuffle=True, random_state=seed)


def _rows(X: Any, rows: np.ndarray) -> Any:
    return X.iloc[rows] if isinstance(X, pd.DataFrame) else X[rows]


def losses(model: Any, X: Any, y: np.ndarray, spread: float) -> np.ndarray:
    """Loss of each row."""
    if not hasattr(model, "predict_proba"):
        return (model.predict(X) - y) ** 2 / spread
    p = model.predict_proba(X)[np.arange(len(y)), y]
    return -np.log(np.maximum(p, 1e-15))


class Kept:
    """Losses of the rows of each fold and the seconds that they took, by data, contestant, repeat and fold."""

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / "quality.jsonl"
        self._found: dict[tuple[object, ...], tuple[list[float], float]] = {}
        if self._path is not None and self._path.exists():
            for line in map(json.loads, self._path.read_text().splitlines()):
                self._found[tuple(line["key"])] = line["losses"], line["seconds"]

    def get(self, key: tuple[object, ...], make: Callable[[], np.ndarray]) -> tuple[np.ndarray, float]:
        if key not in self._found:
            start = time.process_time()
            found = make().tolist(), time.process_time() - start
            self._found[key] = found
            if self._path is not None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                with self._path.open("a") as handle:
                    handle.write(json.dumps({"key": key, "losses": found[0], "seconds": found[1]}) + "\n")
        losses, seconds = self._found[key]
        return np.array(losses), seconds


def contestants(given: argparse.Namespace) -> dict[str, Callable[[bool, int], Any]]:
    """Makers of a model, of (classes, seed), by label; the first is what the others are compared with."""
    if given.encodings:
        penalty = given.penalties[0]
        return {label: partial(ours, penalty=penalty, starts=1, **more) for label, more in ENCODINGS.items()}
    models = {} if given.without_theirs else {"scikit-learn": theirs}
    for penalty, starts in product(given.penalties, given.starts):
        label = f"ours, {penalty}" + (f", {starts} starts" if starts > 1 else "")
        models[label] = partial(ours, penalty=penalty, starts=starts)
    return models | {"boosting": boosting}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--penalties", nargs="+", default=["l2"])
    parser.add_argument("--starts", type=int, nargs="+", default=[1])
    parser.add_argument("--without-theirs", action="store_true")
    parser.add_argument("--encodings", action="store_true")
    parser.add_argument("--only", nargs="+", help="labels of the contestants that take part; all if not given")
    parser.add_argument("--out", type=Path, help="folder that losses are kept in, and gone on from")
    given = parser.parse_args()
    difference = "standard - this" if given.encodings else "theirs - ours"
    models, kept = contestants(given), Kept(given.out)
    models = {label: make for label, make in models.items() if given.only is None or label in given.only}
    print(f"| data | rows | contestant | loss | {difference} | 95 % interval | s.e. | seconds |")
    print("|---|---|---|---|---|---|---|---|")
    for name in given.names:
        X, y = data(name)
        X = frame_of(name)[0] if given.encodings else X
        classes = y.dtype.kind in "iu"
        spread = 1.0 if classes else float(np.var(y))
        splits = [
            (repeat, fold, *split)
            for repeat in range(given.repeats)
            for fold, split in enumerate(_folds(classes, OUTER, repeat).split(X, y))
        ]
        rows, taken = {}, {}
        for label, make in models.items():
            found, seconds = np.empty((given.repeats, len(y))), 0.0
            for repeat, fold, train, test in splits:

                def fitted(
                    make: Callable[[bool, int], Any] = make, seed: int = repeat, train: np.ndarray = train,
                    test: np.ndarray = test, X: Any = X, y: np.ndarray = y, c: bool = classes, v: float = spread,
                ) -> np.ndarray:  # fmt: skip
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore")
                        return losses(make(c, seed).fit(_rows(X, train), y[train]), _rows(X, test), y[test], v)

                found[repeat, test], took = kept.get((name, label, repeat, fold), fitted)
                seconds += took
            rows[label], taken[label] = found, seconds / given.repeats
        base = rows[next(iter(rows))]
        error = base.mean(axis=0).std() / np.sqrt(len(y))
        for label, found in rows.items():
            d = np.array([np.mean(base[repeat, test] - found[repeat, test]) for repeat, _, _, test in splits])
            half = stats.t.ppf(0.975, len(d) - 1) * corrected_error(d, 1.0 / (OUTER - 1))
            print(
                f"| {name} | {len(y)} | {label} | {found.mean():.4f} | {d.mean():+.4f} | {d.mean() - half:+.4f} to "
                f"{d.mean() + half:+.4f} | {error:.4f} | {taken[label]:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
