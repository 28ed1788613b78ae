"""Frames of three libraries in, and the same frames out."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from equipoise.data import Column, embedded, inspect, read_table
from equipoise.data.frames import to_frame

DAYS = [dt.date(2020, 1, 1), None, dt.date(2024, 2, 29)]
MOMENTS = ["2020-01-01", "2020-06-01", "2021-03-04 05:06:07"]
TIMES = pd.Series(pd.to_datetime(MOMENTS, format="ISO8601"))
MIXED_ORDER = pd.CategoricalDtype(["y", "x", "unused"], ordered=True)

PANDAS: dict[str, tuple[pd.Series, str]] = {
    "int64": (pd.Series([1, 2, 3]), "integer"),
    "uint8": (pd.Series([1, 2, 255], dtype="uint8"), "integer"),
    "large int": (pd.Series([2**62 + 1, -5, 7]), "text"),
    "float64": (pd.Series([1.5, np.nan, -np.inf]), "number"),
    "whole floats": (pd.Series([1.0, np.nan, -0.0]), "integer"),
    "float32": (pd.Series([1, 0.1, 3], dtype="float32"), "number"),
    "float16": (pd.Series([1, 0.1, 3], dtype="float16"), "number"),
    "Int64": (pd.Series([1, None, 3], dtype="Int64"), "integer"),
    "UInt8": (pd.Series([1, None, 3], dtype="UInt8"), "integer"),
    "Float64": (pd.Series([1.5, None, 3], dtype="Float64"), "number"),
    "bool": (pd.Series([True, False, True]), "boolean"),
    "boolean": (pd.Series([True, None, False], dtype="boolean"), "boolean"),
    "str": (pd.Series(["b", "a", None], dtype="str"), "category"),
    "string": (pd.Series(["b", "a", None], dtype="string"), "category"),
    "object strings": (pd.Series(["b", "a", None], dtype=object), "category"),
    "object nothing": (pd.Series([None, None, None], dtype=object), "number"),
    "category": (pd.Series(["x", "y", None], dtype=MIXED_ORDER), "category"),
    "category of numbers": (pd.Series([10, 3, 10], dtype="category"), "category"),
    "datetime64[us]": (TIMES.astype("datetime64[us]").where([True, False, True]), "datetime"),
    "datetime64[ns]": (TIMES.astype("datetime64[ns]"), "datetime"),
    "datetime with zone": (TIMES.dt.tz_localize("Europe/Berlin"), "datetime"),
    "object dates": (pd.Series(DAYS, dtype=object), "datetime"),
    "timedelta": (pd.Series(pd.to_timedelta([1, 2, None], "D")), "integer"),
    "int64[pyarrow]": (pd.Series([1, None, 3], dtype="int64[pyarrow]"), "integer"),
    "string[pyarrow]": (pd.Series(["a", None, "b"], dtype=pd.ArrowDtype(pa.string())), "category"),
    "Sparse": (pd.Series(pd.arrays.SparseArray([0.0, 0.0, 1.5])), "number"),
}


@pytest.mark.parametrize("name", PANDAS)
def test_pandas_dtypes_come_back(name: str) -> None:
    series, kind = PANDAS[name]
    frame = pd.DataFrame({"x": series, "y": [1, 2, 3]})
    table = read_table(frame)
    assert table["x"].kind == kind
    assert_frame_equal(table.to_frame(), frame)


ARROW: dict[str, pa.Array] = {
    "int8": pa.array([1, None, 3], pa.int8()),
    "uint64": pa.array([2**63 + 1, None, 3], pa.uint64()),
    "float": pa.array([1, None, 0.1], pa.float32()),
    "double": pa.array([1, None, 0.1]),
    "decimal": pa.array([1.5, None, 2]).cast(pa.decimal128(10, 2)),
    "bool": pa.array([True, None, False]),
    "string": pa.array(["a", None, ""]),
    "large string": pa.array(["a", None, "b"], pa.large_string()),
    "dictionary": pa.array(["b", None, "a"]).dictionary_encode(),
    "small dictionary": pa.array(["a", None, "b"]).cast(pa.dictionary(pa.int8(), pa.string())),
    "date": pa.array(DAYS),
    "timestamp": pa.array([dt.datetime(2020, 1, 1, 2, 3, 4), None, None]),
    "timestamp of seconds": pa.array([1, None, 5], pa.timestamp("s")),
    "timestamp with zone": pa.array([1, None, 5], pa.timestamp("us", "Asia/Tokyo")),
    "duration": pa.array([1, None, 5], pa.duration("ms")),
    "null": pa.nulls(3),
}


@pytest.mark.parametrize("name", ARROW)
def test_arrow_types_come_back(name: str) -> None:
    frame = pa.table({"x": ARROW[name], "y": [1, 2, 3]})
    back = read_table(frame).to_frame()
    assert back.schema.types == frame.schema.types
    assert back["x"].to_pylist() == frame["x"].to_pylist()


POLARS: dict[str, pl.Series] = {
    "i64": pl.Series([1, None, 3]),
    "u8": pl.Series([1, 2, 255], dtype=pl.UInt8),
    "f32": pl.Series([1, None, 0.1], dtype=pl.Float32),
    "string": pl.Series(["a", None, "b"]),
    "categorical": pl.Series(["a", None, "b"], dtype=pl.Categorical),
    "enum": pl.Series(["a", None, "b"], dtype=pl.Enum(["b", "a", "unused"])),
    "bool": pl.Series([True, None, False]),
    "date": pl.Series(DAYS),
    "datetime": pl.Series([dt.datetime(2020, 1, 1, 2, 3, 4), None, None]),
    "datetime with zone": pl.Series([dt.datetime(2020, 1, 1)] * 3).dt.replace_time_zone("Asia/Tokyo"),
    "duration": pl.Series([dt.timedelta(1), None, dt.timedelta(hours=2)]),
    "null": pl.Series([None, None, None]),
    "large": pl.Series([2**62 + 1, 2, None]),
}


@pytest.mark.parametrize("name", POLARS)
def test_polars_types_come_back(name: str) -> None:
    frame = pl.DataFrame({"x": POLARS[name], "y": [1, 2, 3]})
    back = read_table(frame).to_frame()
    assert back.schema == frame.schema
    assert back.equals(frame)


@given(
    numbers=st.lists(st.floats(allow_nan=False) | st.none(), min_size=1, max_size=30),
    seed=st.integers(0, 99),
    library=st.sampled_from(["pandas", "polars", "pyarrow"]),
)
def test_any_numbers_and_labels_come_back(numbers: list[float | None], seed: int, library: str) -> None:
    rng = np.random.default_rng(seed)
    n = len(numbers)
    columns: dict[str, Any] = {
        "x": numbers,
        "whole": rng.integers(-(2**62), 2**62, n).tolist(),
        "label": rng.choice(["b", "ä", " ", "?", "1"], n).tolist(),
        "truth": (rng.random(n) < 0.5).tolist(),
    }
    arrow = pa.table(columns, schema=pa.schema({"x": pa.float64(), "whole": "i8", "label": "str", "truth": "bool"}))
    if library == "pyarrow":
        assert read_table(arrow).to_frame().to_pydict() == columns
    elif library == "polars":
        assert read_table(pl.from_arrow(arrow)).to_frame().equals(pl.from_arrow(arrow))
    else:
        assert_frame_equal(read_table(arrow.to_pandas()).to_frame(), arrow.to_pandas())


def test_column_labels_and_order_come_back() -> None:
    frame = pd.DataFrame({7: [1, 2], "ä": [3, 4], ("a", 1): [5, 6]})
    table = read_table(frame)
    assert table.names == ("7", "ä", "('a', 1)")
    assert list(table.to_frame().columns) == [7, "ä", ("a", 1)]
    assert list(table.select(["ä", "7"]).to_frame().columns) == ["ä", 7]


def test_chunked_dictionaries_share_their_levels() -> None:
    chunks = [pa.array(["a", "b"]).dictionary_encode(), pa.array(["c", "b"]).dictionary_encode()]
    assert read_table(pa.table({"x": pa.chunked_array(chunks)}))["x"].labels().tolist() == ["a", "b", "c", "b"]


def test_mixed_objects_become_labels_and_are_reported() -> None:
    table = read_table(pd.DataFrame({"x": pd.Series([1, "a", None, 2.5], dtype=object)}))
    assert table["x"].labels().tolist() == ["1", "a", None, "2.5"]
    (finding,) = [finding for finding in inspect(table) if finding.code == "mixed-types"]
    assert "(float, int, str)" in finding.message


def test_new_values_that_the_old_dtype_cannot_hold_get_the_nearest_that_can() -> None:
    table = read_table(pd.DataFrame({"x": [1, 2, 3], "c": pd.Categorical(["a", "b", "a"])}))
    holes = table.replace(Column("x", "integer", np.array([1, np.nan, 3]))).to_frame()
    assert holes["x"].tolist() == [1, pd.NA, 3]
    fractions = table.replace(Column("x", "number", np.array([1.5, 2, 3]))).to_frame()
    assert fractions["x"].tolist() == [1.5, 2, 3]
    levels = table.replace(Column("c", "category", np.array([0, 1, 0], np.int32), ("new", "newer"))).to_frame()
    assert levels["c"].tolist() == ["new", "newer", "new"]


def test_a_kind_set_by_hand_still_gives_the_callers_dtype() -> None:
    frame = pd.DataFrame({"zip": [10115, 20095, 10115]})
    table = read_table(frame, kinds={"zip": "category"})
    assert table["zip"].levels == ("10115", "20095")
    assert_frame_equal(table.to_frame(), frame)


def test_embedded_tables_become_pandas_frames() -> None:
    frame = embedded("iris").to_frame()
    assert isinstance(frame, pd.DataFrame)
    assert frame.shape == (150, 5)
    assert frame["target"].dtype == "category"


def test_without_pandas_a_file_becomes_an_arrow_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    frame = to_frame(embedded("iris"))
    assert isinstance(frame, pa.Table)
    assert frame.num_rows == 150


WITHOUT_FRAMES = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name in ("pandas", "polars"):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
import pyarrow as pa
from equipoise.data import DesignEncoder, inspect, read_table
table = read_table(pa.table({"x": [1, 3, 2], "c": ["a", "b", "a"]}))
assert table.to_frame().num_rows == 3
assert DesignEncoder().fit_transform(table).shape == (3, 2)
assert inspect(table) == ()
"""


def test_neither_pandas_nor_polars_need_be_installed() -> None:
    subprocess.run([sys.executable, "-c", WITHOUT_FRAMES], check=True)
