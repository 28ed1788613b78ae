"""The verdict: closed forms, Holm's procedure, planted answers, and the guards against false claims."""

import numpy as np
import pytest
from scipy import stats

from equipoise.errors import InputError
from equipoise.judge import Comparison, corrected_error, holm_levels, judge


def comparison(gain, ratio=1 / 9, name="new", constant=None, seed=0, spread=0.0, folds=10):
    noise = spread * np.random.default_rng(seed).standard_normal(folds)
    base = np.full(folds, 2.0)
    return Comparison(name, "old", "linear", base - gain - noise, base, ratio, constant)


def test_corrected_t_matches_the_closed_form():
    d = np.array([0.3, 0.1, 0.5, 0.2, 0.4])
    row = judge("q", [Comparison("a", "b", "linear", 1 - d, np.ones(5), 0.25)]).rows[0]
    error = np.sqrt(np.var(d, ddof=1) * (1 / 5 + 0.25))
    half = stats.t.ppf(0.975, 4) * error
    assert row.effect == pytest.approx(0.3)
    assert (row.low, row.high) == pytest.approx((0.3 - half, 0.3 + half))
    assert row.p == pytest.approx(2 * stats.t.sf(0.3 / error, 4))
    assert corrected_error(d, 0.25) == pytest.approx(error)


def test_the_correction_widens_the_plain_interval():
    d = np.random.default_rng(0).normal(size=20)
    plain = np.std(d, ddof=1) / np.sqrt(20)
    assert corrected_error(d, 0.0) == pytest.approx(plain)
    assert corrected_error(d, 1 / 9) > 1.7 * plain


def test_holm_rejects_as_its_paper_says():
    levels, adjusted = holm_levels([0.011, 0.02, 0.013, 0.9])
    assert adjusted == pytest.approx([0.044, 0.044, 0.044, 0.9])
    assert levels == pytest.approx([0.0125, 0.025, 0.05 / 3, 0.05])


def test_after_the_first_failure_no_row_gets_a_wider_level():
    # 0.04 would pass at 0.05, but the row before it failed at 0.025
    levels, adjusted = holm_levels([0.03, 0.04])
    assert levels.tolist() == [0.025, 0.025]
    assert (adjusted > 0.05).all()


def test_intervals_decide_exactly_as_adjusted_p_values():
    rng = np.random.default_rng(1)
    seen = set()
    for _ in range(200):
        rows = [Comparison(str(k), "b", "linear", 1 - rng.normal(0.25 * k, 1, 12), np.ones(12), 0.1) for k in range(4)]
        for row in judge("q", rows).rows:
            assert (row.verdict != "no evidence") == (row.p <= 0.05)
            seen.add(row.verdict)
    assert {"helps", "no evidence"} <= seen


@pytest.mark.parametrize(("gain", "answer"), [(1.0, "helps"), (0.0, "no evidence"), (-1.0, "hurts")])
def test_planted_answers(gain, answer):
    assert judge("q", [comparison(gain, spread=0.3)]).verdict == answer


def test_a_null_effect_is_rarely_claimed():
    claims = sum(judge("q", [comparison(0.0, spread=1.0, seed=seed)]).verdict != "no evidence" for seed in range(400))
    assert claims <= 12  # 5 % of independent folds would be 20; the correction makes claims rarer


def test_one_row_that_helps_is_enough_and_carries_the_verdict():
    rows = [comparison(-1.0, spread=0.1, name="bad"), comparison(1.0, spread=0.1, name="good")]
    verdict = judge("q", rows)
    assert (verdict.verdict, verdict.candidate) == ("helps", "good")
    assert [row.verdict for row in verdict.rows] == ["hurts", "helps"]


def test_hurts_only_if_every_row_hurts():
    bad = comparison(-1.0, spread=0.1, name="bad")
    assert judge("q", [bad, comparison(-2.0, spread=0.1)]).verdict == "hurts"
    assert judge("q", [bad, comparison(0.0, spread=0.1)]).verdict == "no evidence"


def test_no_claim_to_help_below_the_constant_prediction():
    better = comparison(1.0, spread=0.1, constant=np.full(10, 0.5))
    row = judge("q", [better]).rows[0]
    assert row.low > 0
    assert not row.beats_constant
    assert row.verdict == "no evidence"
    assert judge("q", [comparison(1.0, spread=0.1, constant=np.full(10, 3.0))]).verdict == "helps"


def test_rounding_errors_are_no_evidence():
    base = np.linspace(1, 2, 10)
    row = judge("q", [Comparison("a", "b", "linear", base - 1e-13, base, 0.1)]).rows[0]
    assert (row.effect, row.low, row.high, row.p, row.verdict) == (0.0, 0.0, 0.0, 1.0, "no evidence")


@pytest.mark.parametrize(("new", "old"), [([1.0], [2.0]), ([1.0, 2.0], [1.0, 2.0, 3.0])])
def test_folds_must_pair(new, old):
    with pytest.raises(InputError, match="same folds"):
        judge("q", [Comparison("a", "b", "linear", new, old, 0.1)])


def test_nothing_to_compare():
    with pytest.raises(InputError, match="nothing to compare"):
        judge("q", [])
