"""The command line: exit codes, one sentence an error, whole files or none."""

import json
import os
import signal
import subprocess
import sys
import time

import pyarrow as pa
import pyarrow.csv
import pytest
from sklearn.datasets import load_iris

from equipoise.cli import run
from equipoise.cli.progress import study_progress
from equipoise.cli.tables_out import write_arrow
from equipoise.errors import FindingWarning


@pytest.fixture(scope="module")
def iris(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "iris.csv"
    load_iris(as_frame=True).frame.to_csv(path, index=False)
    return path


def test_help_needs_no_heavy_library():
    code = "import sys; from equipoise.cli import run; run(['study', '--help'])"
    check = "; print({'jax', 'scipy', 'sklearn', 'pyarrow'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code + check], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"


@pytest.mark.parametrize(
    "command",
    [
        ["study"],
        ["fit"],
        ["predict"],
        ["evaluate"],
        ["trial"],
        ["synth"],
        ["synth", "fit"],
        ["synth", "sample"],
        ["images"],
        ["images", "fit"],
        ["images", "sample"],
        ["images", "evaluate"],
        ["images", "compare"],
        ["images", "explain"],
        [],
    ],
)
def test_every_command_has_help(command, capsys):
    assert run([*command, "--help"]) == 0
    assert "Usage: equipoise" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["study", "--budget", "huge"],
        ["study", "--unknown"],
        ["study", "x.csv"],
        ["study", "x.csv", "--target", "y", "--groups", "a", "--time", "b"],
        ["study", "--seed", "-1"],
        ["fit", "x.csv"],
        ["evaluate", "x.csv"],
        ["evaluate", "x.csv", "y.csv", "--seed", "-1"],
        ["nothing"],
        ["synth", "sample", "x", "-n", "0", "--out", "y.csv"],
        ["synth", "fit", "x.csv", "--method", "marginals", "--steps", "5", "--out", "m"],
        ["synth", "fit", "x.csv", "--method", "auto", "--refine", "--out", "m"],
    ],
)
def test_wrong_use_exits_with_2(arguments, capsys):
    assert run(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.strip().splitlines()) == 1


def test_a_wrong_option_points_to_the_help_of_its_command(capsys):
    assert run(["synth", "sample", "x", "-n", "-3", "--out", "y.csv"]) == 2
    said = capsys.readouterr().err
    assert "Must be >= 1; run 'equipoise synth sample --help'" in said


def test_each_round_shows_its_progress(capsys):
    with study_progress("trial") as tell:
        for _ in range(2):
            for done in range(11):
                tell("knn", done, 10)
    assert len(capsys.readouterr().err.splitlines()) == 22


@pytest.mark.parametrize("label", ["NA", "", " x "])
def test_labels_that_a_text_file_loses_are_told(label, tmp_path, recwarn):
    table = pa.table({"name": [label, "b"], "n": [1, 2]})
    write_arrow(table, tmp_path / "t.parquet")
    assert not recwarn.list
    with pytest.warns(FindingWarning, match=f"column 'name' holds {label!r}, which t.csv does not keep"):
        write_arrow(table, tmp_path / "t.csv")


def test_a_warning_of_the_library_is_one_line(tmp_path):
    code = "import sys; from equipoise.cli import main; sys.argv[1:] = {}; main()"
    made, out = tmp_path / "m.eq", tmp_path / "o.csv"
    table = pa.table({"a": ["NA", "x"] * 20})
    write_arrow(table, tmp_path / "t.parquet")
    assert run(["synth", "fit", str(tmp_path / "t.parquet"), "--method", "marginals", "--out", str(made)]) == 0
    words = ["synth", "sample", str(made), "-n", "20", "--out", str(out)]
    done = subprocess.run([sys.executable, "-c", code.format(words)], capture_output=True, text=True, check=True)
    assert done.stderr.startswith("equipoise: column 'a' holds 'NA', which o.csv does not keep")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["study", "absent.csv", "--target", "y"], "no file absent.csv"),
        (["study", "{iris}", "--target", "color"], "'color' is not a column"),
        (["fit", "{iris}", "--target", "color", "--out", "m"], "'color' is not a column"),
        (["predict", "absent", "{iris}", "--out", "p.csv"], "holds no model"),
        (["predict", "absent", "{iris}", "--out", "p.xls"], "'.xls'"),
        (["synth", "sample", "absent", "-n", "3", "--out", "p.csv"], "absent"),
        (["study", "--out", "{iris}"], "is a file"),
        (["evaluate", "{iris}", "absent.csv"], "no file absent.csv"),
        (["evaluate", "{iris}", "{iris}", "--out", "{iris}"], "is a file"),
        (["evaluate", "{iris}", "{iris}", "--target", "color"], "'color' is not a column"),
        (["evaluate", "{iris}", "{iris}", "--out", "{iris}/sub"], "is a file; choose a place in a folder"),
        (["synth", "fit", "{iris}", "--method", "marginals", "--out", "{iris}/x.eq"], "is a file; choose a place"),
    ],
)
def test_data_that_cannot_be_used_exits_with_1(arguments, message, iris, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run([part.format(iris=iris) for part in arguments]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert message in said.err
    assert "Traceback" not in said.err
    assert list(tmp_path.iterdir()) == []


def test_fit_and_predict(iris, tmp_path, capsys):
    model, out = tmp_path / "model", tmp_path / "p.csv"
    assert run(["fit", str(iris), "--target", "target", "--model", "l1", "--out", str(model), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["task"] == "multiclass"
    assert run(["predict", str(model), str(iris), "--out", str(out)]) == 0
    table = pyarrow.csv.read_csv(out)
    assert table.column_names == ["prediction", "p(0)", "p(1)", "p(2)"]
    truth = load_iris().target
    assert (table["prediction"].to_numpy() == truth).mean() > 0.9


@pytest.mark.parametrize("suffix", ["csv", "tsv", "parquet", "jsonl"])
def test_synthesize(iris, tmp_path, suffix):
    from equipoise.data import read_table

    model, out = tmp_path / "m.eq", tmp_path / f"rows.{suffix}"
    assert run(["synth", "fit", str(iris), "--method", "marginals", "--out", str(model)]) == 0
    assert run(["synth", "sample", str(model), "-n", "7", "--seed", "1", "--out", str(out)]) == 0
    rows = read_table(out)
    assert len(rows) == 7
    assert rows.names[-1] == "target"


def test_synthesize_behind_a_door_and_by_choice(iris, tmp_path, capsys):
    model = tmp_path / "m.eq"
    assert run(["synth", "fit", str(iris), "--method", "mixture", "--refine", "--json", "--out", str(model)]) == 0
    assert 0 < json.loads(capsys.readouterr().out)["acceptance"] <= 1
    assert run(["synth", "fit", str(iris), "--method", "auto", "--out", str(tmp_path / "a.eq")]) == 0
    assert "hardest to tell" in capsys.readouterr().out
    assert run(["synth", "sample", str(model), "-n", "5", "--out", str(tmp_path / "r.csv")]) == 0


def test_evaluate_prints_a_table_or_the_record(iris, tmp_path, capsys):
    out, half = tmp_path / "evaluation", tmp_path / "half.csv"
    lines = iris.read_text().splitlines()
    half.write_text("\n".join([lines[0], *lines[1::2]]) + "\n")
    arguments = ["evaluate", str(half), str(half), "--out", str(out)]
    assert run(arguments) == 0
    said = capsys.readouterr()
    assert "Trend" in said.out
    assert "--holdout" in said.out
    assert all(len(line) <= 80 for line in said.out.splitlines()[:-1])
    assert "evaluate:" in said.err
    assert run([*arguments, "--holdout", str(half), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((out / "evaluation.json").read_text())
    assert printed["rows"] == {"train": 75, "held out": 75, "synthetic": 75}
    assert sorted(path.name for path in out.iterdir()) == ["evaluation.html", "evaluation.json"]


@pytest.fixture
def marginals_only(monkeypatch):
    import functools

    from equipoise import judge
    from equipoise.judge import budget

    monkeypatch.setattr(judge, "study", functools.partial(judge.study, synthesizers=["TableMarginals"]))
    monkeypatch.setitem(budget.BUDGETS, "quick", budget.Budget(3, (), 2, 8, 8, 60))


def test_study_prints_a_table_or_the_record(iris, tmp_path, capsys, marginals_only):
    out = tmp_path / "study"
    arguments = ["study", str(iris), "--target", "target", "--budget", "quick"]
    assert run([*arguments, "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert "No penalty" in said.out
    assert all(len(line) <= 80 for line in said.out.splitlines()[:-1])
    assert "study:" in said.err
    assert run([*arguments, "--json"]) == 0
    printed, kept = json.loads(capsys.readouterr().out), json.loads((out / "study.json").read_text())
    assert {**printed, "times": 0} == {**kept, "times": 0}
    assert kept["reproduce"]["command"].startswith("equipoise study ")


def test_an_interrupt_that_comes_out_as_another_error_is_one():
    program = """
import os, signal, time
from equipoise import cli

def run():
    try:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)
    except KeyboardInterrupt:
        raise ValueError("not a valid buffer") from None

cli.run = run
cli.main()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert done.stderr == "equipoise: interrupted; no file was left half-written\n"


@pytest.mark.parametrize("name", ["study", "evaluate"])
def test_an_interrupt_leaves_nothing(iris, tmp_path, name):
    words = {"study": [iris], "evaluate": [iris, iris, "--holdout", iris]}[name]
    command = [sys.executable, "-m", "equipoise", name, *words, "--target", "target", "--out", tmp_path / "s"]
    settings = {"stderr": subprocess.PIPE, "text": True, "env": {**os.environ, "OMP_NUM_THREADS": "1"}}
    with subprocess.Popen(command, **settings) as process:  # closes the pipe, too
        assert process.stderr is not None
        assert process.stderr.readline().startswith(f"{name}:")  # it is at work
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait(60) == 130
    assert "interrupted" in rest
    assert "Traceback" not in rest
    assert list(tmp_path.iterdir()) == []
