"""One evaluation of a synthetic table as one HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from equipoise.report.embed import embedded_json
from equipoise.report.pages import check_format, template
from equipoise.report.views.evaluation import answers, facts, faults, groups, notes, ranges
from equipoise.report.views.synthetic import synthesizers

__all__ = ["evaluation_page"]

_FORMAT = "equipoise.evaluation/1"


def evaluation_page(record: Mapping[str, Any]) -> str:
    """Return an evaluation as HTML that needs no other file, no script and no network.

    Parameters
    ----------
    record : mapping
        As in ``evaluation.json``; whatever is absent from it is absent from the page.

    Raises
    ------
    InputError
        If the record is of another format.

    Examples
    --------
    >>> evaluation_page({"format": "equipoise.evaluation/1"})[:15]
    '<!doctype html>'
    """
    check_format(record, _FORMAT)
    return template("evaluation.html.j2").render(
        answers=answers(record),
        facts=facts(record),
        notes=notes(record),
        figure=ranges(record),
        groups=groups(record),
        columns=faults(record, "columns"),
        pairs=faults(record, "pairs"),
        drawn=synthesizers({"synthetic": [record.get("drawings")]}),
        embedded=embedded_json(record),
    )
