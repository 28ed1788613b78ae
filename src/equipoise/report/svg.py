"""A Matplotlib figure as SVG that can stand inside an HTML page beside others.

Matplotlib writes a document of its own: namespaces, a date, ids that repeat from figure to figure, a style that
would apply to the whole page, colours and fonts that know nothing of dark mode. All of that is changed here.
"""

from __future__ import annotations

import io
import re
import threading
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from equipoise.report.plots import _style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["inline_svg"]

_SETTINGS = {
    "font.size": 10.0,
    "svg.fonttype": "none",  # real text: small, searchable, in the fonts of the page
    "svg.image_inline": True,
    "text.parse_math": False,
    "axes.unicode_minus": True,
}
_VARIABLES = {
    _style.INK: "--ink",
    _style.MUTED: "--muted",
    _style.RULE: "--rule",
    _style.FAINT: "--faint",
    _style.SURFACE: "--surface",
    _style.BLUE: "--blue",
    _style.VERMILION: "--vermilion",
    _style.GREEN: "--green",
    _style.PURPLE: "--purple",
    _style.ORANGE: "--orange",
    _style.SKY: "--sky",
}
_HEX = re.compile("|".join(_VARIABLES))
_NUMBER = re.compile(r"-?\d+\.\d+")
_FONT = re.compile(r"font(?:-family)?:[^;]*")
_SIZE = re.compile(r"font:[^;']*?([\d.]+)px")
_LOCK = threading.Lock()  # Matplotlib's settings and Python's warning filters belong to the whole process


def inline_svg(draw: Callable[[], Axes], key: str, label: str) -> str:
    """Return what `draw` draws as one ``<svg>`` element.

    Parameters
    ----------
    draw : callable
        Makes a figure and returns its axes. It is called under the settings of the page, so that a reader's own
        Matplotlib settings change nothing.
    key : str
        A word that is unique on the page; all ids start with it.
    label : str
        What the figure shows, for those who cannot see it.

    Returns
    -------
    str
        The same bytes for the same figure and key.

    Examples
    --------
    >>> from equipoise.report import coefficient_path
    >>> inline_svg(lambda: coefficient_path([1.0, 0.1], [[0.0, 0.5]]), "path", "One coefficient")[:44]
    '<svg viewBox="0 0 345.6 230.4" role="img" ar'
    """
    root = ElementTree.fromstring(_draw(draw, key))
    size = root.get("viewBox", "")
    _trim(root)
    _rename(root, key)
    for element in root.iter():
        _restyle(element)
    root.attrib.clear()
    root.attrib.update({"viewBox": size, "role": "img", "aria-label": _style.clean(label, 2000)})
    return ElementTree.tostring(root, encoding="unicode")


def _draw(draw: Callable[[], Axes], key: str) -> str:
    import matplotlib as mpl
    import matplotlib.style
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    buffer = io.StringIO()
    with _LOCK, mpl.style.context([{**_SETTINGS, "svg.hashsalt": key}], after_reset=True), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*missing from font")  # the browser has other fonts
        figure = draw().get_figure(root=True)
        if figure is not None:
            for background in (figure.patch, *(axes.patch for axes in figure.axes)):
                background.set_visible(False)  # the page has one, light or dark
            canvas: Any = FigureCanvasSVG(figure)  # straight to the canvas: savefig would draw twice
            canvas.print_svg(buffer, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    return buffer.getvalue()


def _trim(parent: ElementTree.Element) -> None:
    """Drop namespaces, metadata and the global style."""
    for element in list(parent):
        _trim(element)
        empty = element.tag in ("defs", "g") and not len(element)
        if element.tag in ("metadata", "style") or empty:
            parent.remove(element)
    parent.tag = parent.tag.rpartition("}")[2]
    parent.tail = parent.tail and parent.tail.strip()
    parent.text = parent.text if parent.tag in ("text", "tspan") else None


def _rename(root: ElementTree.Element, key: str) -> None:
    """Prefix the ids that something refers to, and drop the others."""
    for element in root.iter():
        for name in list(element.attrib):
            value = element.attrib[name]
            if name.endswith("}href"):
                del element.attrib[name]
                element.set("href", f"#{key}-{value[1:]}" if value.startswith("#") else value)
            elif value.startswith("url(#"):
                element.set(name, f"url(#{key}-{value[5:]}")
        if "id" in element.attrib:
            if element.tag == "g":
                del element.attrib["id"]
            else:
                element.set("id", f"{key}-{element.attrib['id']}")


def _restyle(element: ElementTree.Element) -> None:
    """Hand colours and fonts over to the page, and shorten coordinates to what a screen can show."""
    if "d" in element.attrib:
        element.set("d", " ".join(_NUMBER.sub(_short, element.attrib["d"]).split()))
    style = element.get("style")
    if style:
        size = _SIZE.search(style)
        style = _FONT.sub("", style) if size is None else _FONT.sub(f"font-size: {size[1]}px", style)
        element.set("style", _HEX.sub(lambda m: f"var({_VARIABLES[m[0]]}, {m[0]})", style))


def _short(match: re.Match[str]) -> str:
    return f"{float(match[0]):.2f}".rstrip("0").rstrip(".")
