"""TableVAE against TVAE, and TableGAN against CTGAN: the peer trains some epochs, then ours for at most as long.

Peers are those of the package ctgan, with its defaults but for the epochs; theirs is 300. Columns as in quality.py; one
thread each. Training is timed alone: reading the table and drawing are not in it.

Run: EQUIPOISE_DATA=... python benchmarks/tables/against_ctgan.py [--data adult] [--pairs vae gan] [--epochs 30]
     [--most MINUTES]
"""

from __future__ import annotations

import argparse
import time
import warnings
from typing import Any

import numpy as np
from _sets import TARGETS, parts
from quality import likeness

import equipoise as eq
from equipoise.data import Table, align, read_table

COLUMNS = ("shape", "trend", "c2st", "tstr", "fit s")
PAIRS = {"vae": ("TVAE", eq.TableVAE), "gan": ("CTGAN", eq.TableGAN)}


class Peer:
    """A synthesizer of the package ctgan, on our tables."""

    def __init__(self, name: str, epochs: int, seed: int) -> None:
        self.name, self.epochs, self.seed = name, epochs, seed

    def fit(self, table: Table) -> Peer:
        import ctgan
        import torch

        torch.set_num_threads(1)
        torch.manual_seed(self.seed)
        self.like, frame = table, table.to_frame()
        labels = [column.name for column in table.columns if column.coded]
        frame[labels] = frame[labels].astype(object).where(frame[labels].notna(), "missing").astype(str)
        self.model: Any = getattr(ctgan, self.name)(epochs=self.epochs, enable_gpu=False)
        self.model.set_random_state(self.seed)
        self.model.fit(frame, labels)
        return self

    def sample(self, n: int) -> Table:
        frame = self.model.sample(n)
        for column in self.like.columns:
            if column.coded:
                frame[column.name] = frame[column.name].where(frame[column.name] != "missing", None)
            elif column.kind == "integer":
                frame[column.name] = frame[column.name].round()
        return align(read_table(frame), self.like.take(np.zeros(0, np.int64)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="*", choices=TARGETS, default=list(TARGETS))
    parser.add_argument("--pairs", nargs="*", choices=PAIRS, default=list(PAIRS))
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--most", type=float, default=float("inf"), help="minutes for ours, where the peer took more")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    print("| set | synthesizer |", " | ".join(COLUMNS), "|")
    print("|---" * (len(COLUMNS) + 2) + "|")
    for data in options.data:
        train, test, target = parts(data)
        n = len(train) + len(test)
        for pair in options.pairs:
            name, ours = PAIRS[pair]
            rows: dict[str, list[dict[str, float]]] = {name: [], ours.__name__: []}
            for seed in range(options.seeds):
                start = time.perf_counter()
                peer = Peer(name, options.epochs, seed).fit(train)
                seconds = time.perf_counter() - start
                found = likeness(train, test, peer.sample(n), target, seed)
                rows[name].append(found | {"fit s": seconds})
                start = time.perf_counter()
                mine = ours(minutes=min(seconds / 60, options.most), seed=seed).fit(train)
                seconds = time.perf_counter() - start
                found = likeness(train, test, mine.sample(n, seed=seed), target, seed)
                rows[ours.__name__].append(found | {"fit s": seconds})
            for synthesizer, runs in rows.items():
                medians = [float(np.median([run[column] for run in runs])) for column in COLUMNS]
                print(f"| {data} | {synthesizer} |", " | ".join(f"{value:.4g}" for value in medians), "|", flush=True)


if __name__ == "__main__":
    main()
