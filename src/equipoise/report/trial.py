"""One trial of changed training rows as one HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from equipoise.report.embed import embedded_json
from equipoise.report.pages import check_format, template
from equipoise.report.views.trial import answer, facts, intervals, learners, notes

__all__ = ["trial_page"]

_FORMAT = "equipoise.trial/1"


def trial_page(record: Mapping[str, Any]) -> str:
    """Return a trial as HTML that needs no other file, no script and no network.

    Parameters
    ----------
    record : mapping
        As in ``trial.json``; whatever is absent from it is absent from the page.

    Raises
    ------
    InputError
        If the record is of another format.

    Examples
    --------
    >>> trial_page({"format": "equipoise.trial/1"})[:15]
    '<!doctype html>'
    """
    check_format(record, _FORMAT)
    verdict, tone, reason = answer(record)
    return template("trial.html.j2").render(
        verdict=verdict,
        tone=tone,
        reason=reason,
        facts=facts(record),
        notes=notes(record),
        figure=intervals(record),
        learners=learners(record),
        embedded=embedded_json(record),
    )
