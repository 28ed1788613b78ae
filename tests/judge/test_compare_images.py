"""GAN against VAE: the same images put aside for both, pictures that are pictures, and a verdict that dares little."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

import equipoise as eq
from equipoise.errors import InputError
from equipoise.judge import compare_images
from equipoise.judge.compare_images import _put_aside

DIGITS = load_digits(n_class=2)


@pytest.fixture(scope="module")
def found():
    told = []
    made = eq.compare(DIGITS.images[:120], DIGITS.target[:120], steps=32, progress=lambda *now: told.append(now))
    assert told[0] == ("fitting ImageGAN", 0, 4)
    assert told[-1] == ("done", 4, 4)
    return made


def test_both_are_judged_on_the_same_images(found):
    gan, vae = (found.reports[name] for name in ("ImageGAN", "ImageVAE"))
    assert gan.reference == vae.reference
    assert gan.features == vae.features == "classifier trained on the real training images"
    assert found.images == {"training": 96, "put aside": 24}
    assert gan.images["synthetic"] == vae.images["synthetic"] == 96
    assert gan.values["frechet"] != vae.values["frechet"]
    assert [contender.likelihood is None for contender in found.contenders] == [True, False]
    assert found.generators["ImageVAE"].sample(2, y=1).shape == (2, 8, 8)


def test_what_is_put_aside_has_all_labels_and_hangs_on_the_seed():
    labels = np.array(["a"] * 50 + ["b"] * 49 + ["c"])
    aside = _put_aside(100, labels, 0)
    assert (labels[aside] == "a").sum() == pytest.approx(10, abs=1)
    assert not aside[-1]  # the only one of its label is learned from
    assert (aside != _put_aside(100, labels, 1)).any()


def test_the_record_is_json_and_its_pictures_are_pictures(found, tmp_path):
    record = json.loads(found.to_json())
    assert record["format"] == "equipoise.image_comparison/1"
    for contender in record["contenders"]:
        for name, height in (("samples", 6), ("nearest", 2), ("reconstructions", 2)):
            with Image.open(io.BytesIO(base64.b64decode(contender["pictures"][name]))) as picture:
                assert picture.size == (10 * 67 - 3, height * 67 - 3)
    assert "pictures" not in json.loads(found.to_json(pictures=False))["contenders"][0]
    page = found.to_html(tmp_path / "page.html").read_text()
    assert page.count("data:image/png;base64,") == 7
    assert "coverage" in found.table()


def test_a_winner_is_named_only_beyond_the_intervals(found):
    def with_ends(ends):
        contenders = []
        for contender, (low, high) in zip(found.contenders, ends, strict=True):
            scores = tuple(
                replace(score, value=(low + high) / 2, low=low, high=high) if score.name == "frechet" else score
                for score in contender.report.scores
            )
            contenders.append(replace(contender, report=replace(contender.report, scores=scores)))
        return replace(found, contenders=tuple(contenders))

    assert with_ends([(3.0, 4.0), (1.0, 2.0)]).nearer == "ImageVAE"
    assert with_ends([(1.0, 3.0), (2.0, 4.0)]).nearer is None
    assert "neither" in with_ends([(1.0, 3.0), (2.0, 4.0)]).verdict


def test_what_cannot_be_compared_is_refused(monkeypatch):
    monkeypatch.setattr(compare_images, "ImageGAN", None)  # nothing is fitted before the checks
    for arguments, why in (
        ({"images": DIGITS.images[:49]}, "49 images are too few"),
        ({"images": DIGITS.images, "labels": [1, 2]}, "labels has shape"),
        ({"images": DIGITS.images, "steps": 1, "minutes": 1}, "both given"),
        ({"images": DIGITS.images, "size": 8}, "size is for folders"),
    ):
        with pytest.raises(InputError, match=why):
            eq.compare(**arguments)
