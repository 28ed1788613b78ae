"""Looks at a run: when they come, what they may change, and that stopped runs see the same."""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
import pytest
from tests.training.runs import STEPS, digest, play

from equipoise.errors import StoppedError, TrainingWarning
from equipoise.training import read_events
from equipoise.training.looks import Looks, Seen


def nudged(state):
    """Move a number of the state: a look that was left out or repeated would show in the bytes."""
    levels = state.levels + jnp.asarray([1.0, 0.0], jnp.float32)
    return Seen(eqx.tree_at(lambda s: s.levels, state, levels), {"level": float(levels[0])})


def steps_of(folder, event):
    return [line["step"] for line in read_events(folder / "events.jsonl") if line["event"] == event]


def test_a_look_changes_the_run_and_is_resumed_exactly(tmp_path):
    looks = Looks(nudged, times=3)
    whole = digest(play(looks=looks))
    assert whole != digest(play())
    for at in (95, 96, 97):
        with pytest.raises(StoppedError):
            play(tmp_path, looks=looks, until=at)
    assert digest(play(tmp_path, looks=looks)) == whole
    assert steps_of(tmp_path, "look") == [96, 192, STEPS]


def test_a_look_may_end_the_run(tmp_path):
    looks = Looks(lambda state: Seen(state, ended="enough" if int(state.step) > 60 else ""), times=6)
    state = play(tmp_path, looks=looks, every=128)
    assert int(state.step) == 64
    assert digest(play(tmp_path, looks=looks, every=128)) == digest(state)  # it stays over
    assert steps_of(tmp_path, "ended") == [64, 64]


def test_trouble_that_a_look_finds_sends_the_run_back():
    found = iter(["the fakes collapsed"])

    def see(state):
        return Seen(state, trouble=next(found, None) if int(state.step) > 60 else None)

    with pytest.warns(TrainingWarning, match=r"the fakes collapsed near step 32: back to step 0"):
        state = play(looks=Looks(see, times=6))
    assert int(state.step) == STEPS
