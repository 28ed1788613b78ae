"""`equipoise trial`: table on stdout, progress on stderr, and the same bytes after a kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from sklearn.datasets import load_iris

from equipoise.cli import run

OPTIONS = ["--target", "target", "--learners", "logistic", "--arms", "real,jitter,synthetic", "--folds", "4"]
OPTIONS += ["--repeats", "1", "--inner", "2"]


@pytest.fixture(scope="module")
def flowers(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "flowers.csv"
    load_iris(as_frame=True).frame.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def whole(flowers, tmp_path_factory):
    out = tmp_path_factory.mktemp("whole")
    assert run(["trial", str(flowers), *OPTIONS, "--out", str(out)]) == 0
    return out


def test_a_killed_run_goes_on_and_ends_with_the_same_bytes(flowers, whole, tmp_path):
    out = tmp_path / "out"
    words = [sys.executable, "-m", "equipoise", "trial", str(flowers), *OPTIONS, "--out", str(out)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    done = out / "done.jsonl"
    while process.poll() is None and not (done.exists() and done.read_bytes().count(b"\n") > 3):
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    before = done.read_bytes()
    assert not (out / "trial.json").exists()
    assert run(["trial", str(flowers), *OPTIONS, "--out", str(out)]) == 0
    assert done.read_bytes().startswith(before[: before.rfind(b"\n") + 1])
    for name in ("trial.json", "done.jsonl"):
        assert (out / name).read_bytes() == (whole / name).read_bytes()


def test_the_table_is_on_stdout_and_progress_on_stderr(flowers, tmp_path, capsys):
    words = ["trial", str(flowers), "--target", "target", "--learners", "logistic", "--arms", "real,duplicates"]
    assert run([*words, "--repeats", "1"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("no evidence: ")
    assert max(map(len, said.out.splitlines())) <= 80
    assert "trial: 0 of 10" in said.err
    assert run([*words, "--repeats", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["format"] == "equipoise.trial/1"


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ([], 2, "no target is given"),
        (["--target", "target", "--folds", "1"], 2, "folds"),
        (["--target", "target", "--arms", "real,magic"], 1, "arm 'magic' is not known"),
        (["--target", "target", "--learners", ""], 1, "learners is empty"),
        (["--target", "color"], 1, "'color' is not a column"),
        (["--target", "target", "--rows", "20,many"], 2, "--rows 20,many: 'many' is not a whole number"),
        (["--target", "target", "--rows", "3"], 2, "'3' is not a whole number from 4 on"),
        (["--target", "target", "--rows", ","], 2, "',' is not a whole number"),
        (["--target", "target", "--rows", "60,20"], 1, "rows=[60, 20] do not grow"),
        (["--target", "target", "--rows", "20", "--minority", "5,9"], 1, "give one of them"),
    ],
)
def test_wrong_use_is_one_sentence(flowers, options, code, message, capsys):
    assert run(["trial", str(flowers), *options]) == code
    said = capsys.readouterr().err.strip()
    assert message in said
    assert len(said.splitlines()) == 1


def test_an_interrupt_says_that_the_run_can_go_on(flowers, tmp_path, monkeypatch, capsys):
    from equipoise.judge import trial_store

    plain = trial_store.Store.add

    def add(self, key, value):
        plain(self, key, value)
        if key.startswith("synthetic"):
            raise KeyboardInterrupt

    monkeypatch.setattr(trial_store.Store, "add", add)
    assert run(["trial", str(flowers), *OPTIONS, "--out", str(tmp_path)]) == 130
    said = capsys.readouterr().err
    assert f"{tmp_path} holds it; the same call goes on from there" in said
    assert not (tmp_path / "trial.json").exists()


def test_another_trial_is_not_mixed_in(flowers, whole, capsys):
    assert run(["trial", str(flowers), *OPTIONS, "--out", str(whole), "--seed", "1"]) == 1
    assert "belongs to other data or settings" in capsys.readouterr().err


def test_several_numbers_of_rows_are_a_curve(flowers, tmp_path, capsys):
    words = ["trial", str(flowers), "--target", "target", "--learners", "logistic", "--arms", "real,jitter"]
    words += ["--repeats", "1", "--folds", "3", "--inner", "0", "--out", str(tmp_path)]
    assert run([*words, "--rows", "20,60"]) == 0
    shown = capsys.readouterr().out
    assert "by the number of real rows" in shown
    assert max(map(len, shown.splitlines())) <= 80
    record = json.loads((tmp_path / "curve.json").read_text())
    assert record["rows"] == [20, 60]
    assert record["trials"][1] == json.loads((tmp_path / "60" / "trial.json").read_text())
    assert (tmp_path / "20" / "report.html").exists()
    assert (tmp_path / "curve-logistic.png").read_bytes().startswith(b"\x89PNG")
    assert run([*words, "--minority", "7,20", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["minority"] == [7, 20]
