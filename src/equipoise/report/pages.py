"""What the pages share: templates, and the check that a record is the one that a page draws."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from equipoise.errors import InputError

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["check_format", "template"]


@cache
def template(name: str) -> Template:
    """Return a template of this room; what it is given is escaped, and what it lacks is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("equipoise.report")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(name)


def check_format(record: Any, known: str) -> None:
    """Refuse what is no record of a format such as "equipoise.trial/1"; one that names no format passes.

    Raises
    ------
    InputError
    """
    if not isinstance(record, Mapping) or record.get("format", known) != known:
        kind = known.removeprefix("equipoise.").partition("/")[0].removeprefix("image_")
        raise InputError(f"This is no record of the format {known!r}; give the content of {kind}.json.")
