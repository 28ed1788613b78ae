"""Speed and memory of the tables: the codec, drawing rows, and a column of 100,000 levels.

    codec     fit and encode Adult; beside CTGAN's transformer (ctgan.data_transformer) where ctgan is installed
    fitting   TableSynthesizer, and what it chooses there, on Adult
    drawing   rows of Adult a second, from fitted synthesizers, as a table of columns
    levels    largest resident memory of a process that fits and draws 200,000 rows of a column of 100,000 levels, less
              that of the same process before

Times are the least of several, for other work on the machine can only add.

Run: EQUIPOISE_DATA=... python benchmarks/tables/speed.py
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from _sets import parts

import equipoise as eq
from equipoise.data import Column, Table
from equipoise.tables import TableCodec

ROWS = 200_000


def least(run: Callable[[], object], times: int) -> float:
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def codec() -> None:
    train, _, _ = parts("adult")
    ours = least(lambda: TableCodec.fit(train).encode(train), 7)
    print(f"codec: fit and encode {len(train):,} rows of Adult: {ours:.3f} s")
    try:
        from ctgan.data_transformer import DataTransformer
    except ImportError:
        print("codec: ctgan is not installed; no comparison")
        return
    frame = train.to_frame()
    labels = [column.name for column in train.columns if column.coded]
    frame[labels] = frame[labels].astype(str)

    def theirs() -> None:
        transformer = DataTransformer()
        transformer.fit(frame, labels)
        transformer.transform(frame)

    peer = least(theirs, 2)
    print(f"codec: ctgan's transformer: {peer:.2f} s, {peer / ours:.0f} times ours")


def fitting() -> None:
    train, test, _ = parts("adult")
    made = eq.TableSynthesizer()
    print(f"fitting: TableSynthesizer: {least(lambda: made.fit(train), 2):.1f} s, chose {made.chosen_}")
    rows = len(train) + len(test)
    print(f"fitting: TableSynthesizer draws {rows:,} rows in {least(lambda: made.sample(rows), 2):.1f} s")
    seconds = least(lambda: eq.Refined(eq.TableTrees()).fit(train), 2)
    print(f"fitting: Refined(TableTrees): {seconds:.1f} s", flush=True)


def drawing() -> None:
    train, _, _ = parts("adult")
    made: dict[str, Any] = {
        "TableMarginals": eq.TableMarginals(),
        "TableCopula": eq.TableCopula(),
        "TableMixture": eq.TableMixture(),
        "TableTrees": eq.TableTrees(),
        "TableGAN": eq.TableGAN(steps=50),
        "TableVAE": eq.TableVAE(steps=50),
    }
    for name, synthesizer in made.items():
        synthesizer.fit(train)
        synthesizer.sample(ROWS, seed=0)  # what is compiled is compiled here
        seconds = least(partial(synthesizer.sample, ROWS, seed=1), 5)
        print(f"drawing: {name}: {ROWS / seconds:,.0f} rows/s", flush=True)


def levels(name: str) -> None:
    random = np.random.default_rng(0)
    codes = np.concatenate([np.arange(100_000), random.integers(100_000, size=100_000)])
    level = Column("level", "category", codes.astype(np.int32), tuple(f"level {code:06d}" for code in range(100_000)))
    table = Table((level, Column("x", "number", random.normal(size=len(codes)))))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    drawn = getattr(eq, name)().fit(table).sample(len(codes))
    seconds = time.perf_counter() - start
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 2**20
    print(f"levels: {name}: {more:.2f} GB more than before, {seconds:.1f} s, {len(drawn):,} rows")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        levels(sys.argv[1])
    else:
        codec()
        fitting()
        drawing()
        for each in ("TableMarginals", "TableTrees", "TableMixture"):
            subprocess.run([sys.executable, __file__, each], check=True)
