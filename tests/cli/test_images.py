"""The commands of images: exit codes, files, and one sentence an error."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

import equipoise as eq
from equipoise.cli import run
from equipoise.errors import InputError


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Digits 0 and 1 as pictures, in sub-folders."""
    place, digits = tmp_path_factory.mktemp("pictures"), load_digits()
    for number in np.flatnonzero(digits.target < 2)[:60]:
        label = place / str(digits.target[number])
        label.mkdir(exist_ok=True)
        Image.fromarray((digits.images[number] * 15).astype(np.uint8)).save(label / f"{number:04}.png")
    return place


@pytest.fixture(scope="module")
def fitted(folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("fitted") / "vae"
    assert run(["images", "fit", str(folder), "--method", "vae", "--steps", "32", "--out", str(out), "--json"]) == 0
    return out


def size_of(path):
    with Image.open(path) as picture:
        return picture.size


def test_fit_writes_a_model_and_grids_as_it_goes(fitted, folder, capsys):
    assert run(["images", "fit", str(folder), "--method", "vae", "--steps", "32", "--out", str(fitted), "--json"]) == 0
    said = capsys.readouterr()  # the run was over: nothing is trained again
    facts = {
        "method": "vae",
        "steps": 32,
        "ended": "",
        "looks": [],
        "classes": {"0": 31, "1": 29},
        "clusters": 0,
        "out": str(fitted),
    }
    assert json.loads(said.out) == facts
    assert eq.load(fitted / "model.eq").sample(2).shape == (2, 8, 8)
    assert [path.name for path in (fitted / "samples").glob("*.png")] == ["step-000000032.png"]
    assert size_of(fitted / "samples.png")[0] == 2 * 67 - 3
    assert run(["images", "fit", str(folder), "--method", "vae", "--steps", "64", "--out", str(fitted)]) == 1
    assert "holds a run with steps=32, not 64" in capsys.readouterr().err


def test_samples_are_files_by_label_or_one_picture(fitted, tmp_path, capsys):
    model = str(fitted / "model.eq")
    assert run(["images", "sample", model, "-n", "5", "--out", str(tmp_path / "many"), "--seed", "3"]) == 0
    assert capsys.readouterr().out.startswith("5 pictures\n")
    read = eq.images.read_folder(tmp_path / "many")
    assert read.labels.tolist() == ["0", "0", "0", "1", "1"]
    expected = eq.load(model).sample(5, y=["0", "1", "0", "1", "0"], seed=3)
    np.testing.assert_array_equal(read.images, expected[[0, 2, 4, 1, 3]])
    assert run(["images", "sample", model, "-n", "4", "--label", "1", "--out", str(tmp_path / "one.png")]) == 0
    assert size_of(tmp_path / "one.png") == (131, 131)


def test_evaluate_prints_a_table_or_the_record(fitted, folder, tmp_path, capsys):
    arguments = ["images", "evaluate", str(folder), str(fitted / "model.eq"), "--holdout", str(folder)]
    assert run([*arguments, "--features", "random-convolutions", "--out", str(tmp_path / "r.json")]) == 0
    said = capsys.readouterr()
    assert "features: random convolutions" in said.out
    assert "evaluate:" in said.err
    assert json.loads((tmp_path / "r.json").read_text())["images"] == {"train": 60, "test": 60, "synthetic": 60}


@pytest.mark.parametrize(
    "arguments",
    [
        ["images", "fit", "x"],
        ["images", "fit", "x", "--out", "m", "--steps", "5", "--minutes", "1"],
        ["images", "fit", "x", "--out", "m", "--method", "diffusion"],
        ["images", "sample", "x", "-n", "0", "--out", "m"],
        ["images", "evaluate", "x"],
    ],
)
def test_wrong_use_exits_with_2(arguments, capsys):
    assert run(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fit", "absent", "--out", "m"], "there is no folder absent"),
        (["fit", "{folder}", "--out", "{model}"], "is a file"),
        (["fit", "{single}", "--out", "m"], "1 images: there is no variety"),
        (["fit", "{same}", "--out", "m"], "all 3 images are the same"),
        (["fit", "{broken}", "--out", "m"], "2 of 2 files"),
        (["sample", "absent", "--out", "s"], "cannot read absent"),
        (["sample", "{model}", "--label", "7", "--out", "s"], "'7'; known are '0', '1'"),
        (["evaluate", "{folder}", "{single}"], "too few"),
    ],
)
def test_pictures_that_cannot_be_used_exit_with_1(
    arguments, message, fitted, folder, tmp_path_factory, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    places = {"folder": folder, "model": fitted / "model.eq"}
    for name, shades in (("single", [3]), ("same", [3, 3, 3]), ("broken", [])):
        places[name] = tmp_path_factory.mktemp(name)
        for number, shade in enumerate(shades):
            Image.new("L", (8, 8), shade).save(places[name] / f"{number}.png")
    for name in ("a.png", "b.jpg"):
        (places["broken"] / name).write_bytes(b"no picture")
    assert run(["images", *(part.format(**places) for part in arguments)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert message in said.err
    assert "Traceback" not in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_label_that_is_no_name_of_a_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="no name of a folder"):
        eq.images.write_folder(np.zeros((1, 4, 4), np.uint8), ["../out"], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_compare_writes_a_page_and_both_generators(folder, tmp_path, capsys):
    out = tmp_path / "compared"
    assert run(["images", "compare", str(folder), "--steps", "2", "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert "log likelihood (bound)" in said.out
    assert "compare:" in said.err
    assert {path.name for path in out.iterdir()} == {"comparison.html", "comparison.json", "gan.eq", "vae.eq"}
    assert [contender["steps"] for contender in json.loads((out / "comparison.json").read_text())["contenders"]] == [
        2,
        2,
    ]
    assert run(["images", "compare", str(folder), "--steps", "2", "--minutes", "1"]) == 2


@pytest.mark.parametrize("method", ["probe", "closed-form", "principal"])
def test_explain_writes_a_strip_a_direction(method, fitted, tmp_path, capsys):
    out = tmp_path / "meaning"
    assert run(["images", "explain", str(fitted / "model.eq"), "--method", method, "--out", str(out)]) == 0
    assert "stroke width" in capsys.readouterr().out
    record = json.loads((out / "explain.json").read_text())
    assert len(record) == 5
    assert sorted(path.stem for path in out.glob("*.png")) == sorted(
        entry["name"].replace(" ", "-") for entry in record
    )
