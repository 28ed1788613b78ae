"""The loop, the order of rows, schedules and averages."""

from __future__ import annotations

import io
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.errors import InputError
from equipoise.training import (
    Clock,
    Progress,
    Stream,
    batch_rows,
    jax_key,
    numpy_generator,
    progress_bar,
    run,
    steps_within,
)
from equipoise.training import loop as loop_module
from equipoise.training.randomness import check_seed


def noisy_sum(state, batch, key, clock, arguments):
    """Add up the batch, some noise and the schedule, so that every argument of a step leaves a trace."""
    value = batch.sum() + jax.random.normal(key) + clock.done
    return state + arguments * value, {"value": value}


DATA = np.arange(30, dtype=np.float32)[:, None]


def total(**changes):
    options = {"steps": 70, "batch": 4, "seed": 0, "arguments": 0.5} | changes
    return float(run(noisy_sum, jnp.float32(0.0), DATA, **options))


def test_same_seed_same_bytes_and_every_argument_matters():
    assert total() == total()
    assert len({total(), total(seed=1), total(steps=71), total(batch=5), total(arguments=0.6)}) == 5


def test_loop_equals_the_same_steps_one_by_one():
    state, key = 0.0, jax.random.fold_in(jax_key(3, Stream.STEP), 0)
    for number in range(40):
        batch = DATA[batch_rows(len(DATA), 4, 3, number, 1)[0]]
        state, _ = noisy_sum(state, batch, jax.random.fold_in(key, number), Clock(number / 40), 0.5)
    assert total(steps=40, seed=3) == pytest.approx(float(state), rel=1e-5)


def test_one_program_serves_any_length_seed_and_number_of_rows():
    total()
    programs = loop_module._chunk._cache_size()
    total(steps=11, seed=5, arguments=2.0)
    run(noisy_sum, jnp.float32(0.0), DATA[:17], steps=40, batch=4, seed=1, arguments=0.5)
    assert loop_module._chunk._cache_size() == programs
    total(batch=6)  # another shape is another program, and the count shows it
    assert loop_module._chunk._cache_size() == programs + 1


def test_report_counts_to_the_end_and_averages_logs():
    seen: list[Progress] = []
    constant = np.ones((10, 1), np.float32)

    def log_batch(state, batch, key, clock, arguments):
        return state, {"mean": batch.mean()}

    run(log_batch, jnp.array(0.0), constant, steps=70, batch=4, seed=0, report=seen.append)
    assert [p.step for p in seen] == [32, 64, 70]
    assert all(p.values["mean"] == 1.0 and p.steps == 70 and p.rate > 0 for p in seen)


def test_minutes_become_steps_and_leave_the_state_alone():
    state = jnp.array(7.0)
    steps = steps_within(0.02, noisy_sum, state, DATA, batch=4, seed=0, arguments=0.5)
    more = steps_within(0.2, noisy_sum, state, DATA, batch=4, seed=0, arguments=0.5)
    assert more > steps >= 1
    assert float(state) == 7.0


def test_what_a_run_does_once_counts_little_in_a_long_time(monkeypatch):
    now = [0.0]

    def ran(step, state, data, steps, **more):
        now[0] += 1.0 + 0.1 * steps / loop_module.CHUNK  # seconds: once, and for each chunk
        return state

    monkeypatch.setattr(loop_module, "run", ran)
    monkeypatch.setattr(loop_module.time, "perf_counter", lambda: now[0])
    steps = steps_within(60.0, noisy_sum, jnp.array(0.0), DATA, batch=4, seed=0)
    assert steps / loop_module.CHUNK == pytest.approx(3600 / 0.1, rel=0.4)  # a tenth of it, if one chunk is timed


def test_minutes_that_are_gone_already_leave_one_step():
    began = time.perf_counter() - 60.0
    assert steps_within(0.9, noisy_sum, jnp.array(0.0), DATA, batch=4, seed=0, arguments=0.5, began=began) == 1


@settings(deadline=None, max_examples=40)
@given(n=st.integers(1, 6000), batch=st.integers(1, 300), start=st.integers(0, 50), seed=st.integers(0, 2**63 - 1))
def test_a_batch_depends_on_its_number_alone(n, batch, start, seed):
    many = batch_rows(n, batch, seed, start, 5)
    assert many.shape == (5, batch)
    assert many.min() >= 0
    assert many.max() < n
    np.testing.assert_array_equal(many[3:4], batch_rows(n, batch, seed, start + 3, 1))


@pytest.mark.parametrize("n", [1, 7, 5000])
def test_every_row_once_an_epoch(n):
    epochs = 3
    rows = batch_rows(n, n, seed=2, start=0, count=epochs)
    for epoch in rows:
        np.testing.assert_array_equal(np.sort(epoch), np.arange(n))
    assert n == 1 or (rows[0] != rows[1]).any()


def test_streams_differ():
    draws = {numpy_generator(0, stream).random() for stream in Stream}
    keys = {tuple(jax.random.key_data(jax_key(0, stream)).tolist()) for stream in Stream}
    assert len(draws) == len(keys) == len(Stream)
    high = jax_key(2**40, Stream.STEP), jax_key(0, Stream.STEP)
    assert (jax.random.key_data(high[0]) != jax.random.key_data(high[1])).any()


@pytest.mark.parametrize("seed", [-1, 2**63, 1.5, "a", None])
def test_bad_seed(seed):
    with pytest.raises(InputError, match="seed="):
        check_seed(seed)


def test_bar_goes_to_stderr(monkeypatch):
    streams = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", streams[0])
    monkeypatch.setattr(sys, "stderr", streams[1])
    with progress_bar("TableGAN", shown=True) as report:
        report(Progress(50, 200, 100.0, {"loss": 0.69}))
        report(Progress(200, 200, 100.0, {"loss": 0.61}))
    assert streams[0].getvalue() == ""
    assert "200/200" in streams[1].getvalue()
    assert "100 steps/s" in streams[1].getvalue()
