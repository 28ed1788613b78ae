"""Three questions answered from the scores, and sentences on what is wrong."""

from __future__ import annotations

from collections.abc import Mapping

from equipoise.evaluate.copies import Copies
from equipoise.evaluate.intervals import Z95, Z95_OF_THREE
from equipoise.evaluate.record import Conclusion, Fault, Score

__all__ = ["conclusions", "findings"]

_Scores = Mapping[str, Score]
_EASILY = 0.5  # C2ST of an AUC of 3/4
_WIDER = Z95_OF_THREE / Z95  # of a 95 % interval: there are three signs of copying
_DEVIATIONS = 3.0  # of the rate of copies: rows that repeat the same training row are not independent


def conclusions(scores: _Scores, repeated: Copies | None) -> tuple[Conclusion, ...]:
    """Answer whether the rows look real, are of use, and copy."""
    return _fidelity(scores), _utility(scores), _privacy(scores, repeated)


def _fidelity(scores: _Scores) -> Conclusion:
    subject, score = "Do they look real?", scores.get("c2st")
    if score is None or score.ceiling is None:
        return Conclusion(subject, "not tested", "open", "Only held-out rows can show it.")
    why = f"C2ST {score.value:.2f} ({score.low:.2f} to {score.high:.2f}), where other real rows get {score.ceiling:.2f}"
    if score.high >= score.ceiling:
        return Conclusion(subject, "as real rows do", "good", why)
    easily = score.high < _EASILY
    return Conclusion(subject, "easily told apart" if easily else "can be told apart", "bad" if easily else "open", why)


def _utility(scores: _Scores) -> Conclusion:
    subject = "Are they of use?"
    score = scores.get("tstr_auc") or scores.get("tstr_r2")
    if score is None or score.ceiling is None or score.floor is None:
        return Conclusion(subject, "not tested", "open", "It takes held-out rows and a target.")
    why = f"{score.label} {score.value:.3f}, where real rows reach {score.ceiling:.3f}"
    if score.high >= score.ceiling:
        return Conclusion(subject, "as good as real rows", "good", why)
    better = score.low > score.floor
    return Conclusion(
        subject, "less than real rows" if better else "they teach nothing", "open" if better else "bad", why
    )


def _privacy(scores: _Scores, repeated: Copies | None) -> Conclusion:
    subject = "Do they copy?"
    if repeated is None:
        return Conclusion(subject, "not tested", "open", "Only held-out rows can show it.")
    attack = scores["membership"]
    why = f"Membership attack: AUC {attack.value:.2f} ({attack.low:.2f} to {attack.high:.2f}), chance is 0.50"
    if _signs(scores, repeated):
        return Conclusion(subject, "they copy", "bad", why)
    return Conclusion(subject, "no sign of it", "good", why)


def findings(scores: _Scores, repeated: Copies | None, columns: tuple[Fault, ...]) -> tuple[str, ...]:
    """Say what is wrong, most serious first."""
    found = _signs(scores, repeated) if repeated is not None else []
    for score in scores.values():
        if score.best == "high" and score.group == "fidelity" and score.ceiling is not None:
            if score.low > max(score.ceiling, 1.0 if score.name == "c2st" else score.ceiling):
                found.append(f"{score.label} is above what real rows get; that means copying or collapse.")
            elif score.floor is not None and score.name != "shape" and score.high < score.floor:
                found.append(f"{score.label} is below what independent columns get.")
    coverage = scores.get("coverage")
    if coverage is not None and coverage.ceiling is not None and coverage.high < coverage.ceiling - 0.01:
        found.append(
            f"{coverage.value:.0%} of the real rows have a synthetic row near them, {coverage.ceiling:.0%} would if "
            "these were real: some kinds of row are missing or rare."
        )
    test = scores.get("c2st")
    telling = [fault for fault in columns if (fault.importance or 0.0) > 0.02]
    if test is not None and test.ceiling is not None and test.high < test.ceiling and telling:
        names = ", ".join(
            f"{fault.name!r}" for fault in sorted(telling, key=lambda fault: -(fault.importance or 0.0))[:3]
        )
        found.append(f"The classifier knows synthetic rows by {names} most of all.")
    return tuple(found)


def _signs(scores: _Scores, repeated: Copies) -> list[str]:
    found = []
    if _above_half(scores["membership"]):
        found.append("Membership can be told: synthetic rows lie nearer to training rows than chance allows.")
    if _above_half(scores["nearer_to_train"]):
        found.append("Synthetic rows are nearer to training rows than to held-out rows more often than not.")
    if repeated.exceeds(_DEVIATIONS):
        found.append(
            f"More synthetic rows repeat a training row than fresh real rows do: exactly {repeated.exact:.2%} against "
            f"{repeated.fresh_exact:.2%}, nearly {repeated.near:.2%} against {repeated.fresh_near:.2%}."
        )
    return found


def _above_half(score: Score) -> bool:
    return score.value - _WIDER * (score.value - score.low) > 0.5
