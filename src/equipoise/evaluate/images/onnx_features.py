"""Features from a model of the user's in the ONNX format, run by ONNX Runtime (an optional extra of the package).

The model takes a batch of images, float32 or uint8, with the channels second (n, c, height, width) or last, and its
first output holds one row an image. Float models get values from 0 to 1: what else they want (mean and deviation of
ImageNet, say) belongs into the model. Images are scaled to the model's size where it has a fixed one, and grey images
are repeated where it wants three channels.
"""

from __future__ import annotations

import hashlib
from os import PathLike
from pathlib import Path
from typing import Any, final

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from equipoise.errors import InputError
from equipoise.evaluate.images.resizing import resized

__all__ = ["OnnxFeatures"]

_BLOCK = 64


@final
class OnnxFeatures:
    """A map from images to vectors by an ONNX model; its name holds that of the file and the beginning of its SHA-256.

    Parameters
    ----------
    path : path
        Of a ``.onnx`` file.

    Raises
    ------
    InputError
        If ONNX Runtime is not installed, the file cannot be read as a model, or takes no images.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        try:
            import onnxruntime
        except ImportError:
            raise InputError(
                f"features={str(path)!r} needs ONNX Runtime; install it with pip install 'equipoise[onnx]'"
            ) from None
        try:
            content = Path(path).read_bytes()
        except OSError as error:
            raise InputError(f"cannot read {path}: {error.strerror}") from None
        try:
            self._session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
        except Exception as error:  # the runtime has a class of its own for each kind of damage
            raise InputError(f"{path} is not a model that ONNX Runtime can run ({error})") from None
        self._input = self._session.get_inputs()[0]
        if len(self._input.shape) != 4 or self._input.type not in ("tensor(float)", "tensor(uint8)"):
            raise InputError(f"{path} takes {self._input.type} of shape {self._input.shape}, not a batch of images")
        self.name = f"{Path(path).name}, SHA-256 {hashlib.sha256(content).hexdigest()[:12]}"

    def __call__(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return vectors of images of shape (n, height, width, channels) with values from -1 to 1."""
        fixed = self._input.shape[0]
        block = fixed if isinstance(fixed, int) else _BLOCK
        parts = []
        for begin in range(0, len(rows), block):
            some = rows[begin : begin + block]
            padded = np.concatenate([some, np.zeros((block - len(some), *rows.shape[1:]), np.float32)])
            found = np.asarray(self._session.run(None, {self._input.name: self._formed(padded)})[0], np.float64)
            if len(found) != block:
                raise InputError(
                    f"the model gave an output of shape {found.shape} for {block} images, not one row each"
                )
            parts.append(found.reshape(block, -1)[: len(some)])
        return np.concatenate(parts)

    def _formed(self, rows: NDArray[np.float32]) -> NDArray[Any]:
        """Return images in the form that the model takes."""
        shape, channels = self._input.shape, rows.shape[3]
        last = shape[3] in (1, 3) and shape[1] not in (1, 3)
        height, width, wanted = (shape[1], shape[2], shape[3]) if last else (shape[2], shape[3], shape[1])
        if isinstance(wanted, int) and wanted != channels:
            if channels != 1:
                raise InputError(f"the model wants images of {wanted} channels, not of {channels}")
            rows = np.repeat(rows, wanted, axis=3)
        size = [side if isinstance(side, int) else rows.shape[axis] for axis, side in ((1, height), (2, width))]
        scaled = np.asarray(resized(jnp.asarray(rows), *size)) * 0.5 + 0.5
        scaled = scaled if last else np.moveaxis(scaled, 3, 1)
        if self._input.type == "tensor(uint8)":
            return np.ascontiguousarray(np.rint(np.clip(scaled, 0.0, 1.0) * 255.0).astype(np.uint8))
        return np.ascontiguousarray(scaled.astype(np.float32))
