"""Aggregation of fold scores, and the two rules, on planted tables."""

from __future__ import annotations

import numpy as np
import pytest

from equipoise.selection import Selection
from equipoise.solvers import Path

ALPHAS = np.array([8.0, 4.0, 2.0, 1.0, 0.5])
#                   far   1 SE  near  best  worse
SCORES = np.array([[9.0, 4.2, 4.1, 3.0, 5.0], [9.0, 5.0, 4.3, 5.0, 6.0], [9.0, 4.0, 4.2, 4.0, 7.0]])
EVEN = np.ones(3)


def test_mean_and_standard_error_by_hand() -> None:
    selection = Selection.of(ALPHAS, SCORES, EVEN, "loss", "best")
    np.testing.assert_allclose(selection.mean, SCORES.mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(selection.se, SCORES.std(axis=0, ddof=1) / np.sqrt(3), rtol=1e-14)


def test_uneven_folds_by_hand() -> None:
    """Deviation weighted by the rows of the fold, over sqrt(folds - 1)."""
    weight = np.array([2.0, 1.0, 1.0])
    selection = Selection.of(ALPHAS[:1], np.array([[1.0], [2.0], [5.0]]), weight, "loss", "best")
    mean = (2 * 1 + 2 + 5) / 4
    assert selection.mean[0] == pytest.approx(mean)
    spread = (2 * (1 - mean) ** 2 + (2 - mean) ** 2 + (5 - mean) ** 2) / 4
    assert selection.se[0] == pytest.approx(np.sqrt(spread / 2))
    scaled = Selection.of(ALPHAS[:1], np.array([[1.0], [2.0], [5.0]]), 100 * weight, "loss", "best")
    assert scaled.se[0] == pytest.approx(selection.se[0])


def test_both_rules_on_a_planted_table() -> None:
    """Best: mean 4.0 at alpha 1 with SE 0.577; alpha 2 (4.2) and alpha 4 (4.4) lie within, alpha 8 (9) does not."""
    best = Selection.of(ALPHAS, SCORES, EVEN, "loss", "best")
    one_se = Selection.of(ALPHAS, SCORES, EVEN, "loss", "1se")
    assert (best.best, best.one_se, best.index, best.alpha) == (3, 1, 3, 1.0)
    assert (one_se.best, one_se.one_se, one_se.index, one_se.alpha) == (3, 1, 1, 4.0)
    assert "4" in one_se.why
    assert "standard error" in one_se.why.replace("\n", " ")
    assert "lowest loss" in best.why


def test_of_equal_scores_the_most_regularised_is_the_best() -> None:
    assert Selection.of(ALPHAS, np.ones((3, 5)), EVEN, "loss", "best").alpha == 8.0


def test_without_spread_both_rules_agree() -> None:
    scores = np.tile([5.0, 4.0, 3.0, 4.0, 5.0], (3, 1))
    selection = Selection.of(ALPHAS, scores, EVEN, "loss", "1se")
    assert selection.index == selection.best == 2


def test_one_row_of_scores_has_no_standard_error() -> None:
    selection = Selection.of(ALPHAS, SCORES[:1], np.ones(1), "loss", "1se")
    np.testing.assert_array_equal(selection.se, 0.0)
    assert selection.alpha == 1.0


def test_an_alpha_without_a_score_is_not_chosen() -> None:
    scores = SCORES.copy()
    scores[1, 3] = np.nan
    assert Selection.of(ALPHAS, scores, EVEN, "loss", "best").alpha == 2.0


def test_plot_marks_both() -> None:
    axes = Selection.of(ALPHAS, SCORES, EVEN, "loss", "best").plot()
    marked = {float(line.get_xdata()[0]) for line in axes.lines if len(set(line.get_xdata())) == 1}
    assert {1.0, 4.0} <= marked


@pytest.mark.parametrize("classes", [1, 3])
def test_plot_counts_the_features_of_the_path(classes: int) -> None:
    """A feature counts once, however many classes use it."""
    coefs = np.tril(np.ones((5, 4)), -1)  # 0, 1, 2, 3, 4 features
    coefs = coefs if classes == 1 else np.stack([coefs, np.zeros_like(coefs), coefs], axis=1)
    path = Path(ALPHAS, coefs, np.zeros((5,) if classes == 1 else (5, 3)), np.zeros(5), np.arange(5.0))
    axes = Selection.of(ALPHAS, SCORES, EVEN, "loss", "best", path=path).plot()
    assert axes.child_axes[0].xaxis.get_major_formatter().seq == ["0", "1", "2", "3", "4"]
