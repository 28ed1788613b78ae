"""The result of a study: a record of plain values, the best model, and how both are shown and kept."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equipoise.durable import replacing
from equipoise.judge.files import check_folder
from equipoise.judge.saved import SavedModel

__all__ = ["Study"]


@dataclass(frozen=True)
class Study:
    """What a study found.

    Attributes
    ----------
    record : dict
        All numbers, as ``study.json`` holds them; times under ``"times"``, and nowhere else.
    model : SavedModel
        The best arm, fitted on the rows that were not put aside.
    """

    record: dict[str, Any]
    model: SavedModel

    @property
    def best(self) -> str:
        """Name of the best arm."""
        return str(self.record["best"])

    def table(self) -> Any:
        """Return the arms as a data frame: pandas where it is installed, else `pyarrow.Table`."""
        from equipoise.judge.summary import arms_frame

        return arms_frame(self.record)

    def report(self, path: Path | str) -> Path:
        """Write the record as one HTML file that needs no other.

        Raises
        ------
        InputError
            If the place cannot be written.
        """
        from equipoise.report import write_study

        return write_study(self.record, path)

    def save(self, folder: Path | str) -> Path:
        """Write ``study.json``, ``report.html`` and ``model/`` into a folder, each whole or not at all.

        Raises
        ------
        InputError
            If the place cannot be written.
        """
        from equipoise.report import study_page

        place = check_folder(Path(folder))
        page = study_page(self.record)
        self.model.save(place / "model")
        for name, content in (("report.html", page), ("study.json", self.json())):
            with replacing(place / name) as draft:
                draft.write_text(content, encoding="utf-8")
        return place

    def json(self) -> str:
        """Return the record as text."""
        return json.dumps(self.record, indent=1, allow_nan=False) + "\n"

    def __str__(self) -> str:
        """Return the table of arms and the verdicts, at most 80 columns wide."""
        from equipoise.judge.summary import as_text

        return as_text(self.record)
