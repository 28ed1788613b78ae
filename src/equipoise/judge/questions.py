"""The questions of a study, asked of its fold scores.

constrain   each penalised arm against no penalty
net         the same net with each regulariser against the net without
generate    each learner with generated rows against the same learner without
signal      each arm on real rows against the constant prediction: is there anything to learn?
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from equipoise.judge.arms import CONSTRAINED, Arm
from equipoise.judge.crossvalidation import FoldScores
from equipoise.judge.split import ratio
from equipoise.judge.verdict import Comparison, Verdict, corrected_error, judge

__all__ = ["best_arm", "questions", "reason"]


def questions(folds: list[FoldScores], metric: str, arms: Sequence[Arm]) -> tuple[Verdict, ...]:
    """Answer the questions by the primary metric; those about arms that do not compete are not asked."""
    pairs = {
        "constrain": [(arm, "none") for arm in CONSTRAINED],
        "net": [(arm, "net") for arm in arms if arm.learner == "net" and arm.name != "net"],
        "generate": [(arm, arm.base or "") for arm in arms if arm.base],
        "signal": [(arm, "constant") for arm in _real(arms)],
    }
    return tuple(
        judge(question, [_comparison(folds, arm, baseline, metric) for arm, baseline in asked])
        for question, asked in pairs.items()
        if asked
    )


def _comparison(folds: list[FoldScores], arm: Arm, baseline: str, metric: str) -> Comparison:
    shared = [fold for fold in folds if arm.name in fold.scores]

    def losses(name: str) -> NDArray[np.float64]:
        return np.array([fold.scores[name][metric] for fold in shared])

    return Comparison(
        arm.name,
        baseline,
        arm.learner,
        losses(arm.name),
        losses(baseline),
        ratio([fold.fold for fold in shared]),
        losses("constant"),
    )


def best_arm(folds: list[FoldScores], verdicts: tuple[Verdict, ...], metric: str, arms: Sequence[Arm]) -> str:
    """Name the arm to use: the lowest mean loss on the folds that all candidates have.

    This is a choice and no claim, so that it asks for less than a verdict does: an arm on real rows is a candidate if
    its gain on the constant prediction exceeds its standard error. An arm with generated rows needs a row that `helps`.
    Without a candidate it is the constant prediction.
    """
    found = [arm.name for arm in _real(arms) if _exceeds(_comparison(folds, arm, "constant", metric))]
    added = [row for verdict in verdicts if verdict.question == "generate" for row in verdict.rows]
    found += [row.candidate for row in added if row.verdict == "helps" and row.baseline in found]
    shared = [fold for fold in folds if all(name in fold.scores for name in found)]
    return min(
        found, key=lambda name: float(np.mean([fold.scores[name][metric] for fold in shared])), default="constant"
    )


def _real(arms: Sequence[Arm]) -> list[Arm]:
    """Arms that learn from real rows alone."""
    return [arm for arm in arms if arm.base is None and arm.name != "constant"]


def _exceeds(comparison: Comparison) -> bool:
    gain = comparison.differences()
    return bool(gain.mean() > corrected_error(gain, comparison.ratio))


def reason(verdict: Verdict, labels: dict[str, str], metric: str, folds: int) -> str:
    """Say in one sentence why the answer is what it is."""
    rows, candidate, baseline = len(verdict.rows), labels[verdict.candidate], labels[verdict.baseline]
    many = f" after Holm's correction for {rows} comparisons" if rows > 1 else ""
    interval = f"95 % interval {verdict.low:.3g} to {verdict.high:.3g}{many}"
    if verdict.verdict == "helps":
        count = sum(row.verdict == "helps" for row in verdict.rows)
        also = f"; {count} of {rows} comparisons help" if rows > 1 else ""
        return (
            f"{candidate!r} has a {metric} lower by {verdict.effect:.3g} than {baseline!r} ({interval}, {folds} folds) "
            f"and predicts better than the constant{also}."
        )
    if verdict.verdict == "hurts":
        least = f"the least so is {candidate!r}, by {-verdict.effect:.3g}"
        return f"every one of {rows} comparisons is worse; {least} ({interval})."
    if blocked := [row for row in verdict.rows if row.low > 0 and not row.beats_constant]:
        name = labels[blocked[0].candidate]
        return f"{name!r} improves on {labels[blocked[0].baseline]!r}, but is no better than the constant prediction."
    hurt = sum(row.verdict == "hurts" for row in verdict.rows)
    worse = f"; {hurt} of {rows} comparisons hurt" if hurt else ""
    moved = f"gains {verdict.effect:.3g} on" if verdict.effect >= 0 else f"loses {-verdict.effect:.3g} against"
    return (
        f"no candidate beats its baseline beyond chance; the best, {candidate!r}, {moved} {baseline!r} "
        f"({interval}, {folds} folds){worse}."
    )
