"""Frames and files that several tests of this room use."""

from __future__ import annotations

import numpy as np
import pandas as pd


def mixed_frame(n: int = 60, seed: int = 0) -> pd.DataFrame:
    """Every kind once, with missing values, and a target that depends on nothing."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "number": np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n)),
            "integer": rng.integers(0, 9, n),
            "boolean": rng.random(n) < 0.5,
            "category": pd.Series(rng.choice(["a", "b", "c", None], n), dtype="str"),
            "datetime": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 999, n), "D"),
            "text": [f"name {row}" for row in range(n)],
            "target": rng.choice(["no", "yes"], n),
        }
    )
