"""Agreement with SDMetrics 0.32.0 where the definitions coincide; its figures are frozen here.

Made with sdmetrics 0.32.0, numpy and pandas, by
`KSComplement.compute(a[c], b[c])`, `TVComplement.compute(a[c], b[c])` (sdmetrics.single_column),
`CorrelationSimilarity.compute(a[["x", "y"]], b[["x", "y"]])` and
`ContingencySimilarity.compute(a[["g", "h"]], b[["g", "h"]])` (sdmetrics.column_pairs) on the two frames below.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from equipoise.data import align, read_table
from equipoise.evaluate import column_distance, pair_distances, shape

COLUMNS = {"x": 0.9433333333333334, "y": 0.87, "g": 0.9841666666666666, "h": 0.9583333333333334}
PAIRS = {("x", "y"): 0.9574395484560763, ("g", "h"): 0.8916666666666667}


def frame(rows, seed):
    random = np.random.RandomState(seed)
    g = random.randint(3, size=rows)
    h = (g + (random.random_sample(rows) < 0.3 + 0.1 * seed)) % 3
    x = g + random.standard_normal(rows)
    y = x * (1 - 0.3 * seed) + random.standard_normal(rows)
    return pd.DataFrame({"x": x, "y": y, "g": np.array(list("abc"))[g], "h": np.array(list("uvw"))[h]})


REAL = read_table(frame(400, 0))
DRAWN = align(read_table(frame(300, 1)), REAL)


@pytest.mark.parametrize(("name", "score"), COLUMNS.items())
def test_columns(name, score):
    assert 1 - column_distance(REAL[name], DRAWN[name]) == pytest.approx(score, abs=1e-12)


def test_column_shapes():
    assert shape(REAL, DRAWN) == pytest.approx(np.mean(list(COLUMNS.values())))


@pytest.mark.parametrize(("pair", "score"), PAIRS.items())
def test_pairs_of_one_kind(pair, score):
    assert 1 - pair_distances(REAL, DRAWN)[pair] == pytest.approx(score, abs=1e-12)


def test_one_outlier_does_not_move_the_bins():
    far = frame(400, 0)
    far.loc[0, "x"] = 200.0
    found = pair_distances(REAL, align(read_table(far), REAL))
    assert found["x", "g"] <= 1 / 400 + 1e-12
