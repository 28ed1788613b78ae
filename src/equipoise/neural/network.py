"""A multilayer perceptron as plain arrays: how it starts, and what it predicts, in NumPy.

    h_0 = x,   h_l = activation(h_(l-1) W_l + b_l),   output = h_(L-1) W_L + b_L

Weights and biases start uniform within ``sqrt(6 / (inputs + outputs))`` of 0 (``sqrt(2 / (inputs + outputs))`` for the
logistic function): Glorot and Bengio (2010), "Understanding the difficulty of training deep feedforward neural
networks", equation 16.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from equipoise.losses.base import FloatArray
from equipoise.neural.pieces import BLOCK, Pieces

__all__ = ["ACTIVATIONS", "Layers", "Network", "start"]

Layers = tuple[tuple[NDArray[np.float32], NDArray[np.float32]], ...]
"""Weights of shape (inputs, outputs) and biases of shape (outputs,) of each layer."""

ACTIVATIONS: Final[dict[str, Callable[[FloatArray], FloatArray]]] = {
    "identity": lambda z: z,
    "logistic": expit,
    "relu": lambda z: np.maximum(z, 0.0),
    "tanh": np.tanh,
}


@final
@dataclass(frozen=True, eq=False)
class Network:
    """A fitted multilayer perceptron.

    Parameters
    ----------
    weights : tuple of arrays of shape (inputs, outputs)
    biases : tuple of arrays of shape (outputs,)
    activation : {"relu", "tanh", "logistic", "identity"}
    pieces : Pieces, optional
        What makes its inputs of columns, where these are encoded.

    Examples
    --------
    >>> import numpy as np
    >>> net = Network((np.array([[1.0, -1.0]]), np.ones((2, 1))), (np.zeros(2), np.zeros(1)), "relu")
    >>> net(np.array([[-3.0], [2.0]])).ravel()  # |x|
    array([3., 2.])
    """

    weights: tuple[FloatArray, ...]
    biases: tuple[FloatArray, ...]
    activation: str
    pieces: Pieces | None = None

    def __call__(self, X: FloatArray) -> FloatArray:
        """Outputs of shape (n, K) for rows of shape (n, p)."""
        if self.pieces is not None and len(X) > BLOCK:  # inputs may take many times the room of their columns
            return np.concatenate([self(X[k : k + BLOCK]) for k in range(0, len(X), BLOCK)])
        bend, last = ACTIVATIONS[self.activation], len(self.weights) - 1
        h = X if self.pieces is None else self.pieces(X)
        for k, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            h = h @ weight + bias
            h = bend(h) if k < last else h
        return np.asarray(h, dtype=np.float64)

    @property
    def columns(self) -> int:
        """Number of columns it takes."""
        return len(self.weights[0]) if self.pieces is None else int(self.pieces.source[-1]) + 1

    @property
    def units(self) -> tuple[int, ...]:
        """Units of each hidden layer that any later one listens to; group L1 prunes the others."""
        return tuple(int(np.count_nonzero(np.any(weight != 0, axis=1))) for weight in self.weights[1:])

    @property
    def finite(self) -> bool:
        """Whether every weight is a number."""
        return all(bool(np.all(np.isfinite(part))) for part in (*self.weights, *self.biases))

    @classmethod
    def of(
        cls,
        layers: Layers,
        activation: str,
        mean: FloatArray,
        inverse: FloatArray,
        shift: FloatArray,
        spread: FloatArray,
        pieces: Pieces | None = None,
    ) -> Network:
        """The net that takes columns and gives outputs in their own units.

        Parameters
        ----------
        layers : Layers
            Of a net that saw ``(x - mean) * inverse`` and gives ``(y - shift) / spread``; its first layer may have rows
            for columns that only fill up.
        activation : str
        mean, inverse : arrays of shape (p,)
        shift, spread : arrays of shape (K,)
        pieces : Pieces, optional
            What gave the net its inputs; they say mean and scale too.
        """
        weights = [np.asarray(weight, dtype=np.float64) for weight, _ in layers]
        biases = [np.asarray(bias, dtype=np.float64) for _, bias in layers]
        if pieces is None:
            weights[0] = weights[0][: len(mean)] * inverse[:, None]
            biases[0] = biases[0] - mean @ weights[0]
        else:
            weights[0] = weights[0][: len(pieces.says)] * pieces.says[:, None]
        weights[-1], biases[-1] = weights[-1] * spread, biases[-1] * spread + shift
        return cls(tuple(weights), tuple(biases), activation, pieces)


def start(random: np.random.Generator, sizes: Sequence[int], activation: str, columns: int) -> Layers:
    """Layers before the first step; rows of the first layer beyond `columns` only fill up and are 0.

    Examples
    --------
    >>> import numpy as np
    >>> layers = start(np.random.default_rng(0), (4, 2, 1), "relu", columns=3)
    >>> layers[0][0].shape, layers[0][0][3].tolist()
    ((4, 2), [0.0, 0.0])
    """
    layers = []
    for k, outputs in enumerate(sizes[1:]):
        inputs = columns if k == 0 else sizes[k]
        bound = ((2.0 if activation == "logistic" else 6.0) / (inputs + outputs)) ** 0.5
        weight = np.zeros((sizes[k], outputs), np.float32)
        weight[:inputs] = random.uniform(-bound, bound, (inputs, outputs))
        layers.append((weight, random.uniform(-bound, bound, outputs).astype(np.float32)))
    return tuple(layers)
