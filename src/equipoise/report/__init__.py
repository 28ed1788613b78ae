"""Plots and one self-contained HTML page from plain records; this room imports no other."""

from __future__ import annotations

from equipoise.report.page import study_page
from equipoise.report.plots.coefficient_path import coefficient_path
from equipoise.report.plots.dependence import dependence, dependence_matrix
from equipoise.report.plots.generalisation_gap import generalisation_gap
from equipoise.report.plots.learning_curves import learning_curves
from equipoise.report.plots.marginals import marginal, marginals
from equipoise.report.plots.validation_curve import validation_curve
from equipoise.report.plots.verdict_intervals import verdict_intervals
from equipoise.report.svg import inline_svg
from equipoise.report.write import write_study

__all__ = [
    "coefficient_path",
    "dependence",
    "dependence_matrix",
    "generalisation_gap",
    "inline_svg",
    "learning_curves",
    "marginal",
    "marginals",
    "study_page",
    "validation_curve",
    "verdict_intervals",
    "write_study",
]
