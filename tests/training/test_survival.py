"""Runs that are stopped, killed, poisoned or cut off from the disk, and what is left of them."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
from tests.training.runs import DATA, STEPS, digest, play

from equipoise.errors import InputError, StoppedError, TrainingError, TrainingWarning
from equipoise.training import Health, RunFolder, read_events, run
from equipoise.training.memory import explain_memory

ROOT = Path(__file__).parents[2]


@cache
def whole():
    """Digest of the run that nothing disturbs."""
    return digest(play())


def events(folder):
    return [event["event"] for event in read_events(folder / "events.jsonl")]


def test_keeping_a_run_does_not_change_it(tmp_path):
    assert digest(play(tmp_path)) == whole()
    assert digest(play(seed=4)) != whole()


@pytest.mark.parametrize("at", [0, 1, STEPS // 2, STEPS // 2 + 5, STEPS - 1])
def test_stopped_and_resumed_ends_with_the_same_bytes(tmp_path, at):
    with pytest.raises(StoppedError, match=f"stopped after {at} of {STEPS} steps"):
        play(tmp_path, until=at)
    assert digest(play(tmp_path)) == whole()
    assert digest(play(tmp_path)) == whole()  # a run that is over is only read


def test_stopped_twice(tmp_path):
    for at in (40, 41):
        with pytest.raises(StoppedError):
            play(tmp_path, until=at)
    assert digest(play(tmp_path)) == whole()
    assert len(os.listdir(tmp_path / "checkpoints")) == 4  # three, and the manifest


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_saves_and_stops(tmp_path, number):
    before = signal.getsignal(number)

    def ask(progress):
        if progress.step == 64:
            os.kill(os.getpid(), number)

    with pytest.raises(StoppedError) as stopped:
        play(tmp_path, report=ask)
    assert (stopped.value.step, stopped.value.signal) == (64, number)
    assert str(tmp_path) in str(stopped.value)
    assert signal.getsignal(number) is before
    assert events(tmp_path)[-1] == "stop"
    assert digest(play(tmp_path)) == whole()


def test_a_second_interrupt_interrupts_at_once(tmp_path):
    def ask_twice(progress):
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        play(tmp_path, report=ask_twice)


# every fsync and replace of the first checkpoints, run.json and the manifest lies within the first five
FATAL = ["fsync 2", "fsync 7", "fsync 11", "replace 2", "replace 4"]
EVERY = [f"fsync {number}" for number in range(1, 41)] + [f"replace {number}" for number in range(1, 16)]
TORTURE = [pytest.param(fatal, marks=pytest.mark.torture) for fatal in EVERY if fatal not in FATAL]


@pytest.mark.parametrize("fatal", [*FATAL, *TORTURE])
def test_killed_while_saving(tmp_path, fatal):
    command = [sys.executable, "-m", "tests.training.runs", str(tmp_path), *fatal.split()]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert digest(play(tmp_path)) == whole()
    leftovers = [place for place in tmp_path.rglob(".*") if place.parent.name == "checkpoints"]
    assert leftovers == []


def test_full_disk_costs_the_checkpoint_only(tmp_path, monkeypatch):
    with pytest.raises(StoppedError):
        play(tmp_path, until=64)
    fsync = os.fsync

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.warns(TrainingWarning, match="No space left"), pytest.raises(StoppedError):
        play(tmp_path, until=128)
    assert "save failed" in events(tmp_path)
    monkeypatch.setattr(os, "fsync", fsync)
    assert digest(play(tmp_path)) == whole()
    resumed = [event["step"] for event in read_events(tmp_path / "events.jsonl") if event["event"] == "resume"]
    assert resumed == [64, 64]


@pytest.mark.parametrize("harm", ["flip", "cut", "remove"])
def test_a_damaged_checkpoint_is_passed_over_and_named(tmp_path, harm):
    with pytest.raises(StoppedError):
        play(tmp_path, until=100)
    newest = tmp_path / "checkpoints" / "step-000000100-stopped" / "state.safetensors"
    content = bytearray(newest.read_bytes())
    content[-1] ^= 1
    {
        "flip": lambda: newest.write_bytes(content),
        "cut": lambda: newest.write_bytes(content[:50]),
        "remove": lambda: shutil.rmtree(newest.parent),
    }[harm]()
    assert digest(play(tmp_path)) == whole()
    lines = read_events(tmp_path / "events.jsonl")
    assert [line["checkpoint"] for line in lines if line["event"] == "damaged"] == ["step-000000100-stopped"]
    assert next(line["step"] for line in lines if line["event"] == "resume") == 96


def test_a_hostile_manifest_names_nothing_outside(tmp_path):
    with pytest.raises(StoppedError):
        play(tmp_path / "run", until=64)
    manifest = tmp_path / "run" / "checkpoints" / "manifest.json"
    entries = json.loads(manifest.read_text())
    entries[-1]["name"] = "../../elsewhere"
    manifest.write_text(json.dumps(entries))
    assert digest(play(tmp_path / "run")) == whole()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"seed": 4}, "seed=3, not 4"),
        ({"data": DATA + 1}, "on other data"),
        ({"steps": 300}, "steps=200, not 300"),
        ({"arguments": None}, "other settings"),
    ],
)
def test_another_run_does_not_go_on_in_the_same_folder(tmp_path, change, told):
    with pytest.raises(StoppedError):
        play(tmp_path, until=32)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InputError, match=told):
        play(tmp_path, **change)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_that_is_a_file_or_something_else(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file"):
        play(tmp_path / "file")
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(InputError, match="not a run"):
        play(tmp_path)


def poisoned(state, batch, key, clock, arguments):
    """Walk at random, with a loss and a weight that are spoilt at one step until the brake was pulled often enough."""
    at, brake, which = arguments
    sick = (jnp.abs(clock.done * 200 - at) < 0.5) & (clock.brake > brake)
    loss = jnp.where(sick & (which == 0), jnp.nan, batch.sum())
    weight = jnp.where(sick & (which == 1), jnp.inf, state["w"] + clock.brake * batch.mean())
    spread = jnp.where((clock.done * 200 > at) & (clock.brake > brake) & (which == 2), 1e-6, 1.0)
    loss = jnp.where(sick & (which == 3), 1e12, loss)
    return {"w": weight}, {"loss": loss, "spread": spread}


def walk(which, brake=0.9, at=95, **options):
    arguments = (np.float32(at), np.float32(brake), np.float32(which))
    options = {"steps": 200, "batch": 2, "seed": 0, "arguments": arguments} | options
    return run(poisoned, {"w": jnp.zeros(())}, np.ones((10, 1), np.float32), **options)


@pytest.mark.parametrize(
    ("which", "told"), [(0, "loss is nan"), (1, "not finite"), (2, "collapsed"), (3, r"grew from .* to 1e\+12")]
)
def test_a_sick_run_returns_to_the_last_sound_state(tmp_path, which, told):
    with pytest.warns(TrainingWarning, match=told) as caught:
        state = walk(which, folder=RunFolder(tmp_path, every=64))
    assert len(caught) == 1
    event = next(line for line in read_events(tmp_path / "events.jsonl") if line["event"] == "return")
    assert (event["to"], event["brake"]) == (64, 0.5)
    assert float(state["w"]) == pytest.approx(64 + 0.5 * (200 - 64))


def test_a_sick_run_that_is_stopped_ends_with_the_same_bytes(tmp_path):
    with pytest.warns(TrainingWarning):
        straight = walk(0, folder=RunFolder(tmp_path / "straight", every=64))
    folder = RunFolder(tmp_path / "stopped", every=64)
    with pytest.raises(StoppedError):
        walk(0, folder=folder, until=70)
    with pytest.warns(TrainingWarning), pytest.raises(StoppedError):
        walk(0, folder=folder, until=130)
    assert digest(walk(0, folder=folder)) == digest(straight)


def test_a_run_that_stays_sick_is_given_up(tmp_path):
    with (
        pytest.warns(TrainingWarning),
        pytest.raises(TrainingError, match=r"after 2 returns to step 64.* rate"),
    ):
        walk(0, brake=0.0, folder=RunFolder(tmp_path, every=64), health=Health(tries=2))
    assert events(tmp_path)[-1] == "given up"


def test_data_that_is_not_finite_is_named():
    data = DATA.copy()
    data[7, 1] = np.nan
    with pytest.raises(InputError, match="row 7"):
        play(data=data)


def test_other_errors_are_not_taken_for_lack_of_memory():
    with pytest.raises(ZeroDivisionError), explain_memory(8):
        raise ZeroDivisionError


def test_best_and_samples_and_a_model_to_load(tmp_path):
    scores = iter([3.0, 1.0, 2.0, 4.0, 5.0, 6.0, 7.0, 8.0])
    folder = RunFolder(
        tmp_path,
        keep=1,
        every=32,
        score=lambda state: next(scores),
        sample=lambda state, path: path.with_suffix(".txt").write_text("a sample"),
        export=lambda state, place: (place / "model.txt").write_text(str(float(state["w"]))),
    )
    walk(-1, folder=folder)
    names = sorted(os.listdir(tmp_path / "checkpoints"))
    assert names == ["manifest.json", "step-000000064-aligned", "step-000000200-aligned"]
    assert (tmp_path / "checkpoints" / "step-000000064-aligned" / "model.txt").read_text() == "64.0"
    assert len(os.listdir(tmp_path / "samples")) == 7


def test_two_devices_give_the_numbers_of_one():
    program = """
import jax, numpy as np
from tests.training.runs import play
assert jax.device_count() == 2
one, two = (jax.tree.leaves(play(steps=64, devices=n)) for n in (1, 2))
assert {len(leaf.sharding.device_set) for leaf in two} == {2}
print(max(float(np.abs(np.asarray(a, float) - np.asarray(b, float)).max()) for a, b in zip(one, two)))
"""
    environment = {**os.environ, "XLA_FLAGS": "--xla_force_host_platform_device_count=2"}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert float(done.stdout) < 1e-5


@pytest.mark.parametrize(("devices", "told"), [(0, "devices=0"), (64, "at most")])
def test_more_devices_than_there_are(devices, told):
    with pytest.raises(InputError, match=told):
        play(devices=devices)
