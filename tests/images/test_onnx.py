"""Features by a model in the ONNX format: what it is given, what is said where it cannot be used."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from equipoise.errors import InputError
from equipoise.evaluate.images import OnnxFeatures, evaluate_images


def runtime(shape, kind="tensor(float)", given=None):
    """A stand-in for ONNX Runtime, whose model gives the mean of each channel."""

    class InferenceSession:
        def __init__(self, content, providers):
            if content != b"model":
                raise RuntimeError("no graph")

        def get_inputs(self):
            return [SimpleNamespace(name="images", shape=shape, type=kind)]

        def run(self, outputs, feed):
            batch = feed["images"]
            if given is not None:
                given.append(batch)
            return [batch.mean(axis=(2, 3) if shape[1] in (1, 3) else (1, 2))]

    return SimpleNamespace(InferenceSession=InferenceSession)


@pytest.fixture
def model(tmp_path):
    (tmp_path / "net.onnx").write_bytes(b"model")
    return tmp_path / "net.onnx"


@pytest.mark.parametrize(
    ("shape", "kind", "wanted"),
    [
        (["n", 3, 16, 12], "tensor(float)", (64, 3, 16, 12)),
        (["n", 1, "h", "w"], "tensor(float)", (64, 1, 8, 8)),
        ([2, 8, 8, 3], "tensor(uint8)", (2, 8, 8, 3)),
    ],
)
def test_images_come_in_the_form_that_the_model_takes(monkeypatch, model, shape, kind, wanted):
    given = []
    monkeypatch.setitem(sys.modules, "onnxruntime", runtime(shape, kind, given))
    rows = np.linspace(-1, 1, 5, dtype=np.float32)[:, None, None, None] * np.ones((1, 8, 8, 1), np.float32)
    found = OnnxFeatures(model)(rows)
    assert given[0].shape == wanted
    assert given[0].dtype == (np.uint8 if "uint8" in kind else np.float32)
    scale = 255.0 if "uint8" in kind else 1.0
    np.testing.assert_allclose(found[:, 0] / scale, np.linspace(0, 1, 5), atol=0.01)
    assert len(found) == 5


def test_the_report_names_the_model(monkeypatch, model):
    monkeypatch.setitem(sys.modules, "onnxruntime", runtime(["n", 3, 8, 8]))
    images = np.random.default_rng(0).random((60, 8, 8, 3))
    report = evaluate_images(images[:20], images[20:40], images[40:], features=str(model))
    assert report.features.startswith("net.onnx, SHA-256 ")


def test_what_cannot_be_used_is_said(monkeypatch, model):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(InputError, match=r"needs ONNX Runtime; install it with pip install 'equipoise\[onnx\]'"):
        OnnxFeatures(model)
    monkeypatch.setitem(sys.modules, "onnxruntime", runtime(["n", 10]))
    with pytest.raises(InputError, match="not a batch of images"):
        OnnxFeatures(model)
    with pytest.raises(InputError, match="cannot read"):
        OnnxFeatures(model.with_name("absent.onnx"))
    model.write_bytes(b"else")
    with pytest.raises(InputError, match="not a model"):
        OnnxFeatures(model)
    monkeypatch.setitem(sys.modules, "onnxruntime", runtime(["n", 3, 8, 8]))
    model.write_bytes(b"model")
    with pytest.raises(InputError, match="3 channels, not of 2"):
        OnnxFeatures(model)(np.zeros((4, 8, 8, 2), np.float32))
