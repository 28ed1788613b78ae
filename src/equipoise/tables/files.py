"""One file a synthesizer: safetensors for arrays, JSON in its header for the rest, never pickle.

Written to a temporary file beside the target, synced, and moved over it, so that a file is whole or absent. A file
names its class by an id of the closed registry below and nothing that could be imported. The loader computes which
arrays belong there and takes no other.
"""

from __future__ import annotations

import importlib
import json
from os import PathLike
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from equipoise.durable import write_bytes
from equipoise.errors import InputError
from equipoise.tables.codec import TableCodec
from equipoise.tables.description import (
    codec_arrays,
    codec_description,
    origin_description,
    read_codec,
    read_origin,
)
from equipoise.tables.synthesizer import Fitted, Synthesizer
from equipoise.tensors import read_tensors

__all__ = ["load", "save"]

FORMAT: Final = "equipoise.synthesizer/1"
_INNER: Final = "inner."
_DEEPEST: Final = 3
REGISTRY: Final = {
    "refined": ("equipoise.tables.refined", "Refined"),
    "table-copula": ("equipoise.tables.copula", "TableCopula"),
    "table-gan": ("equipoise.tables.gan", "TableGAN"),
    "table-marginals": ("equipoise.tables.marginals", "TableMarginals"),
    "table-mixture": ("equipoise.tables.mixture", "TableMixture"),
    "table-synthesizer": ("equipoise.tables.automatic", "TableSynthesizer"),
    "table-trees": ("equipoise.tables.trees", "TableTrees"),
    "table-vae": ("equipoise.tables.vae", "TableVAE"),
}


def save(synthesizer: Synthesizer, path: str | PathLike[str]) -> None:
    """Write a fitted synthesizer to one file, all or nothing.

    Raises
    ------
    InputError
        If nothing was fitted, or the file cannot be written.
    """
    from safetensors.numpy import save as to_bytes

    synthesizer._check_fitted()
    header, arrays = _described(synthesizer)
    arrays = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    metadata = {"format": FORMAT} | header
    content = to_bytes(arrays, metadata={"equipoise": json.dumps(metadata, sort_keys=True, default=_plain)})
    write_bytes(Path(path), content)


def load(path: str | PathLike[str]) -> Synthesizer:
    """Read a synthesizer that `save` wrote.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    Synthesizer
        Ready to sample; the same seed gives the rows that the saved one would have given.

    Raises
    ------
    InputError
        If the file is absent, damaged, of another format or not consistent in itself; nothing in it is ever run.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from equipoise.data import embedded
    >>> from equipoise.tables import TableMarginals, load
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> TableMarginals().fit(embedded("iris")).save(folder / "iris.eq")
    >>> len(load(folder / "iris.eq").sample(10))
    10
    """
    header, arrays = _read(Path(path))
    try:
        return _restore(header, arrays)
    except InputError as error:
        raise InputError(f"{path} is not a usable synthesizer: {error}") from None
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        raise InputError(
            f"{path} is not a usable synthesizer: its header is damaged ({error}); save it again"
        ) from None


def _described(synthesizer: Synthesizer) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return the header and the arrays of a synthesizer, those of one within it behind the prefix ``inner.``."""
    fitted = synthesizer._check_fitted()
    header = {
        "id": synthesizer.id,
        "settings": {name: getattr(synthesizer, name) for name in synthesizer.settings},
        "steps": getattr(synthesizer, "steps_", None),
        "codec": codec_description(fitted.codec),
        "origin": origin_description(fitted.origin, fitted.as_frame),
    }
    arrays = {f"model.{name}": array for name, array in fitted.arrays.items()} | codec_arrays(fitted.codec)
    if fitted.inner is not None:
        header["inner"], inner = _described(fitted.inner)
        arrays |= {f"{_INNER}{name}": array for name, array in inner.items()}
    return header, arrays


def _plain(value: Any) -> Any:
    """Turn a NumPy number among the settings into Python's."""
    return value.item()


def _read(path: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    header, arrays = read_tensors(path, "synthesizer")
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise InputError(f"{path} is not a synthesizer file of format {FORMAT}; give a file that save wrote")
    return header, arrays


def _restore(header: dict[str, Any], arrays: dict[str, NDArray[Any]], depth: int = 0) -> Synthesizer:
    if depth > _DEEPEST:
        raise InputError(f"it holds more than {_DEEPEST} synthesizers in each other")
    inner = None
    if "inner" in header:
        within = {name.removeprefix(_INNER): array for name, array in arrays.items() if name.startswith(_INNER)}
        arrays = {name: array for name, array in arrays.items() if not name.startswith(_INNER)}
        inner = _restore(header["inner"], within, depth + 1)
    name = header["id"]
    if name not in REGISTRY:
        raise InputError(f"it asks for a {name!r}; known are {', '.join(REGISTRY)}")
    module, attribute = REGISTRY[name]
    kind: type[Synthesizer] = getattr(importlib.import_module(module), attribute)
    if set(header["settings"]) != set(kind.settings):
        raise InputError(f"its settings are not those of {attribute}")
    synthesizer = kind._made(header["settings"], inner)
    if header["steps"] is not None:
        synthesizer.steps_ = int(header["steps"])  # type: ignore[attr-defined]
    codec = read_codec(header["codec"], arrays)
    model = _model(synthesizer, codec, arrays)
    origin, as_frame = read_origin(header["origin"])
    synthesizer._fitted = Fitted(codec, origin, as_frame, model, inner)
    return synthesizer


def _model(synthesizer: Synthesizer, codec: TableCodec, arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return the arrays of the model, or say which is absent, too many, or not as it should be."""
    found = {name.removeprefix("model."): array for name, array in arrays.items() if name.startswith("model.")}
    wanted = synthesizer._skeleton(codec, found)
    if odd := set(arrays) ^ ({f"model.{name}" for name in wanted} | set(codec_arrays(codec))):
        raise InputError(f"array {min(odd)!r} is absent or does not belong there")
    for name, shape in wanted.items():
        array, dtype = found[name], np.dtype(synthesizer.dtypes.get(name, np.float32))
        if array.shape != shape or array.dtype != dtype:
            raise InputError(f"array {name!r} has shape {array.shape}, not {shape} of {dtype.name}")
        if not np.isfinite(array).all():
            raise InputError(f"array {name!r} holds NaN or infinity")
    if not synthesizer._is_sound(codec, found):
        raise InputError(f"its arrays are not those of a {type(synthesizer).__name__}")
    return found
