"""The page of an evaluation shows what the record holds, and nothing that it does not."""

from __future__ import annotations

import pytest

from equipoise.errors import InputError
from equipoise.report.evaluation import evaluation_page
from equipoise.report.plots.score_ranges import score_ranges

SCORE = {"name": "trend", "label": "Trend", "group": "fidelity", "best": "high", "value": 0.9, "low": 0.88,
         "high": 0.92, "floor": 0.7, "ceiling": 0.98, "method": "pairs"}  # fmt: skip
RECORD = {
    "format": "equipoise.evaluation/1",
    "scores": [SCORE],
    "conclusions": [{"subject": "Do they copy?", "answer": "they copy", "tone": "bad", "why": "AUC 0.99"}],
    "columns": [{"name": "</script><b>", "distance": 0.25, "importance": 0.1}],
    "findings": ["Membership can be told."],
    "left_out": [{"label": "C2ST", "why": "no rows"}, {"label": "TSTR", "why": "no rows"}],
}


def test_the_page_shows_the_record():
    page = evaluation_page(RECORD)
    for text in ("they copy", "0.900", "0.880 to 0.920", "Membership can be told.", "Left out: C2ST, TSTR"):
        assert text in page
    assert "answer hurts" in page
    assert page.count("<svg") == 1


def test_names_of_columns_are_no_markup():
    page = evaluation_page(RECORD)
    assert "<b>," not in page
    assert "&lt;/script&gt;&lt;b&gt;" in page
    assert page.count("</script>") == 1


def test_what_is_absent_is_left_out():
    page = evaluation_page({"scores": [SCORE | {"low": None, "high": None, "floor": None}]})
    assert "<svg" not in page
    assert "What gives them away" not in page
    assert "No answer was recorded." in page


@pytest.mark.parametrize("record", [[], {"format": "equipoise.study/1"}])
def test_another_record_is_refused(record):
    with pytest.raises(InputError, match="equipoise\\.evaluation/1"):
        evaluation_page(record)


def test_ranges_reach_from_floor_to_ceiling_and_neutral_scores_are_hollow():
    ax = score_ranges(["a", "b"], [0.9, 0.6], [0.8, 0.5], [1.0, 0.7], [0.2, 0.4], [0.95, 0.5], neutral=[False, True])
    spans = [tuple(line.get_xdata()) for line in ax.lines if line.get_linewidth() == 7]
    dots = [line for line in ax.lines if line.get_label() == "value"]
    assert spans == [(0.2, 0.95), (0.4, 0.5)]
    assert [dot.get_xdata()[0] for dot in dots] == [0.9, 0.6]
    assert dots[0].get_markerfacecolor() != dots[1].get_markerfacecolor()


def test_lengths_must_agree():
    with pytest.raises(InputError, match="ceiling"):
        score_ranges(["a"], [0.5], [0.4], [0.6], [0.1], [1.0, 1.0])
