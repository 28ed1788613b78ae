"""The page of a trial shows the record, lets nothing out of its place, and stands what is absent."""

from __future__ import annotations

import pytest

from equipoise.errors import InputError
from equipoise.report.numbers import count
from equipoise.report.trial import trial_page

RECORD = {
    "format": "equipoise.trial/1",
    "verdict": "helps",
    "reason": "<b>mixup</b> lowers the log loss",
    "target": "income",
    "task": "binary",
    "baseline": "real",
    "n_rows": 1234,
    "train_rows": 800,
    "test_rows": 200,
    "folds": 5,
    "repeats": 3,
    "seed": 0,
    "rows": [
        {"learner": "knn", "candidate": "mixup", "effect": 0.05, "low": 0.0125, "high": 0.0875, "verdict": "helps"},
        {"learner": "knn", "candidate": "broken", "effect": None, "low": None, "high": None, "verdict": "no evidence"},
    ],
    "arms": [
        {"learner": "knn", "arm": "real", "scores": {"log_loss": 0.5, "f1": None}},
        {"learner": "knn", "arm": "mixup", "scores": {"log_loss": 0.45, "f1": None}},
    ],
    "skipped": ["knn cannot weigh rows"],
}


def test_the_page_shows_the_record():
    page = trial_page(RECORD)
    for text in ("income", count(1234), "3 × 5", "0.0500 (0.0125 to 0.0875)", "0.450", "knn cannot weigh rows", "<svg"):
        assert text in page
    assert "F1" not in page  # no arm has one


def test_nothing_is_markup():
    page = trial_page(RECORD)
    assert "<b>mixup" not in page
    assert page.count("</script>") == 1


def test_what_is_absent_is_left_out():
    assert "<svg" not in trial_page({"format": "equipoise.trial/1", "rows": "none", "arms": [3]})


def test_another_record_is_refused():
    with pytest.raises(InputError, match="trial/1"):
        trial_page({"format": "equipoise.study/1"})
