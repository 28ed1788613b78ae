"""Tables that people have: every dtype, every kind of missing value, and nothing to learn from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import equipoise as eq
from equipoise.errors import InputError
from equipoise.tables import Refined, TableCopula, TableGAN, TableMarginals, TableMixture, TableTrees, TableVAE

QUICK = [TableMarginals, TableCopula, TableMixture, TableTrees]
MAKERS = {
    **{kind.__name__: kind for kind in QUICK},
    "Refined": lambda: Refined(TableTrees(), rounds=1),
    "TableGAN": lambda: TableGAN(steps=3, hidden=8, batch=8, bins=16),
    "TableVAE": lambda: TableVAE(steps=3, hidden=8, batch=8, bins=16),
}


def every_dtype(n=60):
    random = np.random.default_rng(0)
    some = random.random(n) < 0.2
    dates = pd.Series(pd.date_range("2024-01-01", periods=n, freq="h"))
    return pd.DataFrame({
        "int8": random.integers(-5, 5, n).astype(np.int8),
        "uint64": random.integers(0, 2**40, n).astype(np.uint64),
        "float32": random.normal(size=n).astype(np.float32),
        "float with nan": np.where(some, np.nan, random.normal(size=n)),
        "huge float": np.where(np.arange(n) == 0, 1e300, random.normal(size=n)),
        "Int64 with NA": pd.array(np.where(some, None, random.integers(0, 9, n)), dtype="Int64"),
        "bool": random.random(n) < 0.5,
        "boolean with NA": pd.array(np.where(some, None, random.random(n) < 0.5), dtype="boolean"),
        "category": pd.Categorical(random.choice(list("abc"), n), categories=list("cbad")),
        "ordered": pd.Categorical(random.choice(["low", "high"], n), categories=["low", "high"], ordered=True),
        "object with None": pd.Series(np.where(some, None, random.choice(["x", "y"], n)), dtype=object),
        "string with NA": pd.array(np.where(some, None, random.choice(["u", "v"], n)), dtype="string"),
        "date": dates,
        "date with NaT": dates.where(~some),
        "constant": 7,
        "nothing": np.nan,
        "": random.normal(size=n),
        "identifier": [f"AB-{i:04d}" for i in range(n)],
    })  # fmt: skip


@pytest.mark.parametrize("name", MAKERS)
def test_every_dtype_and_every_missing_value_come_back(name):
    frame = every_dtype()
    drawn = MAKERS[name]().fit(frame).sample(40, seed=1)
    assert isinstance(drawn, pd.DataFrame)
    assert list(drawn.columns) == list(frame.columns)
    assert drawn.dtypes.to_dict() == frame.dtypes.to_dict()
    assert (drawn["constant"] == 7).all()
    assert drawn["nothing"].isna().all()
    assert drawn["bool"].notna().all()
    assert set(drawn["category"]) <= set("abc")
    assert not set(drawn["identifier"]) & set(frame["identifier"])  # made afresh, not remembered
    again = MAKERS[name]().fit(drawn).sample(5, seed=2)
    assert again.dtypes.to_dict() == frame.dtypes.to_dict()


@pytest.mark.parametrize(
    ("name", "rows"),
    [*((kind.__name__, rows) for kind in QUICK for rows in (1, 2, 3)), ("TableGAN", 1), ("TableVAE", 1)],
)
def test_a_few_rows_are_enough_to_draw_from(name, rows):
    frame = every_dtype()[["int8", "category", "float with nan", "date"]].head(rows)
    assert len(MAKERS[name]().fit(frame).sample(7)) == 7


def test_a_million_names_and_columns_without_any_value():
    names = pa.array([f"person {i:07d}" for i in range(1_000_000)])
    table = pa.table({"name": names, "nothing": pa.nulls(1_000_000, pa.float64())})
    drawn = TableTrees().fit(table).sample(10)
    assert drawn.column_names == ["name", "nothing"]
    assert drawn["nothing"].null_count == 10
    assert not set(drawn["name"].to_pylist()) & set(names.slice(0, 1000).to_pylist())


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "'a'"),
        (pd.DataFrame({"a": []}), "row"),
        (pd.DataFrame(index=range(3)), "column"),
        (pd.DataFrame({"a": [1, [2, 3]]}), "'a'"),
    ],
)
def test_what_cannot_be_used_is_named(frame, words):
    with pytest.raises(InputError, match=words):
        eq.TableMarginals().fit(frame)
