"""The settings of a net's estimator, checked before any work starts, as the recipe of the program and its numbers."""

from __future__ import annotations

from typing import Any, Final, cast

import numpy as np

from equipoise.errors import InputError
from equipoise.linear.checks import check_n_jobs
from equipoise.neural.network import ACTIVATIONS
from equipoise.neural.pieces import ENCODINGS
from equipoise.neural.recipe import PENALTIES, PenaltyName, Recipe
from equipoise.neural.solvers import ScheduleFree, solver

__all__ = ["RANGES", "settings_of"]

# where an automatic grid begins and ends: from almost no weights left to no visible effect, on columns of unit variance
RANGES: Final = {
    "l2": (0.5, 1e-4), "decoupled": (1.0, 1e-3), "l1": (0.03, 1e-5), "group_l1": (0.01, 1e-5), "spectral": (0.5, 1e-4),
    "jacobian": (10.0, 1e-3),
}  # fmt: skip
_PROXIMAL: Final = ("adam", "adamw", "sgd")


def settings_of(model: Any) -> tuple[Recipe, dict[str, Any]]:
    """The recipe, but for columns and outputs, and the numbers that all members share."""
    hidden = model.hidden_layer_sizes
    hidden = (hidden,) if isinstance(hidden, (int, np.integer)) else tuple(hidden)
    if not all(isinstance(size, (int, np.integer)) and size > 0 for size in hidden):
        raise InputError(f"hidden_layer_sizes={model.hidden_layer_sizes!r} are not whole numbers > 0")
    _choice("activation", model.activation, tuple(ACTIVATIONS))
    _choice("learning_rate", model.learning_rate, ("constant", "cosine"))
    penalty = model.penalty
    if penalty is None:
        penalty = "decoupled" if model.solver == "adamw" else "l2"
    _choice("penalty", penalty, PENALTIES)
    if model.solver == "adamw" and penalty == "l2":
        raise InputError("solver='adamw' decouples decay from the gradient; use penalty='decoupled', or solver='adam'")
    method = solver(model.solver)
    if penalty in ("l1", "group_l1") and model.solver not in _PROXIMAL:
        raise InputError(f"penalty={penalty!r} needs solver 'adam' or 'sgd', not {model.solver!r}")
    if model.cautious and penalty != "decoupled":
        raise InputError(f"cautious=True is a way of decoupled decay, and penalty={penalty!r}; use penalty='decoupled'")
    _choice("numeric_encoding", model.numeric_encoding, ENCODINGS)
    if model.embedding is not None and model.embedding != "auto":
        _whole("embedding", model.embedding, instead="None, 'auto', or ")
    for name in ("batch_size", "max_iter", "starts", "n_bins"):
        _whole(name, getattr(model, name))
    if model.halving is not None:
        _whole("halving", model.halving, 2)
    check_n_jobs(model.n_jobs)
    if model.early_stopping and not 0.0 < model.validation_fraction < 1.0:
        raise InputError(f"validation_fraction={model.validation_fraction!r} is not between 0 and 1")
    smoothing = getattr(model, "label_smoothing", 0.0)
    rates = _numbers("learning_rate_init", model.learning_rate_init, np.nextafter(0.0, 1.0), np.inf)
    dropouts = _numbers("dropout", model.dropout, 0.0, 1.0)
    noise, mixup, sharpness, smooth = (
        _numbers(name, value, 0.0, upper)[0]
        for name, value, upper in (
            ("input_noise", model.input_noise, np.inf), ("mixup", model.mixup, np.inf),
            ("sharpness", model.sharpness, np.inf), ("label_smoothing", smoothing, 1.0),
        )
    )  # fmt: skip
    parts = {"noise": noise, "mixup": mixup, "sharpness": sharpness, "smoothing": smooth}
    recipe = Recipe(
        (0, *map(int, hidden), 0), model.activation, "regression", int(model.batch_size), method,
        cast(PenaltyName, penalty),
        cosine=model.learning_rate == "cosine" and not isinstance(method, ScheduleFree),
        dropout=any(dropouts), cautious=bool(model.cautious), biases=bool(model.penalize_biases),
        stopping=bool(model.early_stopping), **{name: value > 0 for name, value in parts.items()},
    )  # fmt: skip
    return recipe, {**parts, "rates": rates, "dropouts": dropouts}


def _choice(name: str, value: Any, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InputError(f"{name}={value!r} is not known; choose among {', '.join(known)}")


def _whole(name: str, value: Any, least: int = 1, instead: str = "") -> None:
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < least:
        raise InputError(f"{name}={value!r} is not {instead}a whole number >= {least}")


def _numbers(name: str, value: Any, low: float, high: float) -> tuple[float, ...]:
    """One number or several, each in [low, high)."""
    try:
        values = tuple(dict.fromkeys(float(v) for v in np.atleast_1d(value)))
    except (TypeError, ValueError):
        values = ()
    if not values or not all(low <= v < high for v in values):
        bound = "> 0" if low > 0 else f">= {low:g}"
        raise InputError(
            f"{name}={value!r} is not a number {bound}" + (f" and < {high:g}" if np.isfinite(high) else "")
        )
    return values
