"""Images as files: one PNG each, in sub-folders by label, as `equipoise.images.read_folder` reads them."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equipoise.errors import InputError
from equipoise.evaluate.images.pixels import Pixels, as_images
from equipoise.images.folder import pictures_in
from equipoise.images.picture import save_picture

__all__ = ["write_folder"]


def write_folder(images: NDArray[Any], labels: Sequence[Any] | None, folder: str | PathLike[str]) -> None:
    """Write images as 8-bit PNG files, numbered from 0 on.

    Parameters
    ----------
    images : ndarray of shape (n, height, width) or (n, height, width, channels)
        With 1, 3 or 4 channels.
    labels : sequence of length n, optional
        Names of the sub-folders.
    folder : path
        Made if it is not there; files of the same names are replaced, and it must hold no other pictures.

    Raises
    ------
    InputError
        If a label is no name of a folder or one is lacking, the channels are others, or the folder holds other pictures
        or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from equipoise.images import read_folder
    >>> place = tempfile.TemporaryDirectory()
    >>> write_folder(np.full((2, 4, 4), 7, np.uint8), ["cat", "dog"], place.name)
    >>> read_folder(place.name).labels.tolist()
    ['cat', 'dog']
    >>> place.cleanup()
    """
    from PIL import Image

    array, root = as_images(images), Path(folder)
    rows = np.rint(127.5 * (Pixels.of(array).encode(array) + 1.0)).astype(np.uint8)
    if rows.shape[3] not in (1, 3, 4):
        raise InputError(f"images have {rows.shape[3]} channels; a picture has 1, 3 or 4")
    names = [str(label) for label in labels] if labels is not None else None
    for name in sorted(set(names or ())):
        if name != Path(name).name or name in ("", "..") or "\\" in name or "\0" in name:
            raise InputError(f"the label {name!r} is no name of a folder")
    if names is not None and len(names) != len(rows):
        raise InputError(f"there are {len(names)} labels for {len(rows)} images; give one an image")
    digits = len(str(len(rows) - 1))
    files = [
        (root if names is None else root / names[number]) / f"{number:0{digits}}.png" for number in range(len(rows))
    ]
    if others := sorted({*pictures_in(root)} - {*files}):
        raise InputError(
            f"{root} holds {len(others)} other pictures, such as {others[0].relative_to(root)}, which would be mixed "
            "with the new ones; give another folder, or empty it"
        )
    try:
        for file, row in zip(files, rows, strict=True):
            file.parent.mkdir(parents=True, exist_ok=True)
            save_picture(Image.fromarray(row[..., 0] if row.shape[2] == 1 else row), file)
    except OSError as error:
        raise InputError(f"cannot write {root}: {error.strerror}; choose a writable folder") from None
