"""Files: what is saved samples alike, and what is damaged is named."""

from __future__ import annotations

import json
import os
import struct

import numpy as np
import pytest

from equipoise.errors import InputError
from equipoise.tables import TableMarginals, TableMixture, TableTrees, TableVAE, load


@pytest.fixture(scope="module")
def saved(mixed, tmp_path_factory):
    """Bytes of a file with weights, codec and texts."""
    path = tmp_path_factory.mktemp("saved") / "model.eq"
    # a NumPy integer among the settings, as a loop over np.arange(10) gives
    TableVAE(steps=3, hidden=16, bins=8, batch=32, seed=np.int64(2)).fit(mixed).save(path)
    return path.read_bytes()


def test_frames_come_back_as_frames(tmp_path):
    import pandas as pd

    frame = pd.DataFrame({"a": [1, 2] * 5, "b": ["x", None] * 5, "t": pd.date_range("2020-01-01", periods=10)})
    fitted = TableMarginals().fit(frame)
    fitted.save(tmp_path / "m")
    synthetic = load(tmp_path / "m").sample(6)
    pd.testing.assert_frame_equal(synthetic, fitted.sample(6), check_dtype=False)


def damaged(path, change):
    """Rewrite the file's header and arrays by a function of (header, arrays)."""
    from safetensors.numpy import load as read
    from safetensors.numpy import save as write

    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["equipoise"])
    arrays = {name: array.copy() for name, array in read(content).items()}
    change(header, arrays)
    path.write_bytes(write(arrays, metadata={"equipoise": json.dumps(header)}))


def other(part, key, value):
    return lambda header, arrays: (header if part == "header" else arrays).__setitem__(key, value)


HEAD = "model.head.bias"
DAMAGES = {
    "format": other("header", "format", "equipoise.synthesizer/99"),
    "class": other("header", "id", "os.system"),
    "class of another type": other("header", "id", ["table-gan"]),
    "setting absent": lambda header, arrays: header["settings"].pop("seed"),
    "setting added": lambda header, arrays: header["settings"].update(evil=1),
    "codec absent": lambda header, arrays: header.pop("codec"),
    "kind": lambda header, arrays: header["codec"]["columns"][0].update(kind="number"),
    "bins": lambda header, arrays: header["codec"].update(bins=2**40),
    "columns": lambda header, arrays: header["codec"].update(columns=[]),
    "one column fewer": lambda header, arrays: header["codec"]["columns"].pop(),
    "levels": lambda header, arrays: header["codec"]["columns"][0].update(levels=["a"] * 90),
    "hidden": lambda header, arrays: header["settings"].update(hidden=17),
    "library": lambda header, arrays: header["origin"].update(library="antigravity"),
    "array absent": lambda header, arrays: arrays.pop(HEAD),
    "array added": other("arrays", "model.more", np.zeros(3, np.float32)),
    "array shape": other("arrays", HEAD, np.zeros(3, np.float32)),
    "array dtype": lambda header, arrays: arrays.update({HEAD: arrays[HEAD].astype(np.float64)}),
    "NaN": lambda header, arrays: arrays[HEAD].__setitem__(0, np.nan),
    "starts": lambda header, arrays: arrays["codec.1.starts"].__setitem__(-1, 10**6),
    "slot": lambda header, arrays: arrays["codec.1.slot"].__setitem__(0, 99),
    "code": lambda header, arrays: arrays["codec.0.pool"].__setitem__(0, 77.0),
    "counts": lambda header, arrays: arrays["codec.2.counts"].__setitem__(0, -4),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_every_inconsistency_is_named(damage, tmp_path, saved):
    path = tmp_path / "model.eq"
    path.write_bytes(saved)
    damaged(path, damage)
    with pytest.raises(InputError, match=r"model\.eq"):
        load(path)


TREE_DAMAGES = {
    "a node that leads back": ("left", 0),
    "a node that leads out": ("right", 10**6),
    "a column that is not there": ("feature", 99),
    "a slot that is not there": ("slot", 99),
    "a leaf without rows": ("count", 0),
    "entries out of order": ("start", 10**6),
    "a column twice": ("order", 99),
    "a tree without nodes": ("nodes", 0),
}


@pytest.mark.parametrize(("name", "value"), TREE_DAMAGES.values(), ids=TREE_DAMAGES)
def test_trees_that_would_lead_astray_are_refused(name, value, tmp_path, mixed):
    path = tmp_path / "model.eq"
    TableTrees(bins=8).fit(mixed).save(path)

    def change(header, arrays):
        array = arrays[f"model.{name}"]
        array[np.flatnonzero(arrays["model.feature"] >= 0)[0] if name in ("left", "right", "feature") else 0] = value

    damaged(path, change)
    with pytest.raises(InputError, match=r"model\.eq"):
        load(path)


@pytest.mark.parametrize(("name", "value"), [("law", -0.1), ("law", 7.0), ("weight", 3.0)])
def test_laws_that_are_none_are_refused(name, value, tmp_path, mixed):
    path = tmp_path / "model.eq"
    TableMixture(components=3, bins=8).fit(mixed).save(path)
    damaged(path, lambda header, arrays: arrays[f"model.{name}"].__setitem__(0, value))
    with pytest.raises(InputError, match=r"model\.eq"):
        load(path)


def test_an_unchanged_rewrite_still_loads(tmp_path, saved):
    path = tmp_path / "model.eq"
    path.write_bytes(saved)
    damaged(path, lambda header, arrays: None)
    assert len(load(path).sample(3)) == 3


def test_truncated_files_are_refused(tmp_path, mixed):
    path = tmp_path / "model.eq"
    TableMarginals(bins=8).fit(mixed).save(path)
    content = path.read_bytes()
    for length in (0, 5, 8, 60, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(InputError, match=r"model\.eq"):
            load(path)


def test_foreign_and_absent_files(tmp_path):
    import pickle

    (tmp_path / "pickle").write_bytes(pickle.dumps({"a": 1}))
    (tmp_path / "text").write_text("a,b\n1,2\n")
    for name in ("pickle", "text", "absent", "."):
        with pytest.raises(InputError):
            load(tmp_path / name)


def test_a_failed_write_leaves_the_old_file(tmp_path, mixed, monkeypatch):
    path = tmp_path / "model.eq"
    fitted = TableMarginals(bins=8).fit(mixed)
    fitted.save(path)
    before = path.read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="No space left"):
        fitted.save(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["model.eq"]


def test_unwritable_folder_and_unfitted(tmp_path, mixed):
    with pytest.raises(InputError, match="cannot write"):
        TableMarginals().fit(mixed).save(tmp_path / "no" / "such" / "model.eq")
    with pytest.raises(InputError, match="fit"):
        TableMarginals().save(tmp_path / "model.eq")
