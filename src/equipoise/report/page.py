"""One study as one HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from equipoise.errors import InputError
from equipoise.report.embed import embedded_json
from equipoise.report.pages import template
from equipoise.report.views.arms import arm_table, gap_figure
from equipoise.report.views.constrain import path_figure, selection_figure
from equipoise.report.views.data import data
from equipoise.report.views.run import run
from equipoise.report.views.synthetic import synthesizers
from equipoise.report.views.verdicts import verdicts

__all__ = ["study_page"]

_FORMAT = "equipoise.study/1"


def study_page(record: Mapping[str, Any]) -> str:
    """Return a study as HTML that needs no other file, no script and no network.

    The same record gives the same text. Whatever is absent from the record is absent from the page.

    Parameters
    ----------
    record : mapping
        A study record, as in ``study.json``.

    Returns
    -------
    str

    Raises
    ------
    InputError
        If `record` is not a mapping, or of another format.

    Examples
    --------
    >>> study_page({"format": "equipoise.study/1"})[:15]
    '<!doctype html>'
    """
    if not isinstance(record, Mapping):
        raise InputError(
            f"A study record is a mapping, this is a {type(record).__name__}; give the content of study.json."
        )
    if record.get("format", _FORMAT) != _FORMAT:
        raise InputError(f"The record has the format {record['format']!r}; this version draws {_FORMAT!r}.")
    return template("study.html.j2").render(
        data=data(record),
        verdicts=verdicts(record),
        arms=arm_table(record),
        gap=gap_figure(record),
        constrain=[figure for figure in (path_figure(record), selection_figure(record)) if figure is not None],
        synthesizers=synthesizers(record),
        run=run(record),
        embedded=embedded_json(record),
    )
