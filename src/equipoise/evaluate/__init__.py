"""How close synthetic rows come to real ones: one metric a file, tables in, plain numbers out.

Every score stands between a floor (independent columns) and a ceiling (real rows against other real rows). Bins come
from the real table alone, so that a synthetic table cannot choose the scale it is measured on.
"""

from __future__ import annotations

from equipoise.evaluate.c2st import c2st, c2st_scores
from equipoise.evaluate.copies import Copies, copies
from equipoise.evaluate.dependence import dependence
from equipoise.evaluate.marginals import Marginal, marginal
from equipoise.evaluate.shape import column_distance, shape
from equipoise.evaluate.trend import trend

__all__ = [
    "Copies",
    "Marginal",
    "c2st",
    "c2st_scores",
    "column_distance",
    "copies",
    "dependence",
    "marginal",
    "shape",
    "trend",
]
