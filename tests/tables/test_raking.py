"""Margins of samplers against those of training rows."""

import numpy as np
import pytest

from equipoise.tables import TableGAN, TableVAE
from equipoise.tables.layout import Group, Layout
from equipoise.tables.raking import frequencies, raked

from .tables_for_tests import make_mixed

LAYOUT = Layout((Group(1, 2, False), Group(2, 4, True)))


def sampler(dependence):
    """Draw rows by softmax of the biases, the last column like the one before with a probability."""

    def draw(bias, number):
        random = np.random.default_rng(number)
        noisy = bias + random.gumbel(size=(20_000, LAYOUT.size))
        codes = np.stack([noisy[:, a:b].argmax(axis=1) for a, b in ((0, 2), (2, 6), (6, 10))], axis=1)
        same = random.random(len(codes)) < dependence
        codes[same, 2] = codes[same, 1]
        return codes.astype(np.int32)

    return draw


def some_rows(seed=0):
    random = np.random.default_rng(seed)
    columns = [random.choice(len(p), 5_000, p=p) for p in ([0.9, 0.1], [0.05, 0.5, 0.4, 0.05], [0.3, 0.4, 0.25, 0.05])]
    return np.stack(columns, axis=1).astype(np.int32)


def test_biases_of_independent_columns_become_log_frequencies():
    rows = some_rows()
    bias = raked(LAYOUT, rows, np.zeros(LAYOUT.size, np.float32), sampler(0.0))
    expected = np.log(frequencies(LAYOUT, rows))
    for a, b in ((0, 2), (2, 6), (6, 10)):
        off = bias[a:b] - expected[a:b]
        assert np.ptp(off) < 0.25  # up to a constant of the column, and luck


def test_margins_agree_where_columns_hang_together():
    rows, draw = some_rows(), sampler(0.3)
    start = np.zeros(LAYOUT.size, np.float32)
    before, after = (
        np.abs(frequencies(LAYOUT, draw(bias, 99)) - frequencies(LAYOUT, rows)).max()
        for bias in (start, raked(LAYOUT, rows, start, draw))
    )
    assert before > 0.2
    assert after < 0.02


def test_slots_that_no_row_takes_are_drawn_hardly_ever():
    rows = some_rows()
    rows[:, 0] = 0
    bias = raked(LAYOUT, rows, np.zeros(LAYOUT.size, np.float32), sampler(0.0))
    assert frequencies(LAYOUT, sampler(0.0)(bias, 99))[1] < 0.001


def test_what_agrees_stays_as_it_is():
    rows = sampler(0.0)(np.zeros(LAYOUT.size, np.float32), 0)
    bias = raked(LAYOUT, rows, np.zeros(LAYOUT.size, np.float32), lambda bias, number: rows)
    assert np.array_equal(bias, np.zeros(LAYOUT.size))


@pytest.mark.parametrize("kind", [TableGAN, TableVAE])
def test_a_net_that_learned_nothing_still_has_the_margins(kind):
    table = make_mixed(1500)
    model = kind(steps=30, rate=0.05, hidden=16, latent=4, seed=0).fit(table)  # a rate that throws it off
    codec = model._check_fitted().codec
    drawn = frequencies(codec.layout, codec.encode(model.sample(8000, seed=1)))
    real = frequencies(codec.layout, codec.encode(table))
    assert np.abs(drawn - real).sum() / 2 / codec.layout.columns < 0.05
