"""How close synthetic rows come to real ones: one metric a file, tables in, plain numbers out.

Every score stands between a floor (independent columns) and a ceiling (real rows against other real rows). Bins come
from the real table alone, so that a synthetic table cannot choose the scale it is measured on.
"""

from __future__ import annotations

from equipoise.evaluate.dependence import dependence
from equipoise.evaluate.marginals import Marginal, marginal
from equipoise.evaluate.shape import column_distance, shape
from equipoise.evaluate.trend import trend

__all__ = ["Marginal", "column_distance", "dependence", "marginal", "shape", "trend"]
