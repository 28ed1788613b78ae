"""Blocks from Parquet files and tables: the numbers of the same rows in memory, and columns named where they fail."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import dataset, parquet

import equipoise as eq

NAMES = ("age", "children", "member", "income", "weight")


def table(rows: int = 1000) -> pa.Table:
    rng = np.random.default_rng(3)
    age, children = rng.normal(40.0, 10.0, rows).astype(np.float32), rng.integers(0, 5, rows)
    member = rng.random(rows) < 0.5
    income = 2.0 * age - children + 3.0 * member + rng.normal(size=rows)
    columns = (age, children, member, income, rng.uniform(0.0, 2.0, rows))
    return pa.table(dict(zip(NAMES, columns, strict=True)))


def in_memory(data: pa.Table, **settings: Any) -> Any:
    X, y, weight = (
        np.column_stack([data[name].to_numpy().astype(float) for name in NAMES[:3]]),
        data["income"].to_numpy(),
        data["weight"].to_numpy(),
    )
    return eq.Lasso(**settings).fit_blocks([(X, y, weight)])


def as_file(data: pa.Table, folder: Path) -> Any:
    parquet.write_table(data, folder / "people.parquet", row_group_size=300)
    return folder / "people.parquet"


def as_folder(data: pa.Table, folder: Path) -> Any:
    parquet.write_table(data.slice(0, 400), folder / "1.parquet")
    parquet.write_table(data.slice(400), folder / "2.parquet")
    return str(folder)


SOURCES = {
    "file": as_file,
    "folder": as_folder,
    "dataset": lambda data, folder: dataset.dataset(as_file(data, folder)),
    "table": lambda data, folder: data,
    "reader": lambda data, folder: pa.RecordBatchReader.from_batches(data.schema, data.to_batches(300)),
    "record batches": lambda data, folder: iter(data.to_batches(300)),
    "tables": lambda data, folder: [data.slice(0, 400), data.slice(400)],
    "pandas": lambda data, folder: data.to_pandas().sample(frac=1.0, random_state=0).sort_index(),
    "polars": lambda data, folder: pytest.importorskip("polars").from_arrow(data),
}


@pytest.mark.parametrize("source", SOURCES)
def test_any_source_gives_the_numbers_of_rows_in_memory(source: str, tmp_path: Path) -> None:
    expected = in_memory(table(), alpha="auto")
    found = eq.Lasso().fit_blocks(SOURCES[source](table(), tmp_path), target="income", weight="weight")
    np.testing.assert_allclose(found.path_.coefs, expected.path_.coefs, atol=1e-10)
    np.testing.assert_allclose(found.selection_.scores, expected.selection_.scores, rtol=1e-10)
    assert found.feature_names_in_.tolist() == list(NAMES[:3])


def test_columns_are_taken_in_the_order_asked_for(tmp_path: Path) -> None:
    expected = eq.Ridge(alpha=0.1).fit_blocks(as_file(table(), tmp_path), target="income", columns=["age", "children"])
    found = eq.Ridge(alpha=0.1).fit_blocks(as_file(table(), tmp_path), target="income", columns=["children", "age"])
    np.testing.assert_allclose(found.coef_, expected.coef_[::-1])
    assert found.feature_names_in_.tolist() == ["children", "age"]
    frame = table().to_pandas()
    np.testing.assert_allclose(found.predict(frame[["children", "age"]]), expected.predict(frame[["age", "children"]]))


def with_column(values: Any, name: str = "age") -> pa.Table:
    data = table(3000)
    return data.set_column(data.column_names.index(name), name, pa.array(values))


BAD = {
    "text": (with_column(["old"] * 3000), {}, "column 'age' holds values of type string, which is no number"),
    "date": (with_column(np.full(3000, "2026-01-01", "M8[D]")), {}, "column 'age' holds values of type date32"),
    "null": (with_column([1.0] * 2700 + [None] * 300), {}, "column 'age' holds a missing value in row 2700"),
    "nan": (with_column([1.0] * 2999 + [np.nan]), {}, "column 'age' holds a missing value in row 2999"),
    "inf": (with_column([1.0] * 2999 + [-np.inf]), {}, "column 'age' holds -inf in row 2999"),
    "target": (with_column([None] * 3000, "income"), {}, "column 'income' holds values of type null"),
    "no target": (table(), {"target": "incme"}, "column 'incme' is not there; the columns are 'age', 'children'"),
    "no column": (table(), {"columns": ["age", "size"]}, "column 'size' is not there"),
    "no weight": (table(), {"weight": "w"}, "column 'w' is not there"),
    "leak": (table(), {"columns": ["age", "income"]}, "column 'income' is both a feature and target or weight"),
    "alone": (table().select(["income"]), {}, "there is no column besides 'income'"),
    "twice": (table().rename_columns(["age", "age", *NAMES[2:]]), {"columns": ["age"]}, "is there more than once"),
    "empty": (table().slice(0, 0), {}, "there are no blocks"),
    "arrays": ([np.ones((3, 2))], {}, "of type ndarray, which has no columns by name"),
    "nothing": ([], {}, "there are no batches"),
    "number": (3, {}, "int is no source of columns"),
    "no file": ("nowhere.parquet", {}, "there is no file nowhere.parquet"),
    "no parquet": (__file__, {}, "is not a Parquet file"),
    "change": ([table().slice(0, 9), table().select(["age", "income"])], {}, "batch 1 has other columns or types"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_used_is_named(case: str) -> None:
    source, settings, message = BAD[case]
    with pytest.raises(eq.InputError, match=message):
        eq.Ridge(alpha=0.1).fit_blocks(source, **{"target": "income", **settings})


def test_names_without_a_target_are_refused() -> None:
    with pytest.raises(eq.InputError, match="say the column to predict too"):
        eq.Ridge(alpha=0.1).fit_blocks(table(), columns=["age"])


# a file larger than memory ----------------------------------------------------------------------------------------

FIT = """
import resource, sys
import equipoise as eq

path, small, room, size = sys.argv[1:]
def fit(source):
    return eq.Lasso(n_jobs=1).fit_blocks(source, target="y")

fit(small)  # loads what loads late
used = next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmSize"))
resource.setrlimit(resource.RLIMIT_AS, (used + int(room), used + int(room)))
model = fit(path)
print(model.n_features_in_, model._statistics.rows, model.alpha_, *model.coef_)
try:  # the bytes of the table at once; pyarrow itself may wait for ever for a thread that it has no room to start
    bytearray(int(size))
    print("fits")
except MemoryError:
    print("does not fit")
"""
LIMITED = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="limits of address space are those of Linux"
)


@LIMITED
def test_a_parquet_file_larger_than_the_memory_allowed(tmp_path: Path) -> None:
    rng, rows, features, chunk = np.random.default_rng(5), 1_200_000, 20, 100_000
    coef = np.where(np.arange(features) < 3, 1.0, 0.0)
    names = [f"x{j}" for j in range(features)]
    writer, size, grams = None, 0, np.zeros((features + 2, features + 2))
    for _ in range(0, rows, chunk):
        X = rng.integers(0, 16, (chunk, features)).astype(float)  # few values: the file is small, the table is not
        y = X @ coef + rng.integers(-9, 10, chunk)
        block = pa.table({**dict(zip(names, X.T, strict=True)), "y": y})
        size += block.nbytes
        design = np.column_stack([X, np.ones(chunk), y])
        grams += design.T @ design  # whole numbers: exact
        writer = writer or parquet.ParquetWriter(tmp_path / "large.parquet", block.schema)
        writer.write_table(block)
    writer.close()
    parquet.write_table(block.slice(0, 1000), tmp_path / "small.parquet")
    room = 64 * 2**20
    assert size > 3 * room

    alone = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
    environment = {**os.environ, **alone, "ARROW_DEFAULT_MEMORY_POOL": "system"}
    command = [sys.executable, "-c", FIT, str(tmp_path / "large.parquet"), str(tmp_path / "small.parquet")]
    command += [str(room), str(size)]
    run = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert run.returncode == 0, run.stderr
    numbers, verdict = run.stdout.strip().splitlines()
    assert verdict == "does not fit", "the limit has to bite for the table as a whole"
    found = np.array(numbers.split(), dtype=float)
    assert found[:2].tolist() == [features, rows]
    alpha, w = found[2], found[3:]
    centred = grams[:-2, :] - np.outer(grams[:-2, -2], grams[-2, :]) / rows
    slope = (centred[:, -1] - centred[:, :features] @ w) / rows
    np.testing.assert_allclose(slope[w != 0], alpha * np.sign(w[w != 0]), atol=3e-3)  # optimal, by the whole data
    assert np.all(np.abs(slope) <= alpha + 3e-3)
