"""The one rule of a verdict: whether a candidate does better than its baseline on rows that neither was fitted on.

J paired differences d_1, ..., d_J of the loss, baseline minus candidate, one a fold, have mean d and variance s^2.
Folds share training rows, so that s^2 / J is too small. The corrected resampled t statistic (Nadeau and Bengio 2003,
"Inference for the generalization error", Machine Learning 52, section 4) takes

    t = d / (s * sqrt(1/J + n_test/n_train))        with J - 1 degrees of freedom.

A question has one row a comparison. Holm (1979), "A simple sequentially rejective multiple test procedure": with p
values in ascending order the k-th of m rows is held to level a / (m - k + 1), and from the first row that fails on all
others to the level of that row. The intervals use those levels, so that a row is decided by its interval alone.

    helps        the interval lies above 0, and the candidate's mean loss is below that of the constant prediction
    hurts        the interval lies below 0
    no evidence  otherwise

A question is answered by `helps` if any row helps, by `hurts` if every row hurts, else by `no evidence`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from equipoise.errors import InputError

__all__ = ["Answer", "Comparison", "Row", "Verdict", "corrected_error", "holm_levels", "judge"]

Answer = Literal["helps", "no evidence", "hurts"]
_ROUNDING = 1e-9  # differences below this part of the loss are arithmetic, not evidence


@dataclass(frozen=True)
class Comparison:
    """One candidate against one baseline on the same folds.

    Parameters
    ----------
    candidate, baseline : str
        Names of the arms.
    learner : str
        The kind of model that both use.
    candidate_losses, baseline_losses : array of shape (J,)
        Mean loss of each fold; lower is better.
    ratio : float
        Test rows over training rows of a fold.
    constant_losses : array of shape (J,), optional
        Losses of the constant prediction on the same folds.
    """

    candidate: str
    baseline: str
    learner: str
    candidate_losses: ArrayLike
    baseline_losses: ArrayLike
    ratio: float
    constant_losses: ArrayLike | None = None

    def differences(self) -> NDArray[np.float64]:
        """Baseline minus candidate, fold by fold; rounding errors count as 0."""
        base, new = (np.asarray(x, dtype=np.float64) for x in (self.baseline_losses, self.candidate_losses))
        if base.shape != new.shape or base.ndim != 1 or len(base) < 2:
            raise InputError(
                f"{self.candidate!r} and {self.baseline!r} have losses of shapes {new.shape} and {base.shape}; a "
                "verdict needs the same folds for both, at least two"
            )
        difference = base - new
        return np.where(np.abs(difference) <= _ROUNDING * np.maximum(np.abs(base), np.abs(new)), 0.0, difference)

    def beats_constant(self) -> bool:
        """Whether the candidate's mean loss is below that of the constant prediction, where that is known."""
        if self.constant_losses is None:
            return True
        return bool(np.asarray(self.candidate_losses).mean() < np.asarray(self.constant_losses).mean())


@dataclass(frozen=True)
class Row:
    """One comparison, decided. `p` is Holm's adjusted p value; `low` and `high` bound the interval at Holm's level."""

    candidate: str
    baseline: str
    learner: str
    effect: float
    low: float
    high: float
    p: float
    verdict: Answer
    beats_constant: bool


@dataclass(frozen=True)
class Verdict:
    """The answer to a question, with the row that carries it."""

    question: str
    verdict: Answer
    effect: float
    low: float
    high: float
    baseline: str
    candidate: str
    rows: tuple[Row, ...]


def corrected_error(differences: ArrayLike, ratio: float) -> float:
    """Return the standard error of a mean of fold differences after Nadeau and Bengio's correction.

    Parameters
    ----------
    differences : array of shape (J,)
        One paired difference a fold.
    ratio : float
        Test rows over training rows.

    Examples
    --------
    >>> round(corrected_error([1.0, 2.0, 3.0], ratio=0.25), 6)  # sqrt(1/3 + 1/4)
    0.763763
    """
    d = np.asarray(differences, dtype=np.float64)
    return float(np.std(d, ddof=1) * np.sqrt(1.0 / len(d) + ratio))


def holm_levels(p: ArrayLike, level: float = 0.05) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the level that Holm's procedure holds each row to, and the adjusted p values.

    Examples
    --------
    >>> levels, adjusted = holm_levels([0.04, 0.01, 0.03])
    >>> levels.round(4).tolist(), adjusted.round(4).tolist()
    ([0.025, 0.0167, 0.025], [0.06, 0.03, 0.06])
    """
    p = np.asarray(p, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    share = len(p) - np.arange(len(p))
    adjusted, levels = np.empty(len(p)), np.empty(len(p))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * share))
    failed = np.flatnonzero(p[order] > level / share)
    last = failed[0] if failed.size else len(p) - 1
    levels[order] = level / share[np.minimum(np.arange(len(p)), last)]
    return levels, adjusted


def judge(question: str, comparisons: Sequence[Comparison], level: float = 0.05) -> Verdict:
    """Answer a question from its comparisons by the rule at the head of this file.

    Parameters
    ----------
    question : str
        Its name.
    comparisons : sequence of Comparison
        At least one.
    level : float, default 0.05
        Chance of a wrong `helps` or `hurts` among all rows together where nothing differs.

    Returns
    -------
    Verdict

    Raises
    ------
    InputError
        If there is nothing to compare, or folds differ within a comparison.

    Examples
    --------
    >>> better = Comparison("l2", "none", "linear", [1.0, 1.1, 0.9, 1.0], [2.0, 2.2, 1.9, 2.1], ratio=1 / 3)
    >>> judge("constrain", [better]).verdict
    'helps'
    """
    if not comparisons:
        raise InputError(f"the question {question!r} has nothing to compare; give at least one comparison")
    tests = [_test(comparison) for comparison in comparisons]
    levels, adjusted = holm_levels([p for *_, p in tests], level)
    rows = tuple(
        _row(comparison, effect, error, freedom, each, p)
        for comparison, (effect, error, freedom, _), each, p in zip(comparisons, tests, levels, adjusted, strict=True)
    )
    answer: Answer = "no evidence"
    if any(row.verdict == "helps" for row in rows):
        answer = "helps"
    elif all(row.verdict == "hurts" for row in rows):
        answer = "hurts"
    chief = max((row for row in rows if answer != "helps" or row.verdict == "helps"), key=lambda row: row.effect)
    return Verdict(question, answer, chief.effect, chief.low, chief.high, chief.baseline, chief.candidate, rows)


def _test(comparison: Comparison) -> tuple[float, float, int, float]:
    """Effect, standard error, degrees of freedom and two-sided p value."""
    d = comparison.differences()
    effect, error = float(np.mean(d)), corrected_error(d, comparison.ratio)
    if error == 0.0:
        return effect, error, len(d) - 1, 1.0 if effect == 0.0 else 0.0
    return effect, error, len(d) - 1, float(2.0 * stats.t.sf(abs(effect / error), len(d) - 1))


def _row(comparison: Comparison, effect: float, error: float, freedom: int, level: float, p: float) -> Row:
    half = error * float(stats.t.isf(level / 2.0, freedom))
    low, high = effect - half, effect + half
    beats = comparison.beats_constant()
    answer: Answer = "helps" if low > 0 and beats else "hurts" if high < 0 else "no evidence"
    return Row(comparison.candidate, comparison.baseline, comparison.learner, effect, low, high, p, answer, beats)
