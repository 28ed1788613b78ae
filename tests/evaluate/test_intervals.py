"""Intervals hold what they should as often as they say, in small simulations with known answers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from equipoise.data import Column, Table
from equipoise.evaluate import nearer_to_train, shape, shape_interval, trend, trend_interval
from equipoise.evaluate.intervals import auc, clustered, mean, mean_auc, share


def covered(truth, intervals):
    return np.mean([low <= truth <= high for _, low, high in intervals])


def test_wilson_is_scipys():
    found = stats.binomtest(7, 40).proportion_ci(method="wilson")
    assert share(7, 40) == pytest.approx((7 / 40, found.low, found.high))
    assert share(0, 40)[1] == 0.0
    assert share(40, 40)[2] == 1.0


def test_auc_is_that_of_all_pairs_and_its_variance_that_of_placements():
    random = np.random.default_rng(0)
    truth, score = random.random(60) < 0.4, random.integers(8, size=60) / 4.0  # with ties
    found = auc(truth, score)
    above = score[truth][:, None] - score[~truth][None, :]
    pairs = (above > 0) + 0.5 * (above == 0)
    variance = pairs.mean(axis=1).var(ddof=1) / truth.sum() + pairs.mean(axis=0).var(ddof=1) / (~truth).sum()
    assert found[0] == pytest.approx(roc_auc_score(truth, score))
    assert found[2] - found[0] == pytest.approx(1.96 * np.sqrt(variance), rel=1e-3)


def test_the_mean_auc_of_two_classes_is_the_auc_and_of_three_covers():
    random = np.random.default_rng(6)
    score = random.normal(size=90)
    codes = (score + random.normal(size=90) > 0).astype(np.intp)
    assert mean_auc(codes, np.stack([-score, score], axis=1)) == pytest.approx(auc(codes == 1, score))
    codes = np.arange(150) % 3
    found = [mean_auc(codes, np.eye(3)[codes] + random.normal(size=(150, 3))) for _ in range(300)]
    assert 0.92 <= covered(stats.norm.cdf(1 / np.sqrt(2)), found) <= 0.99


def test_a_perfect_auc_still_has_a_lower_end():
    value, low, high = auc([0] * 10 + [1] * 10, range(20))
    assert (value, high) == (1.0, 1.0)
    assert 0.6 < low < 0.8


def test_delong_covers():
    random = np.random.default_rng(1)
    truth = np.arange(200) < 80
    found = [auc(truth, random.normal(size=200) + truth) for _ in range(400)]
    assert 0.92 <= covered(stats.norm.cdf(1 / np.sqrt(2)), found) <= 0.98


def test_means_and_shares_cover():
    random = np.random.default_rng(2)
    assert 0.92 <= covered(3.0, [mean(random.normal(3, 2, 50)) for _ in range(400)]) <= 0.98
    assert 0.92 <= covered(0.1, [share(random.binomial(100, 0.1), 100) for _ in range(400)]) <= 0.98


def test_rows_of_one_cluster_count_as_one():
    values = np.random.default_rng(3).integers(2, size=50).astype(float)
    once, often = clustered(values, np.arange(50)), clustered(np.repeat(values, 9), np.repeat(np.arange(50), 9))
    assert often == pytest.approx(once)
    assert clustered(np.ones(40), np.zeros(40, np.intp))[1] < 0.5  # one cluster proves nothing


def drawn(random, rows, slope=1.0):
    label = random.integers(3, size=rows).astype(np.int32)
    x = slope * label + random.normal(size=rows)
    return Table((
        Column("x", "number", x), Column("y", "number", x + random.normal(size=rows)),
        Column("label", "category", label, ("a", "b", "c")),
    ))  # fmt: skip


@pytest.mark.parametrize(("plain", "interval"), [(shape, shape_interval), (trend, trend_interval)])
def test_the_bootstrap_covers_what_other_rows_show(plain, interval):
    random = np.random.default_rng(4)
    truth = np.mean([plain(drawn(random, 300), drawn(random, 300, 0.5)) for _ in range(150)])
    found = [interval(drawn(random, 300), drawn(random, 300, 0.5), seed) for seed in range(80)]
    assert 0.9 <= covered(truth, found) <= 1.0
    widths = [high - low for _, low, high in found]
    assert np.median(widths) < 0.2  # or it would cover by being wide


def test_the_share_nearer_to_train_covers_one_half_for_fresh_rows():
    random = np.random.default_rng(5)
    found = [nearer_to_train(*(drawn(random, size) for size in (60, 60, 300))) for _ in range(200)]
    assert 0.91 <= covered(0.5, found) <= 0.99
