"""One-hot rows inside compiled programs: unfold slot numbers, and softmax, draw and score column by column."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import jax.numpy as jnp

from equipoise.tables.layout import Group, Layout

__all__ = ["draw_codes", "log_likelihood", "ordered_scores", "straight_through", "unfold"]


def unfold(layout: Layout, codes: jax.Array) -> jax.Array:
    """Return one-hot rows of shape (n, layout.size) from slot numbers of shape (n, layout.columns).

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> from equipoise.tables.layout import Group
    >>> unfold(Layout((Group(2, 2, False),)), jnp.array([[1, 0]])).tolist()
    [[0.0, 1.0, 1.0, 0.0]]
    """
    parts, column = [], 0
    for group in layout.groups:
        here = codes[:, column : column + group.columns]
        column += group.columns
        parts.append(jax.nn.one_hot(here, group.width, dtype=jnp.float32).reshape(len(codes), group.size))
    return jnp.concatenate(parts, axis=1)


def straight_through(layout: Layout, logits: jax.Array) -> jax.Array:
    """Return the one-hot maximum of each column; backwards, the softmax stands in for it.

    With standard Gumbel noise added to the logits this draws from the softmax exactly (Jang, Gu and Poole,
    *Categorical reparameterization with Gumbel-softmax* (2017), section 2.2).
    """
    parts = []
    for _, block in _blocks(layout, logits):
        soft = jax.nn.softmax(block)
        hard = jax.nn.one_hot(jnp.argmax(block, axis=-1), block.shape[-1], dtype=soft.dtype)
        parts.append((soft + jax.lax.stop_gradient(hard - soft)).reshape(len(block), -1))
    return jnp.concatenate(parts, axis=1)


def draw_codes(layout: Layout, logits: jax.Array) -> jax.Array:
    """Return the slot with the largest value in each column, shape (n, layout.columns)."""
    return jnp.concatenate([jnp.argmax(block, axis=-1) for _, block in _blocks(layout, logits)], axis=1)


def log_likelihood(layout: Layout, logits: jax.Array, rows: jax.Array) -> jax.Array:
    """Return the log probability of one-hot rows, columns independent given the logits, shape (n,)."""
    total = jnp.zeros(len(rows))
    for (_, block), (_, target) in zip(_blocks(layout, logits), _blocks(layout, rows), strict=True):
        # a product with log softmax itself would multiply 0 by the huge logs of impossible slots
        chosen = jnp.sum(target * block, axis=-1)
        total += jnp.sum(chosen - jax.nn.logsumexp(block, axis=-1), axis=-1)
    return total


def ordered_scores(layout: Layout, rows: jax.Array, scores: jax.Array) -> jax.Array:
    """Return the score of each ordered column's slot, shape (n, layout.scores)."""
    weighted = [(group, block) for group, block in _blocks(layout, rows * scores) if group.ordered]
    return jnp.concatenate([jnp.zeros((len(rows), 0)), *(block.sum(-1) for _, block in weighted)], axis=1)


def _blocks(layout: Layout, rows: jax.Array) -> Iterator[tuple[Group, jax.Array]]:
    start = 0
    for group in layout.groups:
        block = rows[:, start : start + group.size]
        start += group.size
        yield group, block.reshape(len(rows), group.columns, group.width)
