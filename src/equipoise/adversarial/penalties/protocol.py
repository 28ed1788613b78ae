"""What a penalty on a function is, what it may look at, and the slope that most of them measure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, runtime_checkable

import equinox as eqx
import jax
import jax.numpy as jnp

__all__ = [
    "Critic",
    "FunctionPenalty",
    "Scene",
    "SharingPenalty",
    "half_squared_slope",
    "outputs_and_slopes",
    "slope_length",
    "together",
]

Critic = Callable[[jax.Array], jax.Array]
"""A discriminator with its weights in place: rows of shape (n, ...) to outputs of shape (n,), row by row."""


class Scene(NamedTuple):
    """What a penalty may look at besides the discriminator.

    Parameters
    ----------
    real, fake : array of shape (n, ...)
        Rows of this step; the fakes are points here, the penalty has no gradient for the generator.
    key : jax.Array
        For penalties that draw points.
    levels : array of shape (2,)
        Running means of the discriminator's outputs on real and on fake rows, of the steps before.
    """

    real: jax.Array
    fake: jax.Array
    key: jax.Array
    levels: jax.Array


class FunctionPenalty(Protocol):
    """Number to be added, times alpha, to the discriminator's loss; hashable, for it is part of the program."""

    def __call__(self, critic: Critic, scene: Scene) -> jax.Array:
        """Return the penalty."""

    def __hash__(self) -> int: ...


@runtime_checkable
class SharingPenalty(FunctionPenalty, Protocol):
    """A penalty that looks at the outputs on real and fake rows anyway, and gives them away.

    Payoff and penalty then share a forward pass, and their derivatives most of a backward pass.
    """

    def with_outputs(self, critic: Critic, scene: Scene) -> tuple[jax.Array, jax.Array]:
        """Return the penalty, and the outputs on real rows followed by those on fakes."""


def together(real: Any, fake: Any) -> Any:
    """Return rows one after the other, be they arrays or pytrees of arrays.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> together(jnp.zeros((1, 2)), jnp.ones((1, 2))).tolist()
    [[0.0, 0.0], [1.0, 1.0]]
    """
    return jax.tree.map(lambda *parts: jnp.concatenate(parts), real, fake)


def half_squared_slope(critic: Critic, rows: jax.Array) -> jax.Array:
    """Return ``|grad critic|^2 / 2`` at each row, shape (n,).

    One backward pass serves all rows, since the output of a row depends on no other row.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> half_squared_slope(lambda x: x @ jnp.array([3.0, 4.0]), jnp.zeros((2, 2))).tolist()
    [12.5, 12.5]
    """
    return outputs_and_slopes(critic, rows)[1]


def outputs_and_slopes(critic: Critic, rows: Any) -> tuple[jax.Array, jax.Array]:
    """Return the outputs, and `half_squared_slope`, each of shape (n,)."""

    def total(points: Any) -> tuple[jax.Array, jax.Array]:
        outputs = critic(points)
        return jnp.sum(outputs), outputs

    slope: Callable[[Any], Any] = eqx.filter_grad(total, has_aux=True)
    slopes, outputs = slope(rows)
    squares = [jnp.sum(jnp.square(s), axis=tuple(range(1, s.ndim))) for s in jax.tree.leaves(slopes)]
    return outputs, jnp.asarray(0.5 * sum(squares))


def slope_length(critic: Critic, rows: jax.Array) -> jax.Array:
    """Return ``|grad critic|`` at each row, shape (n,); where the slope is 0, its own derivative is 0 too.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> slope_length(lambda x: x @ jnp.array([3.0, 4.0]), jnp.zeros((2, 2))).tolist()
    [5.0, 5.0]
    """
    squares = 2.0 * half_squared_slope(critic, rows)
    flat = squares <= 0.0
    return jnp.where(flat, 0.0, jnp.sqrt(jnp.where(flat, 1.0, squares)))
