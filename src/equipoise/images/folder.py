"""A folder of pictures as one array: each file is read, or named with what is wrong with it.

Sub-folders are labels. Pixels become 8 bits of grey, of red, green and blue, or of these and opacity, whatever the
files hold; what had to be changed for that is counted, and said in one warning. Pictures that would fill the memory
are decoded twice: once to learn what there is, and once into a temporary file, which is mapped.
"""

from __future__ import annotations

import tempfile
import warnings
from collections import Counter
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from equipoise.errors import FindingWarning, InputError

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["Folder", "read_folder"]

SUFFIXES: Final = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm"})
LARGEST: Final = 64_000_000  # pixels: beyond this a file of some kilobytes could fill the memory
IN_MEMORY: Final = 2**30  # bytes: more than that is mapped from a file
_NAMED: Final = 5

Size = tuple[int, int]


@dataclass(frozen=True)
class Folder:
    """What was read.

    Attributes
    ----------
    images : ndarray of uint8, shape (n, height, width) or (n, height, width, channels)
        Mapped from a temporary file, of which parts are read as they are asked for, if they are many.
    labels : ndarray of str, shape (n,), or None
        Names of the sub-folders.
    files : tuple of str
        Paths of the images within the folder.
    refused : dict of str to str
        Path and reason of each file that could not be read.
    changed : dict of str to int
        How many files were changed in which way.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.str_] | None
    files: tuple[str, ...]
    refused: dict[str, str]
    changed: dict[str, int]


def read_folder(folder: str | PathLike[str], size: int | Size | None = None, memory: int | None = None) -> Folder:
    """Read all pictures of a folder, and of its sub-folders as labels.

    Parameters
    ----------
    folder : path
        With files of the usual kinds (PNG, JPEG, BMP, GIF, TIFF, WebP, PNM) in it or in its sub-folders, not both.
    size : int or (int, int), optional
        Height and width to cut and scale to; needed where the files differ in size.
    memory : int, optional
        Bytes that the decoded pictures may take in memory, 1 GiB by default; beyond it they are kept in a temporary
        file (in the place that the environment variable TMPDIR names).

    Returns
    -------
    Folder
        In the order of the paths. Files that cannot be read are left out and named in a `FindingWarning`.

    Raises
    ------
    InputError
        If there is no such folder, no picture in it, more files are refused than read, or sizes differ.

    Examples
    --------
    >>> import tempfile
    >>> from PIL import Image
    >>> place = tempfile.TemporaryDirectory()
    >>> for name in ("cat", "dog"):
    ...     Path(place.name, name).mkdir()
    ...     Image.new("L", (8, 8)).save(Path(place.name, name, "1.png"))
    >>> read = read_folder(place.name)
    >>> read.images.shape, read.labels.tolist()
    ((2, 8, 8), ['cat', 'dog'])
    >>> place.cleanup()
    """
    root, wanted = Path(folder), _size(size)
    paths, labelled = _paths(root)
    most = IN_MEMORY if memory is None else memory
    pictures: list[Image] = []
    kept: list[Path] = []
    modes, sizes = list[str](), list[Size]()
    refused: dict[str, str] = {}
    changed: Counter[str] = Counter()
    for path in paths:
        try:
            picture, changes = _read(path, wanted)
        except InputError as error:
            refused[str(path.relative_to(root))] = str(error)
            continue
        changed.update(changes)
        kept.append(path)
        modes.append(picture.mode)
        sizes.append(picture.size)
        if len(kept) * picture.width * picture.height * len(picture.mode) <= most:
            pictures.append(picture)
        else:
            pictures.clear()
    if len(refused) > len(kept):
        raise InputError(f"{len(refused)} of {len(paths)} files in {root} cannot be read: {_told(refused)}")
    mode = _mode(set(modes), changed)
    _check_sizes(root, kept, sizes)
    if len(pictures) == len(kept):
        images = np.stack([np.asarray(_in_mode(picture, mode)) for picture in pictures])
    else:
        images = _mapped(kept, wanted, mode, sizes[0])
    labels = np.array([path.parent.name for path in kept]) if labelled else None
    _warn(root, refused, changed)
    return Folder(images, labels, tuple(str(path.relative_to(root)) for path in kept), refused, dict(changed))


def _mapped(paths: list[Path], wanted: Size | None, mode: str, size: Size) -> NDArray[np.uint8]:
    """Return the pictures in a file that is gone when nothing uses it any longer."""
    shape = (len(paths), size[1], size[0], *((len(mode),) if len(mode) > 1 else ()))
    with tempfile.TemporaryFile(prefix="equipoise-") as file:
        images = np.memmap(file, np.uint8, "w+", shape=shape)  # it outlives the closed file
    for place, path in enumerate(paths):
        picture = _in_mode(_read(path, wanted)[0], mode)
        if picture.size != size:
            raise InputError(f"{path} changed while it was read; start again when the folder is at rest")
        images[place] = np.asarray(picture)
    return images


def _size(size: int | Size | None) -> Size | None:
    if size is None:
        return None
    given = size if isinstance(size, tuple | list) else (size, size)
    pair = tuple(int(side) for side in given if isinstance(side, int | np.integer) and not isinstance(side, bool))
    if len(given) != 2 or len(pair) != 2 or not all(0 < side <= 4096 for side in pair):
        raise InputError(f"size={size!r} is not a height and a width of 1 to 4096 pixels; give one number or two")
    return pair[0], pair[1]


def pictures_in(root: Path) -> list[Path]:
    """Return the pictures of a folder and of its sub-folders, in the order of their names; none if it is not there."""
    if not root.is_dir():
        return []
    return sorted(path for pattern in ("*", "*/*") for path in root.glob(pattern) if _is_picture(path))


def _paths(root: Path) -> tuple[list[Path], bool]:
    """Return the files to read, and whether their folders are labels."""
    if not root.is_dir():
        raise InputError(f"there is no folder {root}; give an array of images or a folder")
    found = pictures_in(root)
    flat, nested = [path for path in found if path.parent == root], [path for path in found if path.parent != root]
    if flat and nested:
        raise InputError(
            f"{root} holds pictures both in itself ({flat[0].name}) and in sub-folders"
            f" ({nested[0].relative_to(root)}); put all of them in sub-folders, which are labels, or none"
        )
    if not flat and not nested:
        raise InputError(f"{root} holds no picture (suffixes {', '.join(sorted(SUFFIXES))})")
    return flat or nested, bool(nested)


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()


def _read(path: Path, size: Size | None) -> tuple[Image, list[str]]:
    """Return one picture in mode L, RGB or RGBA, and what was changed."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    with warnings.catch_warnings():
        # a warning of Pillow about one of many files says nothing of which; bombs are refused below
        warnings.simplefilter("ignore")
        try:
            with Image.open(path) as opened:
                if opened.width * opened.height > LARGEST:
                    raise InputError(f"it has {opened.width} x {opened.height} pixels, more than {LARGEST:,}")
                changes = ["the first of several frames taken"] if getattr(opened, "n_frames", 1) > 1 else []
                opened.load()
                picture = ImageOps.exif_transpose(opened)
                if picture.getexif() != opened.getexif() and opened.getexif().get(0x0112, 1) != 1:
                    changes.append("turned as its EXIF data say")
                picture, more = _in_eight_bits(picture)
        except Image.DecompressionBombError:
            raise InputError(f"it has more than {LARGEST:,} pixels") from None
        except UnidentifiedImageError:
            raise InputError("it is not a picture") from None
        # Pillow's decoders raise whatever they stumble over in a damaged file
        except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, MemoryError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"it is damaged ({error})") from None
    if size is not None and picture.size != (size[1], size[0]):
        changes.append("cut and scaled")
        picture = ImageOps.fit(picture, (size[1], size[0]), Image.Resampling.LANCZOS)
    return picture, changes + more


def _in_eight_bits(picture: Image) -> tuple[Image, list[str]]:
    from PIL import Image

    if picture.mode in ("L", "RGB", "RGBA"):
        return picture, []
    if picture.mode == "1":
        return picture.convert("L"), []
    if picture.mode.startswith("I") or picture.mode == "F":
        values = np.asarray(picture, np.float64)
        largest = 65535.0 if picture.mode != "F" else max(float(np.nanmax(np.abs(values), initial=0.0)), 1e-12)
        scaled = np.clip(np.nan_to_num(values) * (255.0 / largest), 0.0, 255.0)
        return Image.fromarray(np.rint(scaled).astype(np.uint8)), ["16 bits or floats brought to 8 bits"]
    if "transparency" in picture.info or picture.mode in ("LA", "PA", "La", "RGBa"):
        return picture.convert("RGBA"), []
    return picture.convert("RGB"), ["CMYK or the like turned into RGB"] if picture.mode not in ("P", "RGBX") else []


def _mode(modes: set[str], changed: Counter[str]) -> str:
    """Return the mode that holds all pictures; opacity is kept where all have it."""
    if modes == {"RGBA"} or modes == {"L"}:
        return modes.pop()
    if "RGBA" in modes:
        changed["laid on white, since others are opaque"] += 1
    return "RGB"


def _in_mode(picture: Image, mode: str) -> Image:
    from PIL import Image

    if picture.mode == "RGBA" and mode == "RGB":
        white = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(white, picture).convert("RGB")
    return picture if picture.mode == mode else picture.convert(mode)


def _check_sizes(root: Path, paths: list[Path], sizes: list[Size]) -> None:
    found = Counter(sizes)
    if len(found) > 1:
        usual = found.most_common(1)[0][0]
        odd = next(place for place, size in enumerate(sizes) if size != usual)
        raise InputError(
            f"the pictures differ in size: {paths[odd].relative_to(root)} is {sizes[odd][0]} x {sizes[odd][1]}, most"
            f" are {usual[0]} x {usual[1]} (width x height); give size=(height, width) to cut and scale them"
        )


def _warn(root: Path, refused: dict[str, str], changed: Counter[str]) -> None:
    parts = [f"{count} {'picture' if count == 1 else 'pictures'} {how}" for how, count in sorted(changed.items())]
    parts = [part for part in parts if not part.endswith("cut and scaled")]  # the caller asked for it
    if refused:
        parts.insert(0, f"{len(refused)} left out: {_told(refused)}")
    if parts:
        warnings.warn(f"{root}: {'; '.join(parts)}", FindingWarning, stacklevel=4)


def _told(refused: dict[str, str]) -> str:
    named = [f"{name}: {why}" for name, why in list(refused.items())[:_NAMED]]
    return "; ".join(named) + (f"; and {len(refused) - _NAMED} more" if len(refused) > _NAMED else "")
