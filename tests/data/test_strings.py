"""Which kind a column of a text file gets."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from equipoise.data.strings import MISSING, column_from_words, label_kind

FORTY = [f"n{i}" for i in range(40)]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["1", "2", "-3", "+4"], "integer"),
        (["1", "2.0", "1e3"], "integer"),
        (["1", "2.5"], "number"),
        (["1", "inf"], "number"),
        ([" 1", "2 ", "\t3"], "integer"),
        (["'-1'", "'1'"], "integer"),
        (["007", "123"], "category"),
        (["0", "0.5", "-0.5"], "number"),
        (["9007199254740993", "1"], "category"),
        (["1e300", "2e300"], "number"),
        (["1_000", "2_000"], "category"),
        (["0x10", "0x11"], "category"),
        (["true", "false"], "boolean"),
        (["TRUE", "TRUE"], "boolean"),
        (["yes", "no"], "boolean"),
        (["yes", "yes"], "category"),
        (["True", "true", "False"], "category"),
        (["f", "m"], "category"),
        (["2020-01-01", "2021-12-31"], "datetime"),
        (["2020-01-01 10:00", "2021-12-31 23:59:59.5"], "datetime"),
        (["2020-01-01T10:00:00Z", "2020-01-01T10:00:00+02:00"], "datetime"),
        (["31.12.2020", "1.1.2020"], "category"),
        (["A11", "A12", "A11"], "category"),
        (FORTY, "text"),
        (FORTY * 2, "category"),
        (["1", "2", "x"], "category"),
        (["?", "", "NA"], "number"),
    ],
)
def test_the_kind_follows_from_the_words(words: list[str], kind: str) -> None:
    assert column_from_words("x", pa.array(words)).kind == kind


def test_values_of_each_kind() -> None:
    assert column_from_words("x", pa.array([" 1", "2.5", "?"])).values.tolist()[:2] == [1.0, 2.5]
    truth = column_from_words("x", pa.array(["yes", "?", "no", "yes"]))
    assert (truth.values.tolist(), truth.levels) == ([1, -1, 0, 1], ("no", "yes"))
    label = column_from_words("x", pa.array([" b", "a", "b ", "NA", "ü"]))
    assert (label.values.tolist(), label.levels) == ([1, 0, 1, -1, 2], ("a", "b", "ü"))
    moment = column_from_words("x", pa.array(["1970-01-02", "?", "1970-01-01T00:00:01"]))
    assert moment.values[[0, 2]].tolist() == [86_400e6, 1e6]
    assert np.isnan(moment.values[1])


def test_only_one_truth_value_still_has_two_levels() -> None:
    for word, levels in [("TRUE", ("FALSE", "TRUE")), ("false", ("false", "true")), ("True", ("False", "True"))]:
        column = column_from_words("x", pa.array([word, "?", word]))
        assert column.levels == levels
        assert column.labels().tolist() == [word, None, word]


def test_quotes_are_kept_where_only_some_values_have_them() -> None:
    assert column_from_words("x", pa.array(["'a'", "b"])).levels == ("'a'", "b")
    assert column_from_words("x", pa.array(["'a'", "?", "'b'"])).levels == ("a", "b")


@pytest.mark.parametrize("word", MISSING)
def test_missing_words(word: str) -> None:
    assert column_from_words("x", pa.array(["1", word, "3"])).missing.tolist() == [False, True, False]


def test_the_callers_own_strings_are_not_touched() -> None:
    column = column_from_words("x", pa.array([" 1", "?", "", None]), infer=False)
    assert column.labels().tolist() == [" 1", "?", "", None]


def test_text_needs_many_levels_that_mostly_differ() -> None:
    assert [label_kind(20, 20), label_kind(21, 41), label_kind(21, 42)] == ["category", "text", "category"]
