"""The judge, who asks whether a strategy against overfitting helped on rows that nobody fitted on."""

from __future__ import annotations

from equipoise.judge.saved import SavedModel, load_model
from equipoise.judge.study import Study, study
from equipoise.judge.verdict import Comparison, Row, Verdict, corrected_error, holm_levels, judge

__all__ = [
    "Comparison",
    "Row",
    "SavedModel",
    "Study",
    "Verdict",
    "corrected_error",
    "holm_levels",
    "judge",
    "load_model",
    "study",
]
