"""A second table brought to the first one's kinds and levels."""

from __future__ import annotations

import pandas as pd

from equipoise.data import align, inspect, read_table


def test_order_kinds_and_codes_agree() -> None:
    train = read_table(pd.DataFrame({"a": ["x", "z", "x"], "n": [1.5, 2, 3], "b": [True, False, True]}))
    test = read_table(pd.DataFrame({"n": [1, 2], "more": [0, 0], "b": [True, True], "a": ["y", "z"]}))
    aligned = align(test, train)
    assert aligned.kinds == train.kinds
    assert aligned["a"].levels == ("x", "z", "y")
    assert aligned["a"].labels().tolist() == ["y", "z"]
    assert aligned["b"].levels == train["b"].levels


def test_tables_that_agree_can_be_appended() -> None:
    train = read_table(pd.DataFrame({"a": ["x", "z"], "n": [1, 2]}))
    test = read_table(pd.DataFrame({"n": [4.0, None], "a": [None, "z"]}))
    both = train.concat(align(test, train))
    assert both["a"].labels().tolist() == ["x", "z", None, "z"]


def test_a_closing_full_stop_is_taken_off_where_that_explains_all_levels() -> None:
    train = read_table(pd.DataFrame({"y": [">50K", "<=50K"]}))
    test = align(read_table(pd.DataFrame({"y": ["<=50K.", ">50K."]})), train)
    assert test["y"].levels == train["y"].levels
    assert test["y"].labels().tolist() == ["<=50K", ">50K"]
    assert [finding.code for finding in inspect(test)] == ["closing-stop"]
    other = align(read_table(pd.DataFrame({"y": ["<=50K.", "else."]})), train)
    assert "else." in (other["y"].levels or ())


def test_one_truth_value_is_read_as_the_same_kind() -> None:
    train = read_table(pd.DataFrame({"y": ["yes", "no"]}), kinds={"y": "boolean"})
    test = align(read_table(pd.DataFrame({"y": ["yes", "yes"]})), train)
    assert test["y"].kind == "boolean"
    assert test["y"].values.tolist() == [1, 1]


def test_fractions_where_whole_numbers_were() -> None:
    train = read_table(pd.DataFrame({"n": [1, 2]}))
    assert align(read_table(pd.DataFrame({"n": [1.5, 2]})), train)["n"].values.tolist() == [1.5, 2]


def test_labels_that_are_known_keep_their_full_stop() -> None:
    train = read_table(pd.DataFrame({"y": ["St", "St."]}))
    test = align(read_table(pd.DataFrame({"y": ["St.", "St"]})), train)
    assert test["y"].labels().tolist() == ["St.", "St"]
    assert inspect(test) == ()
