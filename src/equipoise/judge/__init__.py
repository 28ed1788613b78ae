"""The judge, who asks whether a strategy against overfitting helped on rows that nobody fitted on."""

from __future__ import annotations

from equipoise.judge.saved import SavedModel, load_model
from equipoise.judge.study import study
from equipoise.judge.study_result import Study
from equipoise.judge.trial import trial
from equipoise.judge.trial_curve import TrialCurve, trial_curve
from equipoise.judge.trial_result import Trial
from equipoise.judge.verdict import Comparison, Row, Verdict, corrected_error, holm_levels, judge

__all__ = [
    "Comparison",
    "Row",
    "SavedModel",
    "Study",
    "Trial",
    "TrialCurve",
    "Verdict",
    "corrected_error",
    "holm_levels",
    "judge",
    "load_model",
    "study",
    "trial",
    "trial_curve",
]
