"""One way to read what any room saved: the file says of which kind it is.

Stands above the rooms of the data domains, and imports the one that a file asks for.
"""

from __future__ import annotations

from os import PathLike
from typing import Any

from equipoise.tensors import read_header

__all__ = ["load"]


def load(path: str | PathLike[str]) -> Any:
    """Read a synthesizer of tables or a generator of images from the file that its ``save`` wrote.

    Parameters
    ----------
    path : path

    Returns
    -------
    Synthesizer or ImageGenerator
        Ready to sample; the same seed gives what the saved one would have given.

    Raises
    ------
    InputError
        If the file is absent, damaged, of another format or not consistent in itself; nothing in it is ever run.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from equipoise.data import embedded
    >>> from equipoise.tables import TableMarginals
    >>> place = tempfile.TemporaryDirectory()
    >>> TableMarginals().fit(embedded("iris")).save(pathlib.Path(place.name) / "iris.eq")
    >>> len(load(pathlib.Path(place.name) / "iris.eq").sample(10))
    10
    >>> place.cleanup()
    """
    header = read_header(path)
    form = header.get("format") if isinstance(header, dict) else None  # the reader of tables says what is wrong
    if isinstance(form, str) and form.startswith("equipoise.images/"):
        from equipoise.images.files import load as load_images

        return load_images(path)
    from equipoise.tables import load as load_tables

    return load_tables(path)
