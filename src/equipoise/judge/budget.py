"""How much work a study may take: folds, repeats, grids and training steps, as numbers and never as time.

Time would make the result depend on the machine. Repeats shrink as rows grow, since the error of a fold's score does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from equipoise.errors import InputError

__all__ = ["BUDGETS", "Budget", "budget_for"]

BudgetName = Literal["quick", "standard", "thorough"]


@dataclass(frozen=True)
class Budget:
    """Numbers behind a budget.

    Attributes
    ----------
    folds : int
        Outer folds, on which arms are scored.
    repeats : tuple of (rows, int)
        Times that the folds are drawn anew, for tables of at most so many training rows; once for larger ones.
        Arms with generated rows are scored on the first draw only.
    inner_folds, alphas : int
        Folds and grid by which alpha is chosen.
    steps : int
        Most training steps of a neural synthesizer.
    generator_rows : int
        Most rows that a synthesizer is fitted on, and most rows that it adds.
    nets : tuple of str
        Arms of `equipoise.judge.nets`.
    net_layers : tuple of int
        Units of their hidden layers.
    net_epochs, net_alphas : int
        Their epochs, and the grid by which their alpha is chosen.
    """

    folds: int
    repeats: tuple[tuple[int, int], ...]
    inner_folds: int
    alphas: int
    steps: int
    generator_rows: int
    nets: tuple[str, ...] = ()
    net_layers: tuple[int, ...] = (32, 32)
    net_epochs: int = 60
    net_alphas: int = 6

    def repeats_for(self, rows: int) -> int:
        """Repeats for a training part of so many rows."""
        return next((count for limit, count in self.repeats if rows <= limit), 1)


_FEW = ("net", "net-l2")
_SOME = (*_FEW, "net-stopping")
_ALL = (*_SOME, "net-dropout", "net-l1")  # each form of net compiles for some seconds

BUDGETS: dict[str, Budget] = {
    "quick": Budget(5, ((2_000, 2),), 3, 40, 100, 2_000, _FEW),
    "standard": Budget(10, ((100, 5), (1_000, 3), (5_000, 2)), 5, 100, 200, 10_000, _SOME),
    "thorough": Budget(10, ((1_000, 10), (5_000, 5), (20_000, 2)), 10, 100, 2_000, 50_000, _ALL, (64, 64), 100, 12),
}


def budget_for(name: str) -> Budget:
    """Return the numbers behind a budget.

    Raises
    ------
    InputError
        If there is no such budget.

    Examples
    --------
    >>> budget_for("quick").folds
    5
    """
    if name not in BUDGETS:
        raise InputError(f"budget {name!r} is not known; choose one of {', '.join(BUDGETS)}")
    return BUDGETS[name]
