"""How alpha is chosen: one strategy a file."""

from equipoise.selection.base import Context, Selection, Strategy, alpha_grid
from equipoise.selection.cross_validation import CrossValidation
from equipoise.selection.hold_out import HoldOut
from equipoise.selection.leave_one_out import LeaveOneOut

__all__ = ["Context", "CrossValidation", "HoldOut", "LeaveOneOut", "Selection", "Strategy", "alpha_grid"]
