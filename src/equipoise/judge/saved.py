"""A fitted model as a folder: `model.json` for what it is, safetensors for weights, skops for boosted trees. No pickle.

constant   model.json, weights.safetensors (value)
linear     model.json, weights.safetensors (coef, intercept)
net        model.json, weights.safetensors (weight0, bias0, weight1, ...)
boosting   model.json, trees.skops, read with the closed list of types below and no other
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from equipoise.data import Table
from equipoise.durable import replacing
from equipoise.errors import InputError
from equipoise.judge.encoders import design_from, design_state, tree_from, tree_state
from equipoise.judge.files import check_folder
from equipoise.judge.models import BoostingModel, ConstantModel, LinearModel, Model
from equipoise.judge.nets import NetModel
from equipoise.neural.network import Network

__all__ = ["SavedModel", "load_model"]

FORMAT: Final = "equipoise.model/1"
TRUSTED: Final = (
    "functools.partial",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.utils.validation.check_array",
)
_WEIGHTS, _TREES, _HEAD = "weights.safetensors", "trees.skops", "model.json"


@dataclass(frozen=True)
class SavedModel:
    """A model with what is needed to use it on new rows.

    Attributes
    ----------
    model : Model
    arm : str
        The arm of the study, or the kind that was asked for.
    target : str
    task : {"binary", "multiclass", "regression"}
    classes : tuple of str
    kinds : dict
        Kind of each feature column, by which new files are read.
    """

    model: Model
    arm: str
    target: str
    task: str
    classes: tuple[str, ...]
    kinds: dict[str, Any]

    def predict(self, features: Table) -> NDArray[np.float64]:
        """Probabilities of shape (n, K) for classes, values of shape (n,) for a regression."""
        if absent := [name for name in self.kinds if name not in features]:
            raise InputError(
                f"{features.origin.name} lacks column {absent[0]!r}, which the model was fitted with; add it"
            )
        return self.model.predict(features.select(self.kinds))

    def save(self, folder: Path | str) -> None:
        """Write the folder, all or nothing.

        Raises
        ------
        InputError
            If the place cannot be written.
        """
        with replacing(check_folder(Path(folder))) as stage:
            stage.mkdir()
            self.write(stage)

    def write(self, stage: Path) -> None:
        """Write the files into an existing folder."""
        from safetensors.numpy import save

        kind, arrays, state = _parts(self.model)
        head = {
            "format": FORMAT,
            "kind": kind,
            "arm": self.arm,
            "target": self.target,
            "task": self.task,
            "classes": list(self.classes),
            "kinds": self.kinds,
            "encoder": state,
        }
        (stage / _HEAD).write_text(json.dumps(head, indent=1, allow_nan=False) + "\n", encoding="utf-8")
        if arrays:
            weights = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
            (stage / _WEIGHTS).write_bytes(save(weights))
        if isinstance(self.model, BoostingModel):
            import skops.io

            skops.io.dump(self.model.estimator, stage / _TREES)


def _parts(model: Model) -> tuple[str, dict[str, NDArray[np.float64]], dict[str, Any]]:
    """Kind, weights and encoder of a model."""
    if isinstance(model, LinearModel):
        return "linear", {"coef": model.coef, "intercept": model.intercept}, design_state(model.encoder)
    if isinstance(model, NetModel):
        net = model.network
        arrays = {f"weight{k}": weight for k, weight in enumerate(net.weights)}
        arrays |= {f"bias{k}": bias for k, bias in enumerate(net.biases)}
        return "net", arrays, {"activation": net.activation, **design_state(model.encoder)}
    if isinstance(model, BoostingModel):
        return "boosting", {}, tree_state(model.encoder)
    assert isinstance(model, ConstantModel)
    return "constant", {"value": model.value}, {}


def load_model(folder: Path | str) -> SavedModel:
    """Read a model that `save` wrote.

    Parameters
    ----------
    folder : path
        Such as ``study/model``; a study's folder serves too.

    Raises
    ------
    InputError
        If the folder is absent, damaged or of another format.
    """
    place = Path(folder)
    if not (place / _HEAD).exists() and (place / "model" / _HEAD).exists():
        place = place / "model"
    if not (place / _HEAD).exists():
        raise InputError(f"{folder} holds no model; give the folder that 'equipoise fit' or 'equipoise study' wrote")
    try:
        head = json.loads((place / _HEAD).read_text(encoding="utf-8"))
        if head.get("format") != FORMAT:
            raise InputError(f"{place} has the format {head.get('format')!r}, not {FORMAT}; fit the model again")
        model = _read(place, head)
        return SavedModel(model, head["arm"], head["target"], head["task"], tuple(head["classes"]), head["kinds"])
    except InputError:
        raise
    except Exception as error:  # whatever a damaged file makes its reader raise
        raise InputError(f"the model in {place} is damaged ({type(error).__name__}: {error}); fit it again") from None


def _read(place: Path, head: dict[str, Any]) -> Model:
    from safetensors.numpy import load_file

    if head["kind"] == "boosting":
        import skops.io

        trees = skops.io.load(place / _TREES, trusted=list(TRUSTED))
        return BoostingModel(tree_from(head["encoder"]), trees, len(head["classes"]))
    arrays = load_file(place / _WEIGHTS)
    if head["kind"] == "constant":
        return ConstantModel(arrays["value"])
    if head["kind"] not in ("linear", "net"):
        raise InputError(f"{place} holds a model of the unknown kind {head['kind']!r}; fit it again")
    encoder = design_from(head["encoder"])
    width = len(arrays["weight0"]) if head["kind"] == "net" else arrays["coef"].shape[-1]
    if width != len(encoder.feature_names_out_):
        raise InputError(f"{place} has {width} weights for {len(encoder.feature_names_out_)} features")
    if head["kind"] == "net":
        layers = range(len(arrays) // 2)
        weights, biases = (tuple(arrays[f"{part}{k}"] for k in layers) for part in ("weight", "bias"))
        return NetModel(encoder, Network(weights, biases, head["encoder"]["activation"]), head["task"])
    return LinearModel(encoder, arrays["coef"], arrays["intercept"], head["task"])
