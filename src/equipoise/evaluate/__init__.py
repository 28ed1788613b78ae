"""How close synthetic rows come to real ones: one metric a file, tables in, plain numbers out.

Every score stands between a floor (independent columns) and a ceiling (real rows against other real rows). Bins come
from the real table alone, so that a synthetic table cannot choose the scale it is measured on.
"""

from __future__ import annotations

from equipoise.evaluate.c2st import TwoSamples, c2st, c2st_scores, two_samples
from equipoise.evaluate.copies import Copies, among, copies, most_repeated, repeated, repeating
from equipoise.evaluate.coverage import density_and_coverage
from equipoise.evaluate.dependence import dependence
from equipoise.evaluate.drawings import column_drawing
from equipoise.evaluate.marginals import Marginal, marginal
from equipoise.evaluate.membership import membership
from equipoise.evaluate.nearness import dcr_ratio, nearer_to_train
from equipoise.evaluate.record import Report, Score
from equipoise.evaluate.shape import column_distance, shape, shape_interval
from equipoise.evaluate.tables import evaluate_tables
from equipoise.evaluate.trend import pair_distances, trend, trend_interval
from equipoise.evaluate.utility import utility

__all__ = [
    "Copies",
    "Marginal",
    "Report",
    "Score",
    "TwoSamples",
    "among",
    "c2st",
    "c2st_scores",
    "column_distance",
    "column_drawing",
    "copies",
    "dcr_ratio",
    "density_and_coverage",
    "dependence",
    "evaluate_tables",
    "marginal",
    "membership",
    "most_repeated",
    "nearer_to_train",
    "pair_distances",
    "repeated",
    "repeating",
    "shape",
    "shape_interval",
    "trend",
    "trend_interval",
    "two_samples",
    "utility",
]
