"""The page of a comparison shows what the record holds, and lets nothing out of its place."""

from __future__ import annotations

import pytest

from equipoise.errors import InputError
from equipoise.report.comparison import comparison_page

SCORE = {
    "name": "frechet",
    "label": "Frechet distance",
    "best": "low",
    "value": 3.25,
    "low": 2.5,
    "high": 4.0,
    "real": 1.5,
}
RECORD = {
    "format": "equipoise.image_comparison/1",
    "verdict": "neither is nearer",
    "nearer": None,
    "real": "AAAA",
    "contenders": [
        {"name": "ImageGAN", "steps": 1000, "seconds": 61.0, "pictures": {"samples": "BBBB"},
         "report": {"scores": [SCORE], "features": "<i>mine</i>", "findings": ["copies: 90%"]}},
        {"name": "ImageVAE", "likelihood": {"log_likelihood": 12.25, "elbo": 11.5, "active": 3, "latents": 16},
         "pictures": {"samples": "CCCC", "nearest": '" onerror="x'}, "report": {"scores": []}},
    ],
}  # fmt: skip


def test_the_page_shows_the_record():
    page = comparison_page(RECORD)
    for text in (
        "neither is nearer",
        "3.25",
        "2.50 to 4.00",
        "1.50",
        "copies: 90%",
        "1 min 1 s",
        "12.25",
        "3 of 16 latents",
    ):
        assert text in page
    assert page.count("data:image/png;base64,") == 3


def test_nothing_is_markup():
    page = comparison_page(RECORD)
    assert "<i>" not in page
    assert "onerror" not in page
    assert page.count("</script>") == 1
    assert "BBBB" not in page.rpartition("<script")[2]  # numbers only


def test_another_record_is_refused():
    with pytest.raises(InputError, match="image_comparison/1"):
        comparison_page({"format": "equipoise.study/1"})
