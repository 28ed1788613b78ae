"""From the columns to the first hidden layer: inputs filled up to a few sizes, and the layer that embeds categories.

An embedding of a category is a linear layer without bias on the indicators of its levels, before the first hidden
layer (Guo and Berkhahn 2016, "Entity embeddings of categorical variables", section 4). The front layer does it for all
categories at once and hands the other inputs through:

    h_0 = x (mask * E + through)

mask is 1 where a level meets a dimension of its own category, through where an input is handed on. A fitted net has
the front layer multiplied into the next one. Levels that no training row has, and unknown ones, are the vector 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from equipoise.neural.inputs import Inputs
from equipoise.neural.network import Layers, Network, start
from equipoise.neural.pieces import Pieces
from equipoise.neural.recipe import Recipe
from equipoise.neural.views import View

__all__ = ["Wiring", "filled"]


@final
class Wiring:
    """How columns reach the first hidden layer, in arrays of the sizes that the program has.

    Parameters
    ----------
    inputs : Inputs
    recipe : Recipe
        With the true number of columns.

    Attributes
    ----------
    columns : int
        Columns of the table, filled up.
    recipe : Recipe
        With the sizes of the program.
    mask, through : arrays of shape (inputs, D), or None
        Of the front layer.
    """

    def __init__(self, inputs: Inputs, recipe: Recipe) -> None:
        self.inputs, self.columns, self.seen = inputs, _multiple(recipe.sizes[0], 32), len(inputs.source)
        sizes = (_multiple(self.seen, 32), *recipe.sizes[1:])
        self.mask: NDArray[np.float32] | None = None
        self.through: NDArray[np.float32] | None = None
        if inputs.blocks:
            mask, through = _front(inputs)
            self.seen = mask.shape[1]
            sizes = (sizes[0], _multiple(self.seen, 32), *recipe.sizes[1:])
            self.mask, self.through = filled(mask, sizes[:2]), filled(through, sizes[:2])
        self.recipe = replace(
            recipe, sizes=sizes, encoded=inputs.wide, sheets=inputs.each > 1, embedded=bool(inputs.blocks)
        )

    def start(self, random: np.random.Generator) -> Layers:
        """Layers before the first step; embeddings are uniform within ``1 / sqrt(dimensions)`` of 0."""
        sizes, activation = self.recipe.sizes, self.recipe.activation
        if self.mask is None:
            return start(random, sizes, activation, self.seen)
        layers = start(random, sizes[1:], activation, self.seen)
        bound = self.mask / np.sqrt(np.maximum(self.mask.sum(axis=1, keepdims=True), 1.0))
        weight = (random.uniform(-1.0, 1.0, bound.shape) * bound).astype(np.float32)
        return ((weight, np.zeros(sizes[1], np.float32)), *layers)  # its bias is not used

    def constants(self) -> dict[str, Any]:
        """What the table has beside its rows."""
        found: dict[str, Any] = {}
        if self.inputs.wide:
            found["source"] = filled(self.inputs.source, self.recipe.sizes[:1]).astype(np.int32)
        if self.mask is not None:
            found |= {"mask": self.mask, "through": self.through}
        if self.recipe.penalty == "group_l1" and len(self.inputs.names) < len(self.inputs.source):
            found["groups"] = self._groups()
        return found

    def lanes(self, pieces: Sequence[Pieces | None], views: Sequence[View]) -> dict[str, NDArray[np.float32]]:
        """Pieces of some members, in the units of what each of them sees."""
        if not self.inputs.wide:
            return {}
        seen = [own.seen(view.mean, view.inverse) for own, view in zip(pieces, views, strict=True) if own is not None]
        return {
            name: np.stack([filled(getattr(own, name), self.recipe.sizes[:1]) for own in seen])
            for name in ("left", "slope", "low", "high")
        }

    def network(self, layers: Any, view: View, pieces: Pieces | None) -> Network:
        """The net of trained layers, in the units of the data."""
        if self.mask is not None and self.through is not None:
            (weight, _), (first, bias), *rest = layers
            front = self.mask * weight + self.through
            layers = ((front.astype(np.float64) @ first, bias), *rest)
        return Network.of(layers, self.recipe.activation, view.mean, view.inverse, view.shift, view.spread, pieces)

    def _groups(self) -> NDArray[np.int32]:
        """First row of the group of each row of the first hidden layer: rows of one column of the table."""
        owner = self.inputs.owner[self.inputs.source]
        if self.mask is not None and self.through is not None:
            inputs, n = len(owner), self.seen
            owner = owner[np.argmax(self.mask[:inputs, :n] + self.through[:inputs, :n], axis=0)]
        groups = np.arange(self.recipe.sizes[int(self.mask is not None)])
        _, first, place = np.unique(owner, return_index=True, return_inverse=True)
        groups[: len(owner)] = first[place]
        return groups.astype(np.int32)


def filled(values: NDArray[Any], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """An array with zeros after its own values.

    Examples
    --------
    >>> import numpy as np
    >>> filled(np.array([1.0, 2.0]), (3,)).tolist()
    [1.0, 2.0, 0.0]
    """
    table = np.zeros(shape, np.float32)
    table[tuple(slice(n) for n in values.shape)] = values
    return table


def _front(inputs: Inputs) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    place, columns = inputs.source, len(inputs.source)
    levels = [(place >= block.start) & (place < block.stop) for block in inputs.blocks]
    handed = np.flatnonzero(~np.any(levels, axis=0))
    width = len(handed) + sum(block.width for block in inputs.blocks)
    mask, through = np.zeros((columns, width), np.float32), np.zeros((columns, width), np.float32)
    through[handed, np.arange(len(handed))] = 1.0
    first = len(handed)
    for block, own in zip(inputs.blocks, levels, strict=True):
        mask[own, first : first + block.width] = 1.0
        first += block.width
    return mask, through


def _multiple(number: int, of: int) -> int:
    return -(-number // of) * of
