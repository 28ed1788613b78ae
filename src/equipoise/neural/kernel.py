"""The compiled kernel in place of the program of JAX, where it knows every part of the step.

It does what `program.advance` does, by the same formulas in the same order of rows, to rounding: the program is its
reference, and tests hold it to that. There is nothing to compile at the first fit, and a step is one pass of a core:
XLA runs some fifty small operations a step, between which threads wait for each other.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import numpy as np
from numpy.typing import NDArray

from equipoise.neural.recipe import Lanes, Recipe, Table
from equipoise.solvers.perceptron import train_nets
from equipoise.training import Optimizer

__all__ = ["Flat", "advance", "begin", "harvest", "suits"]

_UNKNOWN = ("dropout", "noise", "mixup", "smoothing", "sharpness", "encoded", "sheets", "embedded")
Floats = NDArray[np.float32]


class Flat(NamedTuple):
    """What training carries on, with C members along the first axis.

    Parameters
    ----------
    weights, moments, squares : arrays of shape (C, D)
        Weights and biases of all layers end to end, and Adam's first and second moments.
    taken : array of int of shape (C,)
        Steps so far.
    best : array of shape (C, D)
        Weights of the lowest validation loss, where it is looked at.
    lowest : array of shape (C,)
        That loss.
    """

    weights: Floats
    moments: Floats
    squares: Floats
    taken: NDArray[np.int32]
    best: Floats
    lowest: Floats


def suits(recipe: Recipe) -> bool:
    """Whether the kernel knows all of a step, and is on the device where the rows are.

    Examples
    --------
    >>> from equipoise.neural.solvers import solver
    >>> [suits(Recipe((32, 8, 1), "relu", "binary", 64, solver(name), "l2")) for name in ("adam", "sgd")]
    [True, False]
    """
    return (
        recipe.solver == Optimizer("adam")
        and recipe.penalty in ("l2", "decoupled")
        and not any(getattr(recipe, part) for part in _UNKNOWN)
        and jax.default_backend() == "cpu"
    )


def begin(layers: Any) -> Flat:
    """The state before the first step, of layers with C members along the first axis."""
    flat = np.concatenate([np.reshape(part, (len(part), -1)) for layer in layers for part in layer], axis=1)
    weights, count = flat.astype(np.float32), len(flat)
    empty = np.zeros_like(weights)
    lowest = np.full(count, np.inf, np.float32)
    return Flat(weights, empty, empty.copy(), np.zeros(count, np.int32), weights.copy(), lowest)


def advance(
    recipe: Recipe, table: Table, lanes: Lanes, state: Flat, orders: NDArray[np.int32], held: NDArray[np.int32],
    first: int, count: int, total: int,
) -> Floats:  # fmt: skip
    """Train for some epochs, in place; their mean losses, shape (count, C)."""
    curve = np.zeros((len(state.weights), count), np.float32)
    members = {
        name: np.ascontiguousarray(getattr(lanes, name))
        for name in ("deck", "steps", "alpha", "rate", "share", "mean", "inverse", "shift", "spread")
    }
    train_nets(
        sizes=list(recipe.sizes), bend=recipe.activation, task=recipe.task, batch=recipe.batch,
        decoupled=recipe.penalty == "decoupled", cautious=recipe.cautious, biases=recipe.biases,
        cosine=recipe.cosine, stopping=recipe.stopping, X=table.X, target=table.target, weight=table.weight,
        orders=orders, held=held, first=first, total=total, curve=curve, **members, **state._asdict(),
    )  # fmt: skip
    return curve.T


def harvest(recipe: Recipe, state: Flat) -> Any:
    """The layers to predict with, with C members along the first axis."""
    flat, place, layers = state.best if recipe.stopping else state.weights, 0, []
    for inputs, outputs in zip(recipe.sizes, recipe.sizes[1:], strict=False):
        weight = flat[:, place : place + inputs * outputs].reshape(-1, inputs, outputs)
        place += inputs * outputs
        layers.append((weight, flat[:, place : place + outputs]))
        place += outputs
    return tuple(layers)
