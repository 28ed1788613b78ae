"""How alpha is chosen: one strategy a file."""

from equipoise.selection.base import Context, Selection, Strategy, alpha_grid
from equipoise.selection.criterion import GCV, InformationCriterion
from equipoise.selection.cross_validation import CrossValidation
from equipoise.selection.evidence import Evidence
from equipoise.selection.hold_out import HoldOut
from equipoise.selection.leave_one_out import LeaveOneOut

__all__ = [
    "GCV",
    "Context",
    "CrossValidation",
    "Evidence",
    "HoldOut",
    "InformationCriterion",
    "LeaveOneOut",
    "Selection",
    "Strategy",
    "alpha_grid",
]
