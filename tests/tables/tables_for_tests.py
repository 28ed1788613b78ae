"""Tables with a planted dependence, every kind of column and missing values."""

from __future__ import annotations

import numpy as np

from equipoise.data import Column, Table


def make_mixed(n=400, seed=0):
    """A category decides a number; every other kind stands beside them, with missing values and a spike."""
    random = np.random.default_rng(seed)
    group = random.integers(3, size=n).astype(np.int32)
    number = np.round(np.array([-5.0, 0.0, 5.0])[group] + random.normal(0, 0.5, n), 3)
    spike = np.where(random.random(n) < 0.7, 0.0, random.integers(1, 1000, n)).astype(float)
    flag = random.integers(2, size=n).astype(np.int32)
    flag[random.random(n) < 0.2] = -1
    spike[random.random(n) < 0.1] = np.nan
    day = 86_400e6 * random.integers(18_000, 19_000, n).astype(float)
    codes = np.arange(n, dtype=np.int32)
    identifiers = tuple(sorted(f"AB-{i:04d}" for i in range(n)))
    return Table(
        (
            Column("group", "category", group, ("a", "b", "c")),
            Column("number", "number", number),
            Column("spike", "integer", spike),
            Column("flag", "boolean", flag, ("False", "True")),
            Column("day", "datetime", day),
            Column("id", "text", codes, identifiers),
        )
    )


def same(first, second):
    return all(
        np.array_equal(a.values, b.values, equal_nan=True) for a, b in zip(first.columns, second.columns, strict=True)
    )
