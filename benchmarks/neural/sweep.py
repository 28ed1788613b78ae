"""A grid of 32 alphas on 5 folds of a 64-64 net: one sweep against GridSearchCV, and against JAX one fit at a time.

Same data (the design matrix of german is made beforehand), same folds, same columns of unit variance within each fold,
same epochs, batch, Adam and constant rate, same alphas (scikit-learn's divided by the rows of a batch), refit included.
Both warm: every contestant has run once with a few epochs. "one fit at a time" is our own compiled program with a
single lane; "one step at a time" is the loop that most code has: a jitted step of Optax called from Python for each
batch.

Scores: the lowest mean log loss over the folds, and log loss and accuracy of the refitted net on a quarter of the rows
that was put aside.

With `--turns N` the contestants take turns N times, each on one core: seconds are the processor's, the median of the
turns, and so are the ratios, since a busy machine slows all down. "program of JAX" is our own sweep without the
compiled kernel.

Run: EQUIPOISE_DATA=... python benchmarks/neural/sweep.py [--epochs 30] [--batches 200 32] [--repeats 1]
     OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 EQUIPOISE_DATA=... python benchmarks/neural/sweep.py --epochs 20 --turns 5
"""

from __future__ import annotations

import argparse
import os
import time
import warnings
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import patch

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import GridSearchCV, StratifiedKFold, train_test_split
from sklearn.neural_network import MLPClassifier as Reference
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import equipoise as eq
from equipoise.neural import kernel

FOLDS = StratifiedKFold(5, shuffle=True, random_state=0)
RATE = 1e-3


def data(name: str) -> tuple[np.ndarray, np.ndarray]:
    if name == "breast_cancer":
        X, y = load_breast_cancer(return_X_y=True)
        return X, y
    frame = pd.read_csv(Path(os.environ["EQUIPOISE_DATA"]) / "tables" / "german.csv", header=None).rename(columns=str)
    X = eq.DesignEncoder().fit_transform(frame.drop(columns="20"))
    return X, (frame["20"] == frame["20"].max()).to_numpy().astype(int)


def reference(X: np.ndarray, y: np.ndarray, alphas: np.ndarray, epochs: int, batch: int, n_jobs: int) -> object:
    net = Reference(
        (64, 64), batch_size=batch, learning_rate_init=RATE, max_iter=epochs, n_iter_no_change=epochs + 1, tol=0.0,
        random_state=0,
    )  # fmt: skip
    pipeline = make_pipeline(StandardScaler(), net)
    search = GridSearchCV(pipeline, {"mlpclassifier__alpha": alphas}, scoring="neg_log_loss", cv=FOLDS, n_jobs=n_jobs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return search.fit(X, y)


def ours(X: np.ndarray, y: np.ndarray, alphas: np.ndarray, epochs: int, batch: int, n_jobs: int | None) -> object:
    strategy = eq.CrossValidation(list(FOLDS.split(X, y)), alphas=alphas / batch)
    return eq.MLPClassifier(
        strategy, batch_size=batch, max_iter=epochs, learning_rate_init=RATE, learning_rate="constant", n_jobs=n_jobs
    ).fit(X, y)


def one_fit_at_a_time(X: np.ndarray, y: np.ndarray, alphas: np.ndarray, epochs: int, batch: int) -> None:
    for alpha in alphas / batch:
        for train, _ in FOLDS.split(X, y):
            eq.MLPClassifier(
                alpha, batch_size=batch, max_iter=epochs, learning_rate_init=RATE, learning_rate="constant", n_jobs=1
            ).fit(X[train], y[train])


@jax.jit
def _step(layers, moments, x, t, alpha):
    def objective(layers):
        h = x
        for weight, bias in layers[:-1]:
            h = jnp.maximum(h @ weight + bias, 0.0)
        z = (h @ layers[-1][0] + layers[-1][1])[:, 0]
        penalty = sum(jnp.sum(jnp.square(weight)) for weight, _ in layers)
        return jnp.mean(jax.nn.softplus(z) - t * z) + 0.5 * alpha * penalty

    steps, moments = optax.adam(RATE).update(jax.grad(objective)(layers), moments, layers)
    return optax.apply_updates(layers, steps), moments


def one_step_at_a_time(X: np.ndarray, y: np.ndarray, alphas: np.ndarray, epochs: int, batch: int) -> None:
    random = np.random.default_rng(0)
    sizes = (X.shape[1], 64, 64, 1)
    start = optax.adam(RATE)
    for alpha in alphas / batch:
        for train, _ in FOLDS.split(X, y):
            x = StandardScaler().fit_transform(X[train]).astype(np.float32)
            t = y[train].astype(np.float32)
            layers = [
                (random.normal(size=(a, b)).astype(np.float32) * (2.0 / (a + b)) ** 0.5, np.zeros(b, np.float32))
                for a, b in pairwise(sizes)
            ]
            moments = start.init(layers)
            cuts = np.arange(1, -(-len(x) // batch)) * len(x) // -(-len(x) // batch)
            for _ in range(epochs):
                for rows in np.split(random.permutation(len(x)), cuts):
                    layers, moments = _step(layers, moments, x[rows], t[rows], np.float32(alpha))
            jax.block_until_ready(layers)


def seconds(run: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    times, result = [], None
    for _ in range(repeats):
        start = time.perf_counter()
        result = run()
        times.append(time.perf_counter() - start)
    return float(np.median(times)), result


def in_program(X: np.ndarray, y: np.ndarray, alphas: np.ndarray, epochs: int, batch: int) -> None:
    """The sweep by the program of JAX."""
    with patch.object(kernel, "suits", return_value=False):
        ours(X, y, alphas, epochs, batch, n_jobs=1)


def take_turns(settings: tuple[np.ndarray, np.ndarray, np.ndarray, int, int], turns: int) -> None:
    """Print the processor's seconds of each contestant on one core, one after the other, so often."""
    X, y, alphas, _, batch = settings
    contestants = {
        "sweep": lambda: ours(*settings, 1),
        "GridSearchCV": lambda: reference(*settings, 1),
        "sweep in the program of JAX": lambda: in_program(*settings),
        "JAX, one step at a time": lambda: one_step_at_a_time(*settings),
    }
    first = time.process_time()
    ours(X, y, alphas, 1, batch, 1)
    warm = time.process_time() - first
    for settled in (lambda: in_program(X, y, alphas, 1, batch), lambda: one_step_at_a_time(X, y, alphas[:1], 1, batch)):
        settled()
    taken: dict[str, list[float]] = {label: [] for label in contestants}
    for _ in range(turns):
        for label, run in contestants.items():
            first = time.process_time()
            run()
            taken[label].append(time.process_time() - first)
    base = np.array(taken["sweep"])
    print("| contestant | s, median | lowest | ratio to the sweep: median | from | to |")
    print("|---|---|---|---|---|---|")
    for label, each in taken.items():
        ratios = np.array(each) / base
        print(
            f"| {label} | {np.median(each):.2f} | {min(each):.2f} | {np.median(ratios):.1f} | {ratios.min():.1f} | "
            f"{ratios.max():.1f} |",
            flush=True,
        )
    print(f"\nThe first call, of one epoch, took {warm:.2f} s.")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--turns", type=int, help="contestants take turns so often; the processor's seconds")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--batches", type=int, nargs="+", default=[200, 32])
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--count", type=int, default=32)
    given = parser.parse_args()
    for name in ("breast_cancer", "german"):
        X, y = data(name)
        X, new_X, y, new_y = train_test_split(X, y, test_size=0.25, stratify=y, random_state=0)
        for batch in given.batches:
            settings = (X, y, np.geomspace(1e-3, 300.0, given.count), given.epochs, batch)
            print(f"\n{name}: {len(y)} x {X.shape[1]}, {given.count} alphas, {given.epochs} epochs, batch {batch}\n")
            if given.turns:
                take_turns(settings, given.turns)
                continue
            print("| contestant | s | ratio to the sweep | CV log loss | new rows: log loss | accuracy |")
            print("|---|---|---|---|---|---|")
            start = time.perf_counter()
            ours(*settings[:3], 1, batch, None)
            compiled = time.perf_counter() - start
            took, model = seconds(partial(ours, *settings, None), max(3, given.repeats))
            alone, _ = seconds(partial(ours, *settings, 1), given.repeats)

            def row(label: str, s: float, cv: float | None = None, fitted: Any = None, base: float = took,
                    new: tuple[np.ndarray, np.ndarray] = (new_X, new_y)) -> None:  # fmt: skip
                parts = ["", "", ""]
                if fitted is not None:
                    p = fitted.predict_proba(new[0])
                    accuracy = accuracy_score(new[1], p.argmax(axis=1))
                    parts = [f"{cv:.4f}", f"{log_loss(new[1], p):.4f}", f"{accuracy:.3f}"]
                print(f"| {label} | {s:.2f} | {s / base:.1f} | {' | '.join(parts)} |", flush=True)

            row("sweep, all cores", took, model.selection_.mean.min(), model)
            row("sweep, one thread", alone)
            print(f"| first call, one epoch: compiles | {compiled:.2f} | | | | |")
            for jobs in (1, 2):
                reference(*settings[:2], settings[2][:2], 2, batch, jobs)
                s, search = seconds(partial(reference, *settings, jobs), given.repeats)
                row(f"GridSearchCV, n_jobs={jobs}", s, -search.best_score_, search)
            one_fit_at_a_time(*settings[:2], settings[2][:1], 1, batch)
            row("JAX, one fit at a time", seconds(partial(one_fit_at_a_time, *settings), given.repeats)[0])
            one_step_at_a_time(*settings[:2], settings[2][:1], 1, batch)
            row("JAX, one step at a time", seconds(partial(one_step_at_a_time, *settings), given.repeats)[0])


if __name__ == "__main__":
    main()
