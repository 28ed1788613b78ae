"""The commands and what they have in common."""

from __future__ import annotations

import importlib
from typing import Any

from cyclopts import App

from equipoise import __version__

__all__ = ["app"]

app = App(
    name="equipoise",
    help="Two strategies against overfitting, constrain and generate, and an honest judge of both.",
    version=__version__,
    help_format="markdown",
    suppress_keyboard_interrupt=False,
)
_synth = App(name="synth", help="Fit a synthesizer of tables, and sample from it.", help_format="markdown")

_images = App(name="images", help="Fit a generator of images, sample from it, and judge it.", help_format="markdown")

_COMMANDS: tuple[tuple[App, str, str], ...] = (
    (app, "study", "study"),
    (app, "fit", "fit"),
    (app, "predict", "predict"),
    (app, "evaluate", "evaluate"),
    (app, "trial", "trial"),
    (_synth, "synth_fit", "fit"),
    (_synth, "synth_sample", "sample"),
    (_images, "images_fit", "fit"),
    (_images, "images_sample", "sample"),
    (_images, "images_evaluate", "evaluate"),
    (_images, "images_compare", "compare"),
    (_images, "images_explain", "explain"),
)


def _command(module: str) -> Any:
    return getattr(importlib.import_module(f"equipoise.cli.{module}"), module)


for parent, module, name in _COMMANDS:
    parent.command(_command(module), name=name)
app.command(_synth)
app.command(_images)
