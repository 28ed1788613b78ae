"""The matrix for histogram boosting."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier

from equipoise.data import TreeEncoder

from .frames_for_tests import mixed_frame


def test_numbers_stay_and_categories_become_codes() -> None:
    frame = pd.DataFrame({"n": [1.5, np.nan, -3], "c": ["z", None, "x"], "b": [True, False, None], "void": [None] * 3})
    encoder = TreeEncoder().fit(frame)
    assert encoder.feature_names_out_ == ("n", "c", "b")
    assert encoder.categorical_.tolist() == [False, True, False]
    np.testing.assert_array_equal(encoder.transform(frame), [[1.5, 1, 1], [np.nan, np.nan, 0], [-3, 0, np.nan]])


def test_unknown_levels_count_as_missing() -> None:
    encoder = TreeEncoder().fit(pd.DataFrame({"c": ["x", "y"]}))
    np.testing.assert_array_equal(encoder.transform(pd.DataFrame({"c": ["new", "y"]})), [[np.nan], [1]])


def test_at_most_255_codes() -> None:
    words = [f"n{row % 1000}" for row in range(3000)] + ["often"] * 10
    frame = pd.DataFrame({"c": words})
    codes = TreeEncoder().fit_transform(frame)[:, 0]
    assert sorted(set(codes)) == list(range(255))
    assert (codes == 254).sum() == 3 * (1000 - 253)
    assert len(set(codes[-10:])) == 1
    assert (codes == codes[-1]).sum() == 10


def test_boosting_takes_it_as_it_is() -> None:
    frame = mixed_frame(300)
    encoder = TreeEncoder().fit(frame.drop(columns="target"))
    assert "text" not in encoder.feature_names_out_
    matrix = encoder.transform(frame)
    assert matrix.flags.f_contiguous
    model = HistGradientBoostingClassifier(categorical_features=encoder.categorical_, max_iter=5)
    assert model.fit(matrix, frame["target"]).predict(matrix).shape == (300,)
