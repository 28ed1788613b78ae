"""Payoff and R1 + R2 by one backward pass, for discriminators that are straight between the bends of their layers.

Affine layers with bends like a leaky ReLU are, around each row, linear in the row and the constant 1:

    D(x) = L(x, 1),   grad D(x) = v,   L depends on the row by the sides of its bends alone

so that with p the slope of the payoff by the outputs, and p, v and the sides held fixed,

    d/dw [payoff + k sum |grad D(x)|^2 / 2]  =  d/dw sum L(p x + k v, p)

The slopes of the layers' outputs on the right are those that gave v: they are computed once. In all a pass forward, one
back to the rows, one forward with other numbers, and one product a layer; derivatives of derivatives take half as many
again. With R1 + R2 at every step this is the larger part of a game.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

import jax
import jax.numpy as jnp

__all__ = ["Bend", "Homogeneous", "Leaky", "around", "in_one_pass"]

Bend = Callable[[jax.Array], jax.Array]


class Leaky:
    """Leaky ReLU of slope 0.2 that notes on which side each number lies, or bends as noted, in the same order.

    Examples
    --------
    >>> noting = Leaky()
    >>> noting(jnp.array([-1.0, 1.0])).tolist(), Leaky(noting.sides)(jnp.array([5.0, -5.0])).tolist()
    ([-0.20000000298023224, 1.0], [1.0, -5.0])
    """

    def __init__(self, sides: tuple[jax.Array, ...] | None = None) -> None:
        self._left = None if sides is None else list(sides)
        self._noted: list[jax.Array] = []

    @property
    def sides(self) -> tuple[jax.Array, ...]:
        """What was noted."""
        return tuple(self._noted)

    def __call__(self, x: jax.Array) -> jax.Array:
        """Return x where it is (or was) not negative, and a fifth of it elsewhere."""
        side = x >= 0 if self._left is None else self._left.pop(0)
        self._noted.append(side)
        return jnp.where(side, x, 0.2 * x)


@runtime_checkable
class Homogeneous(Protocol):
    """A discriminator that is linear in a row and a constant as long as the sides of its bends stay."""

    def bent(self, rows: jax.Array, context: Any, bend: Bend, one: jax.Array | None = None) -> jax.Array:
        """Return the outputs with these bends, where `one`, of shape (n,), stands for the constant of each row."""


def around(layer: Any, x: jax.Array, one: jax.Array | None) -> jax.Array:
    """Return an affine layer of x, its bias times the constant of each row.

    Examples
    --------
    >>> from equipoise.training.dense import Dense
    >>> import numpy as np, equinox as eqx
    >>> layer = eqx.tree_at(lambda l: l.bias, Dense(np.random.default_rng(0), 1, 1), jnp.array([3.0]))
    >>> around(layer, jnp.zeros((2, 1)), jnp.array([0.0, 2.0])).tolist()
    [[0.0], [6.0]]
    """
    out: jax.Array = layer(x) if one is None else layer(x, one.reshape(-1, *[1] * (x.ndim - 1)))
    return out


def in_one_pass(
    discriminator: Homogeneous,
    change: Callable[[jax.Array], jax.Array],
    rows: jax.Array,
    context: Any,
    payoff: Callable[[jax.Array], jax.Array],
    alpha: jax.typing.ArrayLike,
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Return payoff + alpha * (R1 + R2), whose derivative by the discriminator is found as above; outputs; R1 + R2.

    Parameters
    ----------
    discriminator : Homogeneous
    change : callable
        What is done to rows before they are judged.
    rows : array of shape (2 n, ...)
        Real ones and fakes.
    context
    payoff : callable
        Of the outputs, shape (2 n,).
    alpha : float
    """
    still = jax.lax.stop_gradient(discriminator)

    def total(rows: jax.Array) -> tuple[jax.Array, tuple[jax.Array, tuple[jax.Array, ...]]]:
        noting = Leaky()
        outputs = still.bent(change(rows), context, noting)
        return jnp.sum(outputs), (outputs, noting.sides)

    slopes, (outputs, sides) = jax.grad(total, has_aux=True)(rows)
    penalty = jnp.sum(jnp.square(slopes)) / len(rows)  # twice the mean of half the squares
    won, pull = jax.value_and_grad(payoff)(outputs)
    seen, pushed = jax.jvp(change, (rows,), (slopes,))
    part = pull.reshape(-1, *[1] * (seen.ndim - 1))
    mixed = part * seen + (2.0 * alpha / len(rows)) * pushed
    straight = jnp.sum(discriminator.bent(mixed, context, Leaky(sides), pull))
    value = won + alpha * penalty
    return value + straight - jax.lax.stop_gradient(straight), outputs, penalty
