"""Planted answers: a copier is caught, fresh rows pass, a dropped mode shows, shuffled columns fail."""

from __future__ import annotations

import numpy as np
import pytest

from equipoise.data import Column, Table
from equipoise.evaluate import (
    dcr_ratio,
    density_and_coverage,
    evaluate_tables,
    membership,
    nearer_to_train,
    pair_distances,
    two_samples,
    utility,
)  # fmt: skip


def rows(n, seed, modes=4):
    random = np.random.default_rng(seed)
    mode = random.integers(modes, size=n).astype(np.int32)
    x, y = (mode * 3.0 + random.normal(size=n) for _ in range(2))
    z = x - y + 0.5 * random.normal(size=n)
    z[random.random(n) < 0.05] = np.nan
    label = np.where(random.random(n) < 0.2, random.integers(4, size=n), mode).astype(np.int32)
    return Table((
        Column("x", "number", x), Column("y", "number", y), Column("z", "number", z),
        Column("label", "category", label, ("a", "b", "c", "d")),
    ))  # fmt: skip


def shuffled(table, seed=0):
    random = np.random.default_rng(seed)
    return Table(tuple(column.take(random.permutation(len(column))) for column in table.columns))


TRAIN, TEST, FRESH = rows(1500, 0), rows(1500, 1), rows(2500, 2)
PARTS = [TEST.take(np.arange(start, 1500, 3)) for start in range(3)]


@pytest.fixture(scope="module")
def fresh():
    return evaluate_tables(TRAIN, FRESH, TEST)


@pytest.fixture(scope="module")
def copied():
    return evaluate_tables(TRAIN, TRAIN, TEST)


def test_fresh_real_rows_pass(fresh):
    assert abs(fresh.values["membership"] - 0.5) < 0.05
    assert abs(fresh.values["nearer_to_train"] - 0.5) < 0.05
    assert [answer.tone for answer in fresh.conclusions] == ["good", "open", "good"]
    assert fresh.values["c2st"] > 0.9
    assert fresh.values["dcr"] == pytest.approx(1.0, abs=0.1)


def test_every_score_of_fresh_rows_is_near_its_ceiling(fresh):
    for score in fresh.scores:
        assert score.value == pytest.approx(score.ceiling, abs=0.07), score.name
        assert not score.low > score.value
        assert not score.high < score.value


def test_floors_are_those_of_independent_columns(fresh):
    assert fresh.floors["shape"] > 0.95
    assert fresh.floors["c2st"] < 0.2
    assert fresh.floors["coverage"] < fresh.ceilings["coverage"] - 0.2
    assert abs(fresh.floors["membership"] - 0.5) < 0.05


def test_a_copier_is_caught(copied):
    assert copied.values["membership"] > 0.95
    assert copied.values["nearer_to_train"] > 0.95
    assert copied.values["exact_copies"] == 1.0
    assert copied.values["dcr"] == 0.0
    assert copied.conclusions[2].tone == "bad"
    assert len(copied.findings) == 3


def test_copying_gains_nothing_in_fidelity(copied, fresh):
    for name in ("shape", "trend", "density", "coverage"):
        assert copied.values[name] <= fresh.values[name] + 0.05


def test_a_partial_copier_is_caught():
    some = FRESH.take(np.arange(1000)).concat(TRAIN.take(np.arange(500)))
    value, low, _ = membership(TRAIN, PARTS[0], PARTS[1], some, TRAIN)
    assert value < 0.75
    assert low > 0.5
    assert nearer_to_train(TRAIN, TEST, some)[1] > 0.5


def test_a_copier_with_noise_is_caught_where_no_row_repeats():
    noise = np.random.default_rng(3).normal(0, 1e-3, size=(2, 1500))
    near = TRAIN.replace(Column("x", "number", TRAIN["x"].values + noise[0]))
    near = near.replace(Column("y", "number", TRAIN["y"].values + noise[1]))
    assert membership(TRAIN, PARTS[0], PARTS[1], near, TRAIN)[0] > 0.95
    assert 0.0 < dcr_ratio(TRAIN, TEST, near) < 0.2


def test_shuffled_columns_fail():
    found = two_samples(TRAIN, TEST, shuffled(FRESH))
    assert found.lowest[2] < 0.3
    assert min(found.importance.values()) > 0.02


def test_a_dropped_mode_shows_in_coverage_and_not_in_density():
    few = rows(1500, 4, modes=3)
    density, coverage = density_and_coverage(TEST, few, TRAIN)
    whole = density_and_coverage(TEST, FRESH.take(np.arange(1500)), TRAIN)
    assert coverage[2] < whole[1][1] - 0.1
    assert density[0] > 0.9


def test_coverage_of_real_rows_is_what_theory_says():
    table = Table((Column("x", "number", np.random.default_rng(5).normal(size=4000)),))
    halves = table.take(np.arange(2000)), table.take(np.arange(2000, 4000))
    density, coverage = density_and_coverage(*halves, table)
    assert density[0] == pytest.approx(1.0, abs=0.05)
    assert coverage[0] == pytest.approx(1 - 0.5**5, abs=0.015)  # each of the k neighbours is of the other half or not


def test_the_column_and_the_pair_that_give_them_away_are_named():
    moved = FRESH.replace(Column("z", "number", np.random.default_rng(6).permutation(FRESH["z"].values)))
    report = evaluate_tables(TRAIN, moved.take(np.arange(1500)), TEST.take(np.arange(600)))
    assert "z" in report.pairs[0].name
    assert max(report.columns, key=lambda fault: fault.importance).name == "z"
    assert any("'z'" in text for text in report.findings)
    assert report.columns[0].distance < 0.08  # no column is wrong alone


def test_pairs_of_equal_tables_have_no_distance():
    assert set(pair_distances(TRAIN, TRAIN).values()) == {0.0}
    assert len(pair_distances(TRAIN, TRAIN)) == 6


def test_a_number_is_predicted_as_well_from_fresh_rows():
    ours, theirs = (utility(table, TEST, "x", TRAIN)["r2"] for table in (FRESH, TRAIN))
    assert ours[0] > 0.8
    assert theirs[1] <= ours[0] + 0.02
    assert utility(shuffled(FRESH), TEST, "x", TRAIN)["r2"][0] < 0.1


def test_rows_of_a_single_class_teach_nothing():
    one = FRESH.take(FRESH["label"].values == 1)
    found = utility(one, TEST, "label", TRAIN)
    assert found["auc"][0] == 0.5
    assert found["log_loss"][0] > 5
