"""What is fixed when a sweep is compiled, and what each member brings along.

A `Recipe` is part of the compiled program; everything in `Lanes` is an argument of it, so that other numbers, other
folds and another count of epochs need no new compilation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

__all__ = ["PENALTIES", "Lanes", "PenaltyName", "Recipe", "State", "Table", "Task"]

Task = Literal["regression", "binary", "multiclass"]
PenaltyName = Literal["l2", "decoupled", "l1", "group_l1", "spectral", "jacobian"]
PENALTIES: Final = ("l2", "decoupled", "l1", "group_l1", "spectral", "jacobian")


@dataclass(frozen=True)
class Recipe:
    """The form of the net and of its step; hashable.

    Parameters
    ----------
    sizes : tuple of int
        Units of each layer, from the inputs (filled up) to the outputs.
    activation : str
    task : {"regression", "binary", "multiclass"}
    batch : int
        Rows of a step, at most.
    solver : object
        With ``init``, ``update`` and ``shown``; hashable.
    penalty : str
        What alpha weighs.
    cosine : bool
        Whether the rate falls to 0 as half a cosine.
    dropout, noise, mixup, smoothing, sharpness : bool
        Whether the step has that part; how much of it is a number of each member.
    cautious : bool
        Whether decoupled decay spares the weights that the step makes larger.
    biases : bool
        Whether the penalty counts biases too.
    stopping : bool
        Whether the weights of the epoch with the lowest validation loss are kept.
    ragged : bool
        Whether some members have fewer steps an epoch than others.
    encoded : bool
        Whether inputs are pieces of the columns.
    sheets : bool
        Whether the table has rows in several encodings.
    embedded : bool
        Whether the first layer is the front one, which embeds categories.
    """

    sizes: tuple[int, ...]
    activation: str
    task: Task
    batch: int
    solver: Any
    penalty: PenaltyName
    cosine: bool = False
    dropout: bool = False
    noise: bool = False
    mixup: bool = False
    smoothing: bool = False
    sharpness: bool = False
    cautious: bool = False
    biases: bool = False
    stopping: bool = False
    ragged: bool = False
    encoded: bool = False
    sheets: bool = False
    embedded: bool = False


class Table(NamedTuple):
    """Rows that all members share; those after the n-th only fill up and have weight 0.

    Parameters
    ----------
    X : array of shape (N, P), or (sheets, N, P)
    target : array of shape (N, K)
        Indicators of classes, or a number.
    weight : array of shape (N,)
    source : array of shape (M,)
        Column of each piece, where there are pieces.
    mask, through : arrays of shape (inputs, D)
        Of the front layer, where there is one.
    groups : array of shape (D,)
        First row of the group of each row of the first hidden layer, where inputs of one column belong together.
    """

    X: Any
    target: Any
    weight: Any
    source: Any = ()
    mask: Any = ()
    through: Any = ()
    groups: Any = ()


class Lanes(NamedTuple):
    """One number or vector for each of C members.

    Parameters
    ----------
    alpha, rate, dropout, noise, mixup, smoothing, sharpness : arrays of shape (C,)
    seed : array of shape (C,)
        Of noise, dropout and mixup.
    deck : array of shape (C,)
        Which order of rows.
    steps : array of shape (C,)
        An epoch.
    mean, inverse : arrays of shape (C, P)
        Centre and one over the scale of the columns on the member's own training rows.
    shift, spread : arrays of shape (C, K)
        The same of the target.
    share : array of shape (C,)
        Factor that makes the mean weight of its training rows 1.
    unit : array of shape (C, P)
        Deviation of the columns as they are seen, for noise.
    sheet : array of shape (C,)
        Which encoding of the rows, where there are several.
    left, slope, low, high : arrays of shape (C, M)
        Pieces of the columns as ``mean`` and ``inverse`` leave them, where there are pieces.
    """

    alpha: Any
    rate: Any
    dropout: Any
    noise: Any
    mixup: Any
    smoothing: Any
    sharpness: Any
    seed: Any
    deck: Any
    steps: Any
    mean: Any
    inverse: Any
    shift: Any
    spread: Any
    share: Any
    unit: Any = ()
    sheet: Any = ()
    left: Any = ()
    slope: Any = ()
    low: Any = ()
    high: Any = ()


class State(NamedTuple):
    """What training carries on, with C members along the first axis of every array.

    Parameters
    ----------
    layers : Layers
    moments : pytree
    best : Layers
        Those of the lowest validation loss, where it is looked at; else nothing.
    lowest : array of shape (C,)
        That loss.
    """

    layers: Any
    moments: Any
    best: Any
    lowest: Any
