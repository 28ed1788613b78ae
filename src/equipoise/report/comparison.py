"""Generators of images side by side as one HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from equipoise.report.embed import embedded_json
from equipoise.report.pages import check_format, template
from equipoise.report.views._read import items, word
from equipoise.report.views.comparison import contenders, facts, notes, picture, rows

__all__ = ["comparison_page"]

_FORMAT = "equipoise.image_comparison/1"
_PICTURES = ("pictures", "real")


def comparison_page(record: Mapping[str, Any]) -> str:
    """Return a comparison as HTML that needs no other file, no script and no network.

    Parameters
    ----------
    record : mapping
        As in ``comparison.json``; whatever is absent from it is absent from the page.

    Raises
    ------
    InputError
        If the record is of another format.

    Examples
    --------
    >>> comparison_page({"format": "equipoise.image_comparison/1"})[:15]
    '<!doctype html>'
    """
    check_format(record, _FORMAT)
    numbers = {key: value for key, value in record.items() if key not in _PICTURES}
    numbers["contenders"] = [
        {key: value for key, value in entry.items() if key not in _PICTURES} for entry in items(record, "contenders")
    ]
    return template("comparison.html.j2").render(
        verdict=word(record, "verdict", limit=300),
        decided=record.get("nearer") is not None,
        facts=facts(record),
        notes=notes(record),
        contenders=contenders(record),
        rows=rows(record),
        real=picture(record.get("real")),
        embedded=embedded_json(numbers),
    )
