"""One-hot rows inside compiled programs: draw, look up and score column by column.

A row is held as the slots that are set. What a linear layer makes of it is then a sum of a few of the layer's rows in
place of a product with a long vector of zeros; backwards, the product remains.
"""

from __future__ import annotations

from collections.abc import Iterator

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from equipoise.tables.layout import Group, Layout

__all__ = ["Rows", "codes_of", "draw", "log_likelihood", "rows_of", "score_columns", "times", "variety"]


class Rows(eqx.Module):
    """One-hot rows.

    Parameters
    ----------
    slots : array of int, shape (n, layout.columns)
        Places in the row that hold a one.
    weights : array of shape (n, layout.size)
        What gradients with respect to the rows go to; its values are not looked at.
    """

    slots: jax.Array
    weights: jax.Array


def rows_of(layout: Layout, codes: jax.Array) -> Rows:
    """Return rows from slot numbers of shape (n, layout.columns).

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> from equipoise.tables.layout import Group
    >>> rows_of(Layout((Group(2, 2, False),)), jnp.array([[1, 0]])).slots.tolist()
    [[1, 2]]
    """
    return Rows(codes + _starts(layout), jnp.zeros((len(codes), layout.size)))


def codes_of(layout: Layout, rows: Rows) -> jax.Array:
    """Return slot numbers, shape (n, layout.columns)."""
    return rows.slots - _starts(layout)


def draw(layout: Layout, logits: jax.Array) -> Rows:
    """Return the one-hot maximum of each column; backwards, the softmax stands in for it.

    With standard Gumbel noise added to the logits this draws from the softmax exactly (Jang, Gu and Poole,
    *Categorical reparameterization with Gumbel-softmax* (2017), section 2.2).
    """
    codes, soft = [], []
    for _, block in _blocks(layout, logits):
        codes.append(jnp.argmax(block, axis=-1))
        soft.append(jax.nn.softmax(block).reshape(len(block), -1))
    return Rows(jnp.concatenate(codes, axis=1) + _starts(layout), jnp.concatenate(soft, axis=1))


def times(rows: Rows, table: jax.Array) -> jax.Array:
    """Return one-hot rows times a matrix of shape (layout.size, m), with the derivatives of the product.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> rows = Rows(jnp.array([[0, 2]]), jnp.zeros((1, 3)))
    >>> times(rows, jnp.array([[1.0], [10.0], [100.0]])).tolist()
    [[101.0]]
    """
    product: jax.Array = _times(rows.slots, rows.weights, table)
    return product


@jax.custom_vjp
def _times(slots: jax.Array, weights: jax.Array, table: jax.Array) -> jax.Array:
    del weights
    return jnp.sum(table[slots], axis=1)


def _times_forward(
    slots: jax.Array, weights: jax.Array, table: jax.Array
) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    return _times(slots, weights, table), (slots, table)


def _times_backward(saved: tuple[jax.Array, jax.Array], slope: jax.Array) -> tuple[None, jax.Array, jax.Array]:
    slots, table = saved
    return None, slope @ table.T, jnp.zeros_like(table).at[slots].add(slope[:, None, :])


_times.defvjp(_times_forward, _times_backward)


def score_columns(layout: Layout) -> NDArray[np.int32]:
    """Return for each slot the number of its column among the ordered ones, 0 where it is not ordered.

    Examples
    --------
    >>> from equipoise.tables.layout import Group
    >>> score_columns(Layout((Group(1, 2, False), Group(2, 2, True)))).tolist()
    [0, 0, 0, 0, 1, 1]
    """
    number = np.maximum(np.cumsum([group.ordered for group in layout.each]) - 1, 0)
    return np.repeat(number, [group.width for group in layout.each]).astype(np.int32)


def log_likelihood(layout: Layout, logits: jax.Array, rows: Rows) -> jax.Array:
    """Return the log probability of one-hot rows, columns independent given the logits, shape (n,)."""
    chosen = jnp.sum(jnp.take_along_axis(logits, rows.slots, axis=1), axis=1)
    scale = [jnp.sum(jax.nn.logsumexp(block, axis=-1), axis=-1) for _, block in _blocks(layout, logits)]
    return jnp.asarray(chosen - sum(scale))


def variety(rows: Rows) -> jax.Array:
    """Return the variances of the one-hot entries, added.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> float(variety(Rows(jnp.array([[0], [1]]), jnp.zeros((2, 2)))))
    0.5
    """
    share = jnp.zeros(rows.weights.shape[1]).at[rows.slots].add(1.0 / len(rows.slots))
    return jnp.sum(share * (1.0 - share))


def _starts(layout: Layout) -> NDArray[np.int32]:
    return layout.offsets[:-1].astype(np.int32)


def _blocks(layout: Layout, rows: jax.Array) -> Iterator[tuple[Group, jax.Array]]:
    ends = np.cumsum([group.size for group in layout.groups])[:-1]
    # split, not slices: backwards it is one concatenation
    for group, block in zip(layout.groups, jnp.split(rows, ends, axis=1), strict=True):
        yield group, block.reshape(len(rows), group.columns, group.width)
